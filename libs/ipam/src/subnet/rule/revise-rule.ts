// ReviseRule: other fronts or backends for a rule, decided as one.
import { invalid } from '../../rejection';
import { type Moment, type SubnetDecision, alreadySo } from '../decision/decision';
import { commandExpired } from '../decision/late';
import { ruleNotFound } from '../decision/rejections';
import { type RuleDefinition, ruleDefinitionOf } from '../events';
import type { SubnetState } from '../state/state';
import { acceptRule } from './define-rule';
import { vipPortTaken, ruleDifferences, ruleFault, vipTypeMismatch } from './rule-fault';

/** The rule as it should be from now on. */
export interface ReviseRule extends RuleDefinition {
  readonly type: 'ReviseRule';
  readonly subnet: string;
  readonly rule: string;
}

export function reviseRule(command: ReviseRule, state: SubnetState, moment: Moment): SubnetDecision {
  const { rule: name } = command;
  const held = state.uses.rule(name);
  if (!held) return ruleNotFound(state, name);
  if (ruleDifferences(held, command).length === 0) return alreadySo({ rule: held });
  if (command.vip !== held.vip) {
    return invalid(
      'vip',
      `rule ${name} keeps its Vip ${held.vip}; retire it, and define one for ${command.vip}`,
    );
  }
  if (moment.issuedAtMs < held.changedAtMs) {
    const what = `rule ${name} of subnet ${state.name} was changed`;
    return commandExpired({ subnet: state.name, rule: name }, moment.issuedAtMs, what, held.changedAtMs);
  }
  const fault = ruleFault(command) ?? vipTypeMismatch(command, state) ?? vipPortTaken(name, command, state);
  return (
    fault ?? acceptRule({ type: 'RuleRevised', rule: name, ...ruleDefinitionOf(command) }, state, moment)
  );
}
