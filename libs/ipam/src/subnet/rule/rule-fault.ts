// What may be a rule, in itself and beside the others of its Vip, and in what two differ.
import { vipHolder } from '../../holder';
import { parseLabelSelector } from '../../label';
import { type Rejection, invalid, reject } from '../../rejection';
import { vipNotFound } from '../decision/rejections';
import { type RuleDefinition, type RulePort, ruleDefinitionOf } from '../events';
import type { SubnetState } from '../state/state';
import type { Rule } from '../state/vip-uses';

/** OVN makes a row and flows for each front and each backend; more is a mistake. */
export const RULE_PORTS_MAX = 64;
export const RULE_BACKENDS_MAX = 1024;

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

export function vipTypeMismatch(
  { vip }: RuleDefinition,
  state: SubnetState,
): { rejected: Rejection } | undefined {
  const held = state.byHolder.get(vipHolder(vip));
  if (!held?.vip) return vipNotFound(state, vip);
  if (held.vip.vipType === 'switch_lb_vip') return undefined;
  return reject(
    'VipTypeMismatch',
    `Vip ${vip} of subnet ${state.name} is of type "${held.vip.vipType}"; a rule needs one of type switch_lb_vip, for which the switch itself answers.`,
    { subnet: state.name, vip, vipType: held.vip.vipType },
  );
}

export function vipPortTaken(
  name: string,
  { vip, ports }: RuleDefinition,
  state: SubnetState,
): { rejected: Rejection } | undefined {
  for (const port of ports) {
    const other = state.uses.ruleWithFront(vip, port.port, port.protocol);
    if (other === undefined || other === name) continue;
    return reject(
      'VipPortTaken',
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
