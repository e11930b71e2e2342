// Commands about rules, as ipam has them. A rule is in its Vip's subnet, which the ledger looks up when it is defined.
import type {
  Address,
  DefineRule,
  RetireRule,
  ReviseRule,
  RuleDefinition,
  RulePort,
  SetRuleBackends,
} from '@holdfast/ipam';
import { RULE_BACKENDS_MAX, RULE_PORTS_MAX } from '@holdfast/ipam';
import { type Checked, all, bad, each, optional, required, valid } from '../checked';
import type {
  DefineRuleRequest,
  RulePort as RulePortMessage,
  RetireRuleRequest,
  ReviseRuleRequest,
  SetRuleBackendsRequest,
} from '../contract';
import * as fields from './fields';
import { type Asked, asked } from './options';
import { selector } from './vip';

export type DefineRuleOrder = Omit<DefineRule, 'subnet'>;

export function parseDefineRule(request: DefineRuleRequest): Checked<Asked<DefineRuleOrder>> {
  const command = all<DefineRuleOrder>({
    type: valid('DefineRule'),
    rule: required(fields.name)('name', request.name),
    ...definition(request),
  });
  return asked(command, request.options);
}

export function parseReviseRule(request: ReviseRuleRequest): Checked<Asked<ReviseRule>> {
  const command = all<ReviseRule>({
    type: valid('ReviseRule'),
    subnet: required(fields.name)('subnet', request.subnet),
    rule: required(fields.name)('name', request.name),
    ...definition(request),
  });
  return asked(command, request.options);
}

export function parseRetireRule(request: RetireRuleRequest): Checked<Asked<RetireRule>> {
  const command = all<RetireRule>({
    type: valid('RetireRule'),
    subnet: required(fields.name)('subnet', request.subnet),
    rule: required(fields.name)('name', request.name),
    reason: fields.freeText('reason', request.reason),
  });
  return asked(command, request.options);
}

export function parseSetRuleBackends(request: SetRuleBackendsRequest): Checked<Asked<SetRuleBackends>> {
  const command = all<SetRuleBackends>({
    type: valid('SetRuleBackends'),
    subnet: required(fields.name)('subnet', request.subnet),
    rule: required(fields.name)('name', request.name),
    backends: addresses('backends', request.backends),
  });
  return asked(command, request.options);
}

type DefinitionRequest = Pick<
  DefineRuleRequest,
  Exclude<keyof RuleDefinition & keyof DefineRuleRequest, 'ports'> | 'ports'
>;

function definition(request: DefinitionRequest): {
  readonly [Key in keyof RuleDefinition]-?: Checked<RuleDefinition[Key]>;
} {
  return {
    vip: required(fields.name)('vip', request.vip),
    ports: ports(request.ports),
    namespace: optional(fields.kubernetesNamespace)('namespace', request.namespace),
    selector: selector('selector', request.selector),
    endpoints: addresses('endpoints', request.endpoints),
    affinity: fields.affinity('affinity', request.affinity || 'none'),
    healthCheck: valid(request.healthCheck),
    rejectWhenEmpty: valid(request.rejectWhenEmpty),
    note: fields.note('note', request.note),
  };
}

function ports(given: readonly RulePortMessage[]): Checked<RulePort[]> {
  if (given.length === 0) return bad('ports', 'is required: say which of the Vip are its fronts');
  return each('ports', given, RULE_PORTS_MAX, rulePort);
}

/** In the order in which the ledger keeps it: two rules are the same when they are written the same. */
function rulePort(field: string, { name, port, targetPort, protocol }: RulePortMessage): Checked<RulePort> {
  return all<RulePort>({
    name: optional(fields.label)(`${field}.name`, name),
    port: fields.portNumber(`${field}.port`, port),
    targetPort: fields.portNumber(`${field}.target_port`, targetPort || port),
    protocol: fields.protocol(`${field}.protocol`, protocol || 'tcp'),
  });
}

const addresses = (field: string, texts: readonly string[]): Checked<Address[]> =>
  each(field, texts, RULE_BACKENDS_MAX, fields.addressField);
