// ReviseRule: other fronts or backends for a rule, decided as one.
import type { ReviseRule } from '../commands';
import { type Moment, type SubnetDecision, alreadySo } from '../decision/decision';
import { acceptRule, frontTaken, ruleDifferences, ruleFault, vipUnsuited } from './define-rule';
import { invalid } from '../../rejection';
import { expired } from '../decision/late';
import { ruleNotFound } from './retire-rule';
import type { SubnetState } from '../state/state';
import { ruleDefinitionOf } from '../state/vip-uses';

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
    return expired({ subnet: state.name, rule: name }, moment.issuedAtMs, what, held.changedAtMs);
  }
  const fault = ruleFault(command) ?? vipUnsuited(command, state) ?? frontTaken(name, command, state);
  return (
    fault ?? acceptRule({ type: 'RuleRevised', rule: name, ...ruleDefinitionOf(command) }, state, moment)
  );
}
