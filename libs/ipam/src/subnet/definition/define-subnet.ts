// DefineSubnet: an address space comes into being.
import type { Address, AddressRange, Cidr } from '../../address';
import { reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo } from '../decision/decision';
import { comesBeforeDefinition } from '../decision/late';
import { type Retention, definitionOf } from '../events';
import { type LabelsRequest, asksForOtherLabels, withLabels } from '../label/with-labels';
import type { SubnetState } from '../state/state';
import { defaultGateways, definitionFault, differences } from './definition-fault';

export interface DefineSubnet extends LabelsRequest {
  readonly type: 'DefineSubnet';
  readonly subnet: string;
  /** One, or one of each family. */
  readonly cidrs: readonly Cidr[];
  /** At most one a family. Absent: the first usable address of each block larger than two. Empty: none. */
  readonly gateways?: readonly Address[];
  /** Not handed out automatically. What lies outside the blocks excludes nothing, until they grow there. */
  readonly excluded?: readonly AddressRange[];
  /** How long a released address stays unused, milliseconds. Absent: 0. */
  readonly coolingMs?: number;
  /** Name of the Logical_Router that its gateways are on. Absent: none of ours. */
  readonly router?: string;
  /** Of holders that have none of their own. Absent: what is usual for their kind. */
  readonly retention?: Retention;
}

export const defineSubnet = (command: DefineSubnet, state: SubnetState, moment: Moment): SubnetDecision =>
  withLabels(command, {}, () => define(command, state, moment));

function define(command: DefineSubnet, state: SubnetState, moment: Moment): SubnetDecision {
  const { cidrs, gateways = defaultGateways(cidrs), excluded = [], coolingMs = 0 } = command;
  const router = command.router || undefined;
  const { retention } = command;
  const definition = definitionOf({ cidrs, gateways, excluded, coolingMs, router, retention });
  const refusal = definitionFault(definition);
  if (refusal) return refusal;
  if (!state.definition) {
    return comesBeforeDefinition(state, moment) ?? accept({ type: 'SubnetDefined', ...definition });
  }
  const differs: string[] = differences(state.definition, definition);
  if (asksForOtherLabels(command, {}, state)) differs.push('labels');
  if (differs.length === 0) return alreadySo({ definition: state.definition });
  return reject(
    'SubnetExists',
    `Subnet ${state.name} exists with other ${differs.join(', ')} than asked for; revise it, or choose another name.`,
    { subnet: state.name, differs: differs.join(',') },
  );
}
