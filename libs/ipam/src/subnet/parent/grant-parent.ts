// GrantParent: a port may answer for a Vip.
import { isPortName, vipHolder } from '../../holder';
import { invalid, reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo } from '../decision/decision';
import { commandExpired } from '../decision/late';
import { vipNotFound } from '../decision/rejections';
import type { Evidence, Grantor } from '../events';
import type { SubnetState } from '../state/state';

/** Lets a Logical_Switch_Port answer for the Vip: makes it one of the Vip's parents. */
export interface GrantParent {
  readonly type: 'GrantParent';
  readonly subnet: string;
  readonly vip: string;
  /** Name of the port. */
  readonly port: string;
  readonly grantor: Grantor;
  readonly evidence?: Evidence;
}

/** Each of them is an OVN flow on the switch; more is a selector that has too much. */
export const PARENTS_MAX = 256;

export function grantParent(command: GrantParent, state: SubnetState, moment: Moment): SubnetDecision {
  const { vip, port, grantor, evidence } = command;
  const held = state.byHolder.get(vipHolder(vip));
  if (!held?.vip) return vipNotFound(state, vip);
  if (held.vip.vipType !== '') {
    return reject(
      'VipTypeMismatch',
      `Vip ${vip} of subnet ${state.name} is of type ${held.vip.vipType}, for which no port answers; reserve one of type "" for parents.`,
      { subnet: state.name, vip, vipType: held.vip.vipType },
    );
  }
  if (!isPortName(port)) {
    return invalid(
      'port',
      `${JSON.stringify(port)} is no port's name: 1 to 255 characters, no comma or space`,
    );
  }
  if (state.uses.isGranted(vip, port, grantor)) return alreadySo({ parent: { vip, port, grantor } });
  const { withdrawnAtMs } = state.uses.grantTimes(vip);
  const changedAtMs = Math.max(withdrawnAtMs, held.sinceMs);
  if (moment.issuedAtMs < changedAtMs) {
    const what = `the parents of Vip ${vip} in subnet ${state.name} changed`;
    return commandExpired({ subnet: state.name, vip, port }, moment.issuedAtMs, what, changedAtMs);
  }
  if (!state.uses.isParent(vip, port) && state.uses.parentCount(vip) >= PARENTS_MAX) {
    return reject(
      'LimitReached',
      `Vip ${vip} of subnet ${state.name} has ${PARENTS_MAX} parents, the most that one may have; withdraw one, or narrow its selector.`,
      { subnet: state.name, vip, limit: String(PARENTS_MAX) },
    );
  }
  return accept({ type: 'ParentGranted', vip, port, grantor, ...(evidence && { evidence }) });
}
