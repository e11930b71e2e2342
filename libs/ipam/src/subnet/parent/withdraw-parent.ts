// WithdrawParent: a grant ends; the port stays a parent while another grantor's is left.
import { vipHolder } from '../../holder';
import { type Moment, type SubnetDecision, accept, alreadySo } from '../decision/decision';
import { commandExpired } from '../decision/late';
import { vipNotFound } from '../decision/rejections';
import type { Evidence, Grantor } from '../events';
import type { SubnetState } from '../state/state';

/** Takes the grant back. A port stays a parent while somebody else's grant is left. */
export interface WithdrawParent {
  readonly type: 'WithdrawParent';
  readonly subnet: string;
  readonly vip: string;
  readonly port: string;
  readonly grantor: Grantor;
  readonly reason: string;
  readonly evidence?: Evidence;
}

export function withdrawParent(command: WithdrawParent, state: SubnetState, moment: Moment): SubnetDecision {
  const { vip, port, grantor, reason, evidence } = command;
  if (!state.byHolder.get(vipHolder(vip))?.vip) return vipNotFound(state, vip);
  if (!state.uses.isGranted(vip, port, grantor)) return alreadySo({ parent: { vip, port, grantor } });
  const { grantedAtMs } = state.uses.grantTimes(vip);
  if (moment.issuedAtMs < grantedAtMs) {
    const what = `the parents of Vip ${vip} in subnet ${state.name} changed`;
    return commandExpired({ subnet: state.name, vip, port }, moment.issuedAtMs, what, grantedAtMs);
  }
  return accept({ type: 'ParentWithdrawn', vip, port, grantor, reason, ...(evidence && { evidence }) });
}
