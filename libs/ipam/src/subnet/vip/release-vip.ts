// ReleaseVip: the Vip ends, and its addresses may be had by others.
import { vipHolder } from '../../holder';
import { type Rejection, reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, heldBy } from '../decision/decision';
import { comesBeforeReservation } from '../decision/late';
import { vipNotFound } from '../decision/rejections';
import type { SubnetState } from '../state/state';

export interface ReleaseVip {
  readonly type: 'ReleaseVip';
  readonly subnet: string;
  readonly name: string;
  readonly reason: string;
}

export function releaseVip(command: ReleaseVip, state: SubnetState, moment: Moment): SubnetDecision {
  const { name, reason } = command;
  const held = state.byHolder.get(vipHolder(name));
  if (!held) return vipNotFound(state, name);
  const late = comesBeforeReservation(state, vipHolder(name), moment);
  if (late) return late;
  const used = usedByRules(state, name, 'released') ?? usedByPods(state, name);
  if (used) return used;
  return accept({ type: 'VipReleased', name, claim: held.claim ?? -1, ...heldBy(state, held), reason });
}

function usedByPods(state: SubnetState, vip: string): { rejected: Rejection } | undefined {
  const use = state.users.of(vipHolder(vip));
  const user = use?.users[0]?.object;
  const by = user ?? use?.retained?.owner;
  if (by === undefined) return undefined;
  const how = user
    ? `is the address of ${user} and cannot be released; delete that first`
    : `is kept for ${by} and cannot be released; delete that first, or set the Vip's retention to release`;
  return reject('VipInUse', `Vip ${vip} of subnet ${state.name} ${how}.`, {
    ...{ subnet: state.name, vip, user: by },
  });
}

/** A Vip that a rule uses is not changed under it. */
export function usedByRules(
  state: SubnetState,
  vip: string,
  what: string,
): { rejected: Rejection } | undefined {
  const rules = [...state.uses.rulesOf(vip)].sort();
  if (rules.length === 0) return undefined;
  return reject(
    'VipInUse',
    `Vip ${vip} of subnet ${state.name} is used by rule ${rules.join(', ')} and cannot be ${what}; retire or revise the rule first.`,
    { subnet: state.name, vip, rules: rules.join(',') },
  );
}
