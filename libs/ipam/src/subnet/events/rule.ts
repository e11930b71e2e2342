// Rules: ports of a Vip, spread over backends (Kube-OVN's SwitchLBRule).
import type { Address } from '../../address';

/** OVN's Load_Balancer protocols (ovn-nb(5)). */
export const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** One front of a Vip, and the port of the backends behind it. */
export interface RulePort {
  readonly name?: string;
  /** 1 to 65535. */
  readonly port: number;
  /** 1 to 65535. */
  readonly targetPort: number;
  readonly protocol: Protocol;
}

/** What is spread over which backends (Kube-OVN's SwitchLBRule). */
export interface RuleDefinition {
  /** A Vip of this Subnet, of type `switch_lb_vip`. */
  readonly vip: string;
  readonly ports: readonly RulePort[];
  /** Whose Pods the selector is for. */
  readonly namespace?: string;
  /** Label selector entries; their Pods' addresses come with `SetRuleBackends`. Empty: `endpoints` it is. */
  readonly selector: readonly string[];
  /** Backends by address, where no selector says them. */
  readonly endpoints: readonly Address[];
  /** Whether a client always gets the same backend. */
  readonly affinity: 'none' | 'client-ip';
  /** Whether backends that don't answer are left out; IPv4 only (ovn-nb(5), Load_Balancer_Health_Check). */
  readonly healthCheck: boolean;
  /** Whether a front without backends refuses at once, rather than being silent. */
  readonly rejectWhenEmpty: boolean;
  readonly note?: string;
}

export function ruleDefinitionOf(definition: RuleDefinition): RuleDefinition {
  const { vip, ports, namespace, selector, endpoints, affinity, healthCheck, rejectWhenEmpty, note } =
    definition;
  return { vip, ports, namespace, selector, endpoints, affinity, healthCheck, rejectWhenEmpty, note };
}

/** The rule has the fronts `vip:port/protocol` of its ports from now on. */
export interface RuleDefined extends RuleDefinition {
  readonly type: 'RuleDefined';
  readonly rule: string;
}

/** This is the whole of what holds now; its selector's backends stay. */
export interface RuleRevised extends RuleDefinition {
  readonly type: 'RuleRevised';
  readonly rule: string;
}

/** The rule and its fronts ended. */
export interface RuleRetired {
  readonly type: 'RuleRetired';
  readonly rule: string;
  readonly vip: string;
  readonly reason: string;
}

/** Other Pods are behind the rule; these are all of them, ascending. */
export interface RuleBackendsChanged {
  readonly type: 'RuleBackendsChanged';
  readonly rule: string;
  readonly vip: string;
  readonly backends: readonly Address[];
}
