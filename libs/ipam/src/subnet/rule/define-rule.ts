// DefineRule: fronts of a Vip, spread over backends. A front belongs to one rule.
import { vipHolder } from '../../holder';
import { isVipName } from '../../holder';
import { parseLabelSelector } from '../../label';
import { type Rejection, invalid, reject } from '../../rejection';
import type { DefineRule, RuleDefinition, RulePort } from '../commands';
import { type Moment, type SubnetDecision, alreadySo, replyTo } from '../decision/decision';
import type { RuleDefined, RuleRevised } from '../events/events';
import { probeSourceChange } from './health-check-source';
import { expired } from '../decision/late';
import { vipNotFound } from '../vip/release-vip';
import type { SubnetState } from '../state/state';
import { type Rule, ruleDefinitionOf } from '../state/vip-uses';

/** OVN makes a row and flows for each front and each backend; more is a mistake. */
export const RULE_PORTS_MAX = 64;
export const RULE_BACKENDS_MAX = 1024;

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
  const fault = ruleFault(command) ?? vipUnsuited(command, state) ?? frontTaken(name, command, state);
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
    return expired(on, issuedAtMs, `a rule of subnet ${state.name} was retired`, retiredAtMs);
  const sinceMs = state.byHolder.get(vipHolder(vip))?.sinceMs ?? -Infinity;
  if (issuedAtMs < sinceMs)
    return expired(on, issuedAtMs, `Vip ${vip} of subnet ${state.name} was reserved`, sinceMs);
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

/** What is wrong with a rule in itself, whatever else there is. */
export function ruleFault(rule: RuleDefinition): { rejected: Rejection } | undefined {
  const { ports, namespace, selector, endpoints } = rule;
  if (ports.length === 0) return invalid('ports', 'a rule needs a port');
  if (ports.length > RULE_PORTS_MAX) return invalid('ports', `at most ${RULE_PORTS_MAX} of them`);
  const fronts = new Set<string>();
  for (const port of ports) {
    if (!isPort(port.port) || !isPort(port.targetPort)) return invalid('ports', 'ports are 1 to 65535');
    const front = frontText(port);
    if (fronts.has(front)) return invalid('ports', `${front} is there twice`);
    fronts.add(front);
  }
  if (endpoints.length > RULE_BACKENDS_MAX)
    return invalid('endpoints', `at most ${RULE_BACKENDS_MAX} of them`);
  if (selector.length > 0 && endpoints.length > 0) {
    return invalid('endpoints', 'either a selector says the backends, or endpoints do');
  }
  if (selector.length > 0 && !namespace) return invalid('namespace', 'a selector needs a namespace');
  const { malformed } = parseLabelSelector(selector);
  return (
    malformed &&
    invalid(malformed.at === undefined ? 'selector' : `selector[${malformed.at}]`, malformed.message)
  );
}

export function vipUnsuited(
  { vip }: RuleDefinition,
  state: SubnetState,
): { rejected: Rejection } | undefined {
  const held = state.byHolder.get(vipHolder(vip));
  if (!held?.vip) return vipNotFound(state, vip);
  if (held.vip.vipType === 'switch_lb_vip') return undefined;
  return reject(
    'VipUnsuited',
    `Vip ${vip} of subnet ${state.name} is of type "${held.vip.vipType}"; a rule needs one of type switch_lb_vip, for which the switch itself answers.`,
    { subnet: state.name, vip, vipType: held.vip.vipType },
  );
}

export function frontTaken(
  name: string,
  { vip, ports }: RuleDefinition,
  state: SubnetState,
): { rejected: Rejection } | undefined {
  for (const port of ports) {
    const other = state.uses.ruleWithFront(vip, port.port, port.protocol);
    if (other === undefined || other === name) continue;
    return reject(
      'FrontTaken',
      `Front ${frontText(port)} of Vip ${vip} in subnet ${state.name} belongs to rule ${other}; choose another port, or revise that rule.`,
      { subnet: state.name, vip, front: frontText(port), rule: other },
    );
  }
  return undefined;
}

export function ruleDifferences(a: Rule | RuleDefinition, b: RuleDefinition): (keyof RuleDefinition)[] {
  const [left, right] = [ruleDefinitionOf(a), ruleDefinitionOf(b)];
  return (Object.keys(left) as (keyof RuleDefinition)[]).filter(
    (field) => fieldText(left[field]) !== fieldText(right[field]),
  );
}

const fieldText = (value: unknown): string =>
  JSON.stringify(value ?? '', (_, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`;
    // Of ports: whatever order their fields came in.
    return isPlain(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner;
  });

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;

const frontText = ({ port, protocol }: RulePort): string => `${port}/${protocol}`;
