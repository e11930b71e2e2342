// Which addresses are only in one of two sets, where one of them is told in ranges. One pass over both, whatever their
// size: a Subnet may have ten thousand of each.
import type { Address, AddressRange } from '@holdfast/ipam';

export interface RangeDifference {
  /** What the ranges have and the addresses don't. */
  readonly unnamed: readonly AddressRange[];
  /** The addresses that no range has. */
  readonly unknown: readonly Address[];
}

/** @param ranges and @param addresses of one family */
export function difference(ranges: readonly AddressRange[], addresses: Iterable<Address>): RangeDifference {
  const named = [...new Set(addresses)].sort(ascending);
  const used = [...ranges].sort((a, b) => ascending(a.first, b.first));
  const unnamed: AddressRange[] = [];
  const unknown: Address[] = [];
  let at = 0;
  for (const { first, last } of used) {
    for (let address = named[at]; address !== undefined && address < first; address = named[at]) {
      unknown.push(address);
      at += 1;
    }
    let from = first;
    for (let address = named[at]; address !== undefined && address <= last; address = named[at]) {
      if (address > from) unnamed.push({ first: from, last: next(address, -1) });
      from = next(address, 1);
      at += 1;
    }
    if (from <= last) unnamed.push({ first: from, last });
  }
  return { unnamed, unknown: [...unknown, ...named.slice(at)] };
}

const ascending = (a: Address, b: Address): number => (a < b ? -1 : a > b ? 1 : 0);

const next = (address: Address, by: 1 | -1): Address =>
  typeof address === 'number' ? address + by : address + BigInt(by);
