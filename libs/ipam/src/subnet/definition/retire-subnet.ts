// RetireSubnet: an address space ends, once nobody holds anything in it.
import { reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept } from '../decision/decision';
import { comesBeforeDefinition } from '../decision/late';
import { subnetNotFound } from '../decision/rejections';
import type { SubnetState } from '../state/state';

export interface RetireSubnet {
  readonly type: 'RetireSubnet';
  readonly subnet: string;
}

export function retireSubnet(state: SubnetState, moment: Moment): SubnetDecision {
  if (!state.definition) return subnetNotFound(state.name);
  const [holder] = state.byHolder.keys();
  if (holder === undefined) return comesBeforeDefinition(state, moment) ?? accept({ type: 'SubnetRetired' });
  return reject(
    'SubnetInUse',
    `Subnet ${state.name} has ${state.byHolder.size} reservations, ${holder} among them; release them first.`,
    { subnet: state.name, reservations: String(state.byHolder.size), holder },
  );
}
