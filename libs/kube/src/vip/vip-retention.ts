// How long a Vip is kept for whoever is behind its user (a StatefulSet's ordinal, a machine), where the Vip's own object says
// so. The Pods that use it have no say in it: it is not theirs. Pure.
import { formatRetention, type Retention, type SetRetention, type VipEntry } from '@holdfast/ipam';
import { type FieldRead, type KubernetesObject, readRetentionRequest } from '@holdfast/kube-api';

/** As of a Pod: null: as its Subnet says (""). Undefined: nothing is said; what a command said stays. */
export const readVipRetention = (object: KubernetesObject): FieldRead<Retention | null | undefined> =>
  readRetentionRequest(object, []);

/** What there is to be done; undefined when it is so already. */
export function retentionCommand(
  { subnet, reservation: { holder } }: VipEntry,
  desired: Retention | null | undefined,
): SetRetention | undefined {
  if (desired === undefined) return undefined;
  const text = (it: Retention | null | undefined): string => (it ? formatRetention(it) : '');
  if (text(subnet.users.of(holder)?.retention) === text(desired)) return undefined;
  return { type: 'SetRetention', subnet: subnet.name, holder, retention: desired };
}
