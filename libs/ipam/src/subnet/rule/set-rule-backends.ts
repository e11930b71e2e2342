// SetRuleBackends: which Pods a rule's selector has now. The newest word counts; an older one is late.
import type { Address } from '../../address';
import { type Rejection, invalid, reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo } from '../decision/decision';
import { commandExpired } from '../decision/late';
import { ruleNotFound } from '../decision/rejections';
import type { SubnetState } from '../state/state';
import { ascending } from '../state/vip-uses';
import { RULE_BACKENDS_MAX } from './rule-fault';

/** The addresses of the Pods that a rule's selector has now; all of them. */
export interface SetRuleBackends {
  readonly type: 'SetRuleBackends';
  readonly subnet: string;
  readonly rule: string;
  readonly backends: readonly Address[];
}

export function setRuleBackends(
  command: SetRuleBackends,
  state: SubnetState,
  moment: Moment,
): SubnetDecision {
  const { rule: name } = command;
  const held = state.uses.rule(name);
  if (!held) return ruleNotFound(state, name);
  if (held.selector.length === 0) return hasEndpoints(state, name);
  if (command.backends.length > RULE_BACKENDS_MAX)
    return invalid('backends', `at most ${RULE_BACKENDS_MAX} of them`);
  const backends = ascending(command.backends);
  const isSame =
    backends.length === held.backends.length && backends.every((it, at) => it === held.backends[at]);
  if (isSame) return alreadySo({ rule: held });
  if (moment.issuedAtMs < held.changedAtMs) {
    const what = `rule ${name} of subnet ${state.name} was changed`;
    return commandExpired({ subnet: state.name, rule: name }, moment.issuedAtMs, what, held.changedAtMs);
  }
  return accept({ type: 'RuleBackendsChanged', rule: name, vip: held.vip, backends });
}

function hasEndpoints(state: SubnetState, rule: string): { rejected: Rejection } {
  return reject(
    'InvalidArgument',
    `backends: rule ${rule} of subnet ${state.name} names its endpoints; revise the rule to change them.`,
    { subnet: state.name, rule, field: 'backends' },
  );
}
