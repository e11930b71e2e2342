// Commands about what a Subnet's Vips are used for, written as people write them. For tests, like ./subnet-text.
import { type Address, parseAddress } from '../address';
import type {
  DefineRule,
  Evidence,
  GrantParent,
  Grantor,
  Protocol,
  RetireRule,
  ReviseRule,
  RuleDefinition,
  SetRuleBackends,
  WithdrawParent,
} from '../subnet';

export interface RuleText extends Partial<Omit<RuleDefinition, 'ports' | 'endpoints'>> {
  /** Blank for none. */
  readonly endpoints?: string;
}

export function usesOf(subnet: string) {
  const definition = (vip: string, ports: string, rule: RuleText): RuleDefinition => ({
    selector: [],
    affinity: 'none',
    healthCheck: false,
    rejectWhenEmpty: true,
    ...rule,
    vip,
    ports: words(ports).map(portOf),
    endpoints: addresses(rule.endpoints ?? ''),
  });
  return {
    grant: (vip: string, port: string, grantor: Grantor = 'selector', evidence?: Evidence): GrantParent => ({
      type: 'GrantParent',
      subnet,
      vip,
      port,
      grantor,
      ...(evidence && { evidence }),
    }),
    withdraw: (vip: string, port: string, grantor: Grantor = 'selector'): WithdrawParent => ({
      type: 'WithdrawParent',
      subnet,
      vip,
      port,
      grantor,
      reason: 'Pod deleted',
    }),
    defineRule: (rule: string, vip: string, ports: string, text: RuleText = {}): DefineRule => ({
      type: 'DefineRule',
      subnet,
      rule,
      ...definition(vip, ports, text),
    }),
    reviseRule: (rule: string, vip: string, ports: string, text: RuleText = {}): ReviseRule => ({
      type: 'ReviseRule',
      subnet,
      rule,
      ...definition(vip, ports, text),
    }),
    retireRule: (rule: string): RetireRule => ({ type: 'RetireRule', subnet, rule, reason: 'done with' }),
    setBackends: (rule: string, backends: string): SetRuleBackends => ({
      type: 'SetRuleBackends',
      subnet,
      rule,
      backends: addresses(backends),
    }),
  };
}

const words = (text: string): string[] => text.split(' ').filter(Boolean);

const addresses = (text: string): Address[] =>
  words(text).map((word) => {
    const address = parseAddress(word);
    if (address === undefined) throw new Error(`${word} is no address`);
    return address;
  });

/** `80:8080/tcp`. */
function portOf(text: string): RuleDefinition['ports'][number] {
  const [, port, targetPort, protocol] = /^(\d+):(\d+)\/(\w+)$/.exec(text) ?? [];
  return { port: Number(port), targetPort: Number(targetPort), protocol: protocol as Protocol };
}
