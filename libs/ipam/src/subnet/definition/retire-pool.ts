// RetirePool: the addresses of a pool are the Subnet's again.
import { type Moment, type SubnetDecision, alreadySo } from '../decision/decision';
import type { SubnetDefinition } from '../events';
import type { SubnetState } from '../state/state';
import { reviseTo } from './revise-subnet';

/** Its addresses are the Subnet's again. */
export interface RetirePool {
  readonly type: 'RetirePool';
  readonly subnet: string;
  readonly name: string;
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
