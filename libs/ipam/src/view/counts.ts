// How full a subnet is, per family; the counts always add up, because they come from one state.
import type { Family } from '../address';
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
