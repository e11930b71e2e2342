// The flags that say what a rule is, and the rule that they say.
import type { v1 } from '@holdfast/api';
import { type Command, Option } from 'commander';
import { readEach, readListFlag } from '../flags';
import type { TypedPort } from '../format/rule-port';

/** `false` is a flag's `--no-` form. */
export interface RuleFlags {
  readonly port?: TypedPort[];
  readonly namespace?: string | false;
  readonly selector?: string[] | false;
  readonly endpoint?: string[] | false;
  readonly affinity?: string;
  readonly healthCheck?: boolean;
  readonly rejectWhenEmpty?: boolean;
  readonly note?: string | false;
}

export const PORT_HELP =
  '80, 443:8443, 53/udp or https=443:8443/tcp; the port of the backends follows the colon';

export function wayFlags(command: Command): Command {
  return command
    .option('--endpoint <addresses>', 'the backends by address', readListFlag)
    .option('--namespace <name>', 'whose Pods are the backends')
    .option('--selector <selector>', 'which of those Pods: a label selector; may be given again', readEach)
    .addOption(
      new Option('--affinity <affinity>', 'whether a client always gets the same backend (none)').choices([
        'none',
        'client-ip',
      ]),
    )
    .option('--note <text>', 'whose it is and what for');
}

/** What is left out is as it was. A selector takes the place of endpoints, and they of it. */
export function toDefinition(flags: RuleFlags, was?: v1.Rule) {
  const { port, endpoint, namespace, selector, affinity, healthCheck, rejectWhenEmpty, note } = flags;
  const isOther = { endpoint: Array.isArray(endpoint), selector: Array.isArray(selector) };
  return {
    ports: (port ?? was?.ports ?? []).map(({ name, port: front, targetPort, protocol }) => ({
      name,
      port: front,
      targetPort,
      protocol,
    })),
    namespace: namespace === false ? '' : (namespace ?? was?.namespace ?? ''),
    selector: selector === false || (isOther.endpoint && !selector) ? [] : (selector ?? was?.selector ?? []),
    endpoints:
      endpoint === false || (isOther.selector && !endpoint) ? [] : (endpoint ?? was?.endpoints ?? []),
    affinity: affinity ?? was?.affinity ?? '',
    healthCheck: healthCheck ?? was?.healthCheck ?? false,
    rejectWhenEmpty: rejectWhenEmpty ?? was?.rejectWhenEmpty ?? false,
    note: note === false ? '' : (note ?? was?.note ?? ''),
  };
}
