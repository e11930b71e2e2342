// DefinePool and RetirePool: addresses set aside for those who name the pool. Pools are part of what a Subnet is defined
// with, so that one event says all that holds.
import { type Cidr, contains, formatRange } from '../../address';
import { isVipName as isPoolName } from '../../holder';
import { type Rejection, invalid, reject } from '../../rejection';
import type { AddressPool, DefinePool, RetirePool } from '../commands';
import { type Moment, type SubnetDecision, alreadySo } from '../decision/decision';
import type { SubnetDefinition } from '../events/events';
import { reviseTo } from './revise-subnet';
import type { SubnetState } from '../state/state';

/** Each costs every fold of the Subnet; more are a plan for several Subnets. */
export const POOLS_MAX = 256;
/** A choice looks at each of them. */
export const POOL_RANGES_MAX = 64;
/** Of all pools: as many as there may be exclusions, so that one event says them all. */
export const POOLS_RANGES_MAX = 4096;

export function definePool(
  command: DefinePool,
  before: SubnetDefinition,
  state: SubnetState,
  moment: Moment,
): SubnetDecision {
  const { name, ranges, namespaces } = command;
  const pools = [...(before.pools ?? []).filter((pool) => pool.name !== name), { name, ranges, namespaces }];
  return reviseTo({ ...before, pools: pools.sort((a, b) => (a.name < b.name ? -1 : 1)) }, state, moment);
}

export function retirePool(
  { name }: RetirePool,
  before: SubnetDefinition,
  state: SubnetState,
  moment: Moment,
): SubnetDecision {
  const pools = (before.pools ?? []).filter((pool) => pool.name !== name);
  if (pools.length === (before.pools ?? []).length) return alreadySo({ definition: before });
  return reviseTo({ ...before, pools }, state, moment);
}

/** What is wrong with pools in themselves. */
export function poolsFault(
  pools: readonly AddressPool[],
  cidrs: readonly Cidr[],
): { rejected: Rejection } | undefined {
  if (pools.length > POOLS_MAX) return invalid('pools', `at most ${POOLS_MAX} of them`);
  for (const { name, ranges } of pools) {
    if (!isPoolName(name)) return invalid('pool', `${JSON.stringify(name)} is no name (RFC 1123 subdomain)`);
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

export function poolNotFound(state: SubnetState, pool: string): { rejected: Rejection } {
  return reject(
    'PoolNotFound',
    `There is no pool ${pool} in subnet ${state.name}; name another one, or define it first.`,
    { subnet: state.name, pool },
  );
}
