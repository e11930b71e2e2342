// Names one object that may be due: `vips/web`, `subnets/ovn-default`.
import { type Resource, SUBNETS, VIPS } from '../resource';

export type DueKey = string;

export const vipKey = (name: string): DueKey => dueKeyOf(VIPS, name);
export const subnetKey = (name: string): DueKey => dueKeyOf(SUBNETS, name);

export function dueKeyOf(resource: Resource, name: string): DueKey {
  return `${resource.plural}/${name}`;
}

/** No name of an object has a slash. */
export function readDueKey(key: DueKey): { readonly plural: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { plural: key.slice(0, slash), name: key.slice(slash + 1) };
}
