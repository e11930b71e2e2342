// RetireRule: a rule ends, and its fronts may be had by others.
import { type Rejection, reject } from '../../rejection';
import type { RetireRule } from '../commands';
import { type Moment, type SubnetDecision, replyTo } from '../decision/decision';
import type { RuleRetired } from '../events/events';
import { probeSourceChange } from './health-check-source';
import { expired } from '../decision/late';
import type { SubnetState } from '../state/state';

export function retireRule(command: RetireRule, state: SubnetState, moment: Moment): SubnetDecision {
  const { rule: name, reason } = command;
  const held = state.uses.rule(name);
  if (!held) return ruleNotFound(state, name);
  if (moment.issuedAtMs < held.changedAtMs) {
    const what = `rule ${name} of subnet ${state.name} was changed`;
    return expired({ subnet: state.name, rule: name }, moment.issuedAtMs, what, held.changedAtMs);
  }
  const probing = probeSourceChange(state, name, false, moment);
  if (probing.rejected) return probing;
  const event: RuleRetired = { type: 'RuleRetired', rule: name, vip: held.vip, reason };
  return { events: [...probing.events, event], reply: replyTo(event) };
}

export function ruleNotFound(state: SubnetState, rule: string): { rejected: Rejection } {
  return reject(
    'RuleNotFound',
    `There is no rule ${rule} in subnet ${state.name}; name another subnet, or define the rule first.`,
    { subnet: state.name, rule },
  );
}
