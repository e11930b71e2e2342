// Whether a Pod may have the Vip that it names as its own address. Pure; two Pods at once are for the ledger to refuse.
import type { SubnetState, VipEntry } from '@holdfast/ipam';
import type { KubernetesObject } from '@holdfast/kube-api';
import { type NicOutcome, nicRefused } from './nic-outcome';

/** @param candidates the Subnets that the Pod's first NIC may be in @returns why not; undefined: it may */
export function unfitVip(
  pod: KubernetesObject,
  name: string,
  entry: VipEntry | undefined,
  candidates: readonly SubnetState[],
): NicOutcome | undefined {
  if (!entry)
    return nicRefused(
      'VipNotFound',
      `There is no Vip ${name} with an address; create it, or correct the annotation.`,
    );
  const { vipType, namespace } = entry.reservation.vip;
  if (vipType !== '')
    return nicRefused(
      'VipTypeMismatch',
      `Vip ${name} is of type ${vipType}; a Pod can have one of type "" only.`,
    );
  if (namespace !== undefined && namespace !== pod.metadata.namespace)
    return nicRefused(
      'VipOfNamespace',
      `Vip ${name} is for Pods of namespace ${namespace}; name another one.`,
    );
  if (candidates.some((subnet) => subnet.name === entry.subnet.name)) return undefined;
  const names = candidates.map((subnet) => subnet.name).join(', ');
  return nicRefused(
    'VipElsewhere',
    `Vip ${name} is in subnet ${entry.subnet.name}, and this Pod is in ${names}; name a Vip of the Pod's own subnet.`,
  );
}
