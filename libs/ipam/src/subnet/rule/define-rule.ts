// DefineRule: fronts of a Vip, spread over backends. A front belongs to one rule.
import { isVipName, vipHolder } from '../../holder';
import { type Rejection, invalid, reject } from '../../rejection';
import { type Moment, type SubnetDecision, alreadySo, replyTo } from '../decision/decision';
import { commandExpired } from '../decision/late';
import { type RuleDefined, type RuleDefinition, type RuleRevised, ruleDefinitionOf } from '../events';
import type { SubnetState } from '../state/state';
import { probeSourceChange } from './health-check-source';
import { vipPortTaken, ruleDifferences, ruleFault, vipTypeMismatch } from './rule-fault';

export interface DefineRule extends RuleDefinition {
  readonly type: 'DefineRule';
  readonly subnet: string;
  /** Unique in the Subnet. */
  readonly rule: string;
}

export function defineRule(command: DefineRule, state: SubnetState, moment: Moment): SubnetDecision {
  const { rule: name } = command;
  const held = state.uses.rule(name);
  if (held) {
    const differs = ruleDifferences(held, command);
    if (differs.length === 0) return alreadySo({ rule: held });
    return reject(
      'RuleExists',
      `Rule ${name} exists in subnet ${state.name} with other ${differs.join(', ')} than asked for; revise it, or choose another name.`,
      { subnet: state.name, rule: name, differs: differs.join(',') },
    );
  }
  const late = comesBeforeUse(command, state, moment);
  if (late) return late;
  if (!isVipName(name)) return invalid('rule', `${JSON.stringify(name)} is no name (RFC 1123 subdomain)`);
  const fault = ruleFault(command) ?? vipTypeMismatch(command, state) ?? vipPortTaken(name, command, state);
  return (
    fault ?? acceptRule({ type: 'RuleDefined', rule: name, ...ruleDefinitionOf(command) }, state, moment)
  );
}

/** It may be of a rule that was retired since, or of a former Vip of that name. */
function comesBeforeUse(
  { rule, vip }: DefineRule,
  state: SubnetState,
  { issuedAtMs }: Moment,
): { rejected: Rejection } | undefined {
  const on = { subnet: state.name, rule };
  const retiredAtMs = state.uses.ruleRetiredAtMs();
  if (issuedAtMs < retiredAtMs)
    return commandExpired(on, issuedAtMs, `a rule of subnet ${state.name} was retired`, retiredAtMs);
  const sinceMs = state.byHolder.get(vipHolder(vip))?.sinceMs ?? -Infinity;
  if (issuedAtMs < sinceMs)
    return commandExpired(on, issuedAtMs, `Vip ${vip} of subnet ${state.name} was reserved`, sinceMs);
  return undefined;
}

/** With the address that health checks are sent from, if it is needed now or no longer. */
export function acceptRule(
  event: RuleDefined | RuleRevised,
  state: SubnetState,
  moment: Moment,
): SubnetDecision {
  const probing = probeSourceChange(state, event.rule, event.healthCheck, moment);
  if (probing.rejected) return probing;
  return { events: [...probing.events, event], reply: replyTo(event) };
}
