// How full a subnet is, per family; the counts always add up, because they come from one state.
import { type Family, familyOf } from '../address';
import type { SubnetState } from '../subnet/state';

export interface FamilyCounts {
  /** Held by somebody, excluded addresses included. */
  readonly using: bigint;
  /** Neither held nor excluded; those that cool are among them. */
  readonly available: bigint;
}

/** `undefined` when the subnet has no block of the family. */
export function countAddresses(state: SubnetState, family: Family): FamilyCounts | undefined {
  const space = state.space(family);
  if (!space) return undefined;
  const { held, heldExcluded } = state.heldCounts(family);
  return { using: BigInt(held), available: space.sizeUsable() - BigInt(held - heldExcluded) };
}

/** How full a pool is; `undefined` when there is none of that name, or no block of the family. */
export function countPool(state: SubnetState, pool: string, family: Family): FamilyCounts | undefined {
  const space = state.space(family);
  if (!space || !state.definition?.pools?.some(({ name }) => name === pool)) return undefined;
  const ranges = space.rangesOf(pool);
  let using = 0n;
  let heldExcluded = 0n;
  for (const address of state.byAddress.keys()) {
    const isHere =
      familyOf(address) === family && ranges.some(({ first, last }) => address >= first && address <= last);
    if (!isHere) continue;
    using += 1n;
    if (space.isExcluded(address)) heldExcluded += 1n;
  }
  return { using, available: space.sizeOfPool(pool) - (using - heldExcluded) };
}
