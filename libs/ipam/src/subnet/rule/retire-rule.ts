// RetireRule: a rule ends, and its fronts may be had by others.
import { type Moment, type SubnetDecision, replyTo } from '../decision/decision';
import { commandExpired } from '../decision/late';
import { ruleNotFound } from '../decision/rejections';
import type { RuleRetired } from '../events';
import type { SubnetState } from '../state/state';
import { probeSourceChange } from './health-check-source';

export interface RetireRule {
  readonly type: 'RetireRule';
  readonly subnet: string;
  readonly rule: string;
  readonly reason: string;
}

export function retireRule(command: RetireRule, state: SubnetState, moment: Moment): SubnetDecision {
  const { rule: name, reason } = command;
  const held = state.uses.rule(name);
  if (!held) return ruleNotFound(state, name);
  if (moment.issuedAtMs < held.changedAtMs) {
    const what = `rule ${name} of subnet ${state.name} was changed`;
    return commandExpired({ subnet: state.name, rule: name }, moment.issuedAtMs, what, held.changedAtMs);
  }
  const probing = probeSourceChange(state, name, false, moment);
  if (probing.rejected) return probing;
  const event: RuleRetired = { type: 'RuleRetired', rule: name, vip: held.vip, reason };
  return { events: [...probing.events, event], reply: replyTo(event) };
}
