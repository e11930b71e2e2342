// DefinePool: addresses set aside for those who name the pool. Pools are part of what a Subnet is defined with, so that
// one event says all that holds.
import type { Moment, SubnetDecision } from '../decision/decision';
import type { AddressPool, SubnetDefinition } from '../events';
import type { SubnetState } from '../state/state';
import { reviseTo } from './revise-subnet';

/** The pool as it should be from now on, new or not. Who holds an address of it keeps that. */
export interface DefinePool extends AddressPool {
  readonly type: 'DefinePool';
  readonly subnet: string;
}

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
