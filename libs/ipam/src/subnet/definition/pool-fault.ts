// What may be a pool, and how many there may be. It knows pools as they would be, never who holds an address of them.
import { type Cidr, contains, formatRange } from '../../address';
import { isVipName } from '../../holder';
import { type Rejection, invalid } from '../../rejection';
import type { AddressPool } from '../events';

/** Each costs every fold of the Subnet; more are a plan for several Subnets. */
export const POOLS_MAX = 256;
/** A choice looks at each of them. */
export const POOL_RANGES_MAX = 64;
/** Of all pools: as many as there may be exclusions, so that one event says them all. */
export const POOLS_RANGES_MAX = 4096;

/** What is wrong with pools in themselves. */
export function poolsFault(
  pools: readonly AddressPool[],
  cidrs: readonly Cidr[],
): { rejected: Rejection } | undefined {
  if (pools.length > POOLS_MAX) return invalid('pools', `at most ${POOLS_MAX} of them`);
  for (const { name, ranges } of pools) {
    if (!isVipName(name)) return invalid('pool', `${JSON.stringify(name)} is no name (RFC 1123 subdomain)`);
    if (ranges.length === 0) return invalid('ranges', `pool ${name} needs a range`);
    if (ranges.length > POOL_RANGES_MAX)
      return invalid('ranges', `at most ${POOL_RANGES_MAX} of them a pool`);
    const outside = ranges.find(
      ({ first, last }) => !cidrs.some((cidr) => contains(cidr, first) && contains(cidr, last)),
    );
    if (outside) return invalid('ranges', `${formatRange(outside)} of pool ${name} is not within a block`);
  }
  const rangesOfAll = pools.reduce((sum, { ranges }) => sum + ranges.length, 0);
  if (rangesOfAll > POOLS_RANGES_MAX) return invalid('ranges', `at most ${POOLS_RANGES_MAX} of all pools`);
  return overlap(pools);
}

function overlap(pools: readonly AddressPool[]): { rejected: Rejection } | undefined {
  const owned = pools.flatMap(({ name, ranges }) => ranges.map((range) => ({ name, range })));
  for (const family of ['number', 'bigint'] as const) {
    const sorted = owned
      .filter(({ range }) => typeof range.first === family)
      .sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
    const at = sorted.findIndex(({ range }, index) => range.first <= (sorted[index - 1]?.range.last ?? -1n));
    const [left, right] = [sorted[at - 1], sorted[at]];
    if (!left || !right) continue;
    const where = `${formatRange(left.range)} of pool ${left.name} and ${formatRange(right.range)} of pool ${right.name}`;
    return invalid('ranges', `${where} have addresses in common`);
  }
  return undefined;
}

export const poolText = ({ name, ranges, namespaces }: AddressPool): string =>
  [name, ...ranges.map(formatRange).sort(), '/', ...[...namespaces].sort()].join(' ');
