// Runs of addresses: what a subnet excludes.
import { type Address, familyOf, formatAddress, parseAddress } from './address';
import { type Cidr, lastOf, parseCidr } from './cidr';

/** Both ends belong to it; `first <= last`, of one family. */
export interface AddressRange {
  readonly first: Address;
  readonly last: Address;
}

/** Reads "a..b", a single address or a CIDR. `undefined` for anything else, a reversed or mixed range included. */
export function parseRange(text: string): AddressRange | undefined {
  const cidr = parseCidr(text);
  if (cidr) return { first: cidr.base, last: lastOf(cidr) };
  const ends = text.split('..');
  if (ends.length > 2) return undefined;
  const [first, last] = [parseAddress(ends[0] ?? ''), parseAddress(ends[ends.length - 1] ?? '')];
  if (first === undefined || last === undefined) return undefined;
  return familyOf(first) === familyOf(last) && first <= last ? { first, last } : undefined;
}

export function formatRange({ first, last }: AddressRange): string {
  return first === last ? formatAddress(first) : `${formatAddress(first)}..${formatAddress(last)}`;
}

export function overlaps(cidr: Cidr, range: AddressRange): boolean {
  return familyOf(range.first) === cidr.family && range.first <= lastOf(cidr) && range.last >= cidr.base;
}
