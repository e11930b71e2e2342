// Whether a Pod may have the Vip that it names as its own address. Pure; two Pods at once are for the ledger to refuse.
import type { SubnetState, VipEntry } from '@holdfast/ipam';
import type { KubernetesObject } from '../kubernetes-object';
import { type NicOutcome, refused } from './nic-outcome';

/** @param candidates the Subnets that the Pod's first NIC may be in @returns why not; undefined: it may */
export function unfitVip(
  pod: KubernetesObject,
  name: string,
  entry: VipEntry | undefined,
  candidates: readonly SubnetState[],
): NicOutcome | undefined {
  if (!entry)
    return refused(
      'VipNotFound',
      `There is no Vip ${name} with an address; create it, or correct the annotation.`,
    );
  const { vipType, namespace } = entry.reservation.vip;
  if (vipType !== '')
    return refused(
      'VipTypeMismatch',
      `Vip ${name} is of type ${vipType}; a Pod can have one of type "" only.`,
    );
  if (namespace !== undefined && namespace !== pod.metadata.namespace)
    return refused('VipOfNamespace', `Vip ${name} is for Pods of namespace ${namespace}; name another one.`);
  if (candidates.some((subnet) => subnet.name === entry.subnet.name)) return undefined;
  const names = candidates.map((subnet) => subnet.name).join(', ');
  return refused(
    'VipElsewhere',
    `Vip ${name} is in subnet ${entry.subnet.name}, and this Pod is in ${names}; name a Vip of the Pod's own subnet.`,
  );
}
