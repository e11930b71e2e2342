// Which rows are ours: those that carry our key in `external_ids`, and no others, whatever they are called. The
// key says what of the ledger a row stands for.
import { isSubnetName, isVipName } from '@holdfast/ipam';

export const OWNER_KEY = 'holdfast:key';
export const VENDOR = 'holdfast';

/** What is compared as one: all rows of a Subnet, or of a Vip. */
export type DueKey = `subnet/${string}` | `vip/${string}`;

export const FAMILIES = ['ipv4', 'ipv6'] as const;
export type FamilyName = (typeof FAMILIES)[number];

/** What one row stands for: `subnet/<name>`, `vip/<name>/ipv4`, `vip/<name>/ipv6`. */
export type RowKey = `subnet/${string}` | `vip/${string}/${FamilyName}`;

export const subnetKey = (subnet: string): `subnet/${string}` => `subnet/${subnet}`;
export const vipKey = (vip: string): `vip/${string}` => `vip/${vip}`;

/** What a row of ours is for. */
export interface Owner {
  readonly key: RowKey;
  /** The key under which it is compared with the ledger. */
  readonly due: DueKey;
}

interface Owned {
  readonly external_ids: { readonly [key: string]: string };
}

/**
 * `undefined`: the row is not ours. So is one with a key that this version does not know: a newer one's row is
 * not for us to judge.
 */
export function rowKeyOf({ external_ids: ids }: Owned): RowKey | undefined {
  const text = Object.hasOwn(ids, OWNER_KEY) ? ids[OWNER_KEY] : undefined;
  if (text === undefined) return undefined;
  const [kind, name = '', family, ...more] = text.split('/');
  const isSubnet = kind === 'subnet' && family === undefined && isSubnetName(name);
  const isVip = kind === 'vip' && isFamily(family) && more.length === 0 && isVipName(name);
  return isSubnet || isVip ? (text as RowKey) : undefined;
}

const isFamily = (text: string | undefined): boolean => FAMILIES.some((family) => family === text);

/** `undefined`: the row is not ours. */
export function ownerOf(row: Owned): Owner | undefined {
  const key = rowKeyOf(row);
  return key && { key, due: dueKeyOf(key) };
}

const dueKeyOf = (key: RowKey): DueKey =>
  key.startsWith('vip/') ? (key.slice(0, key.lastIndexOf('/')) as DueKey) : (key as DueKey);

export const kindOf = (key: DueKey): 'subnet' | 'vip' => (key.startsWith('vip/') ? 'vip' : 'subnet');
export const nameOf = (key: DueKey): string => key.slice(key.indexOf('/') + 1);
