// Names what may be due: an object (`vips/web`, `subnets/ovn-default`), or the parents of a Vip (`parents/web`).
import type { DueKey } from '@holdfast/projection';
import { IP_POOLS, type Resource, SUBNETS, SWITCH_LB_RULES, VIPS } from '@holdfast/kube-api';

export const vipKey = (name: string): DueKey => dueKeyOf(VIPS, name);
export const ruleKey = (name: string): DueKey => dueKeyOf(SWITCH_LB_RULES, name);
export const subnetKey = (name: string): DueKey => dueKeyOf(SUBNETS, name);
export const poolKey = (name: string): DueKey => dueKeyOf(IP_POOLS, name);
/** No kind of object is called that. */
export const parentsKey = (vip: string): DueKey => `parents/${vip}`;

export function dueKeyOf(resource: Resource, name: string): DueKey {
  return `${resource.plural}/${name}`;
}

/** No name of an object has a slash. */
export function readDueKey(key: DueKey): { readonly plural: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { plural: key.slice(0, slash), name: key.slice(slash + 1) };
}
