// DefinePool: addresses set aside for those who name the pool. Pools are part of what a Subnet is defined with, so that
// one event says all that holds.
import { type Moment, type SubnetDecision, accept } from '../decision/decision';
import { comesBeforeDefinition } from '../decision/late';
import { type AddressPool, type SubnetDefinition, definitionOf } from '../events';
import { type LabelsRequest, asksForOtherLabels, withLabels } from '../label/with-labels';
import type { SubnetState } from '../state/state';
import { reviseTo } from './revise-subnet';

/** The pool as it should be from now on, new or not; one that is there keeps its labels where none are given. Who holds an address of it keeps that. */
export interface DefinePool extends AddressPool, LabelsRequest {
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
  const after = { ...before, pools: pools.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  return withLabels(command, { pool: name }, () => {
    const decision = reviseTo(after, state, moment);
    const isSo = !decision.rejected && decision.events.length === 0;
    return isSo && asksForOtherLabels(command, { pool: name }, state)
      ? relabel(before, state, moment)
      : decision;
  });
}

/** Other labels are another definition of the pool: the event that says the whole says it again. */
const relabel = (definition: SubnetDefinition, state: SubnetState, moment: Moment): SubnetDecision =>
  comesBeforeDefinition(state, moment) ?? accept({ type: 'SubnetRevised', ...definitionOf(definition) });
