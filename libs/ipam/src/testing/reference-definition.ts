// What a Subnet's definition means, in the plainest way: whether it is sound, whether two are the same, and which
// addresses nobody may have. Of the reference model; it shares nothing with the real Subnet but the arithmetic of one address.
import {
  type Address,
  type AddressRange,
  type Cidr,
  type Family,
  type Mac,
  deriveMac,
  familyOf,
  formatCidr,
  formatRange,
  subnetOctet,
} from '../address';
import type { RejectionCode } from '../rejection';
import type { AddressPool, SubnetDefinition } from '../subnet';

const YEAR_MS = 366 * 24 * 3_600_000;

export function gatewayMac(name: string, { gateways }: SubnetDefinition): Mac | undefined {
  const gateway = gateways.find((it) => typeof it === 'number') ?? gateways[0];
  return gateway === undefined ? undefined : deriveMac(subnetOctet(name), gateway);
}

export const size = ({ family, prefixLength }: Cidr): bigint =>
  2n ** BigInt((family === 4 ? 32 : 128) - prefixLength);

export function nth({ family, base }: Cidr, at: bigint): Address {
  const address = BigInt(base) + at;
  return family === 4 ? Number(address) : address;
}

/** Why nobody may have the address. */
export function whyNot({ cidrs, gateways }: SubnetDefinition, address: Address): RejectionCode | undefined {
  const block = cidrs.find((cidr) => cidr.family === familyOf(address));
  if (!block) return 'FamilyUnavailable';
  if (address < block.base || address > nth(block, size(block) - 1n)) return 'AddressOutOfRange';
  const isAtEnd = address === block.base || address === nth(block, size(block) - 1n);
  return (isAtEnd && size(block) > 2n) || gateways.includes(address) ? 'AddressNotUsable' : undefined;
}

export const isWithin = ({ first, last }: AddressRange, address: Address): boolean =>
  typeof first === typeof address && address >= first && address <= last;

export const poolOf = ({ pools = [] }: SubnetDefinition, address: Address): string | undefined =>
  pools.find(({ ranges }) => ranges.some((range) => isWithin(range, address)))?.name;

/** Ascending; those that touch are one. */
export function rangesOf({ pools = [] }: SubnetDefinition, name: string, family: Family): AddressRange[] {
  const ranges = pools.find((pool) => pool.name === name)?.ranges ?? [];
  const joined: AddressRange[] = [];
  for (const range of ranges
    .filter(({ first }) => familyOf(first) === family)
    .sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = joined.at(-1);
    if (before && range.first <= after(before.last))
      joined[joined.length - 1] = { first: before.first, last: range.last };
    else joined.push(range);
  }
  return joined;
}

export const after = (address: Address): Address =>
  typeof address === 'number' ? address + 1 : address + 1n;

export function isSound(definition: SubnetDefinition): boolean {
  const { cidrs, gateways, coolingMs, pools = [] } = definition;
  const isOnce = (families: Family[]): boolean => new Set(families).size === families.length;
  return (
    cidrs.length > 0 &&
    isOnce(cidrs.map((cidr) => cidr.family)) &&
    isOnce(gateways.map(familyOf)) &&
    gateways.every((gateway) => whyNot({ ...definition, gateways: [] }, gateway) === undefined) &&
    Number.isInteger(coolingMs) &&
    coolingMs >= 0 &&
    coolingMs <= YEAR_MS &&
    arePoolsSound(pools, cidrs)
  );
}

/** Each range in a block, and no address in two of them. */
function arePoolsSound(pools: readonly AddressPool[], cidrs: readonly Cidr[]): boolean {
  const ranges = pools.flatMap((pool) => pool.ranges);
  const isInBlock = ({ first, last }: AddressRange): boolean =>
    cidrs.some((cidr) => {
      const block = { first: cidr.base, last: nth(cidr, size(cidr) - 1n) };
      return isWithin(block, first) && isWithin(block, last);
    });
  const isApart = (one: AddressRange, other: AddressRange): boolean =>
    one === other || !(isWithin(one, other.first) || isWithin(other, one.first));
  return (
    pools.every((pool) => pool.ranges.length > 0) &&
    ranges.every(isInBlock) &&
    ranges.every((one) => ranges.every((other) => isApart(one, other)))
  );
}

export function same(a: SubnetDefinition, b: SubnetDefinition): boolean {
  const poolText = ({ name, ranges, namespaces }: AddressPool): string =>
    [name, ...ranges.map(formatRange).sort(), '/', ...[...namespaces].sort()].join(' ');
  const sorted = ({ cidrs, gateways, excluded, coolingMs, retention, pools = [] }: SubnetDefinition) => [
    retention ? [retention.keep, retention.forMs] : [],
    pools.map(poolText).sort(),
    cidrs.map(formatCidr).sort(),
    gateways.map(String).sort(),
    excluded.map(formatRange).sort(),
    coolingMs,
  ];
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}
