// What the Vips of a Subnet are used for: which ports may answer for each (its parents), and which rules have its
// fronts. Part of the Subnet's state; like that, `evolve` is total and changes it in place.
import type { Address } from '../../address';
import {
  GRANTORS,
  type Grantor,
  type Protocol,
  type RuleDefinition,
  type VipUseEvent,
  ruleDefinitionOf,
} from '../events';

export interface Rule extends RuleDefinition {
  readonly name: string;
  /** Ascending; what the selector's Pods have, or the endpoints. */
  readonly backends: readonly Address[];
  readonly changedAtMs: number;
}

export interface Parent {
  readonly port: string;
  readonly grantors: readonly Grantor[];
}

interface Parents {
  /** By port: one bit a grantor, in the order of GRANTORS. */
  readonly grants: Map<string, number>;
  grantedAtMs: number;
  withdrawnAtMs: number;
}

const NO_RULES: ReadonlySet<string> = new Set();

export class VipUses {
  private readonly parentsOfVip = new Map<string, Parents>();
  private readonly rulesByName = new Map<string, Rule>();
  private readonly rulesOfVip = new Map<string, Set<string>>();
  private readonly ruleOfFront = new Map<string, string>();
  /** When a rule was last retired: a definition issued before may be of a rule that is no more wanted. */
  private retiredAtMs = -Infinity;

  /** In the order of their ports' names. */
  parents(vip: string): Parent[] {
    const grants = [...(this.parentsOfVip.get(vip)?.grants ?? [])];
    const parents = grants.map(([port, bits]) => ({ port, grantors: grantorsOf(bits) }));
    return parents.sort((a, b) => (a.port < b.port ? -1 : 1));
  }

  /** Names of the Vip's parents, in no order. */
  parentPorts(vip: string): Iterable<string> {
    return this.parentsOfVip.get(vip)?.grants.keys() ?? [];
  }

  parentCount(vip: string): number {
    return this.parentsOfVip.get(vip)?.grants.size ?? 0;
  }

  isGranted(vip: string, port: string, grantor: Grantor): boolean {
    return ((this.parentsOfVip.get(vip)?.grants.get(port) ?? 0) & bitOf(grantor)) !== 0;
  }

  isParent(vip: string, port: string): boolean {
    return this.parentsOfVip.get(vip)?.grants.has(port) ?? false;
  }

  /** When a grant of the Vip last came, and when one last went. */
  grantTimes(vip: string): { readonly grantedAtMs: number; readonly withdrawnAtMs: number } {
    return this.parentsOfVip.get(vip) ?? { grantedAtMs: -Infinity, withdrawnAtMs: -Infinity };
  }

  rule(name: string): Rule | undefined {
    return this.rulesByName.get(name);
  }

  rules(): Iterable<Rule> {
    return this.rulesByName.values();
  }

  /** Names of the rules that have a front of the Vip. */
  rulesOf(vip: string): ReadonlySet<string> {
    return this.rulesOfVip.get(vip) ?? NO_RULES;
  }

  ruleWithFront(vip: string, port: number, protocol: Protocol): string | undefined {
    return this.ruleOfFront.get(frontKey(vip, port, protocol));
  }

  ruleRetiredAtMs(): number {
    return this.retiredAtMs;
  }

  evolve(event: VipUseEvent, atMs: number): void {
    switch (event.type) {
      case 'ParentGranted':
        return this.grant(event.vip, event.port, event.grantor, atMs);
      case 'ParentWithdrawn':
        return this.withdraw(event.vip, event.port, event.grantor, atMs);
      case 'RuleDefined':
      case 'RuleRevised':
        return this.define(event.rule, ruleDefinitionOf(event), atMs);
      case 'RuleBackendsChanged': {
        const rule = this.rulesByName.get(event.rule);
        if (rule) this.rulesByName.set(rule.name, { ...rule, backends: event.backends, changedAtMs: atMs });
        return;
      }
      case 'RuleRetired':
        this.retiredAtMs = atMs;
        return this.forget(event.rule);
    }
  }

  /** All of it happened by then. */
  happenedBy(latestMs: number): void {
    this.retiredAtMs = Math.min(this.retiredAtMs, latestMs);
    for (const parents of this.parentsOfVip.values()) {
      parents.grantedAtMs = Math.min(parents.grantedAtMs, latestMs);
      parents.withdrawnAtMs = Math.min(parents.withdrawnAtMs, latestMs);
    }
    for (const [name, rule] of this.rulesByName)
      if (rule.changedAtMs > latestMs) this.rulesByName.set(name, { ...rule, changedAtMs: latestMs });
  }

  /** The Vip is no more; no rule used it. */
  endVip(vip: string): void {
    this.parentsOfVip.delete(vip);
  }

  private grant(vip: string, port: string, grantor: Grantor, atMs: number): void {
    let parents = this.parentsOfVip.get(vip);
    if (!parents) {
      parents = { grants: new Map(), grantedAtMs: atMs, withdrawnAtMs: -Infinity };
      this.parentsOfVip.set(vip, parents);
    }
    parents.grantedAtMs = atMs;
    parents.grants.set(port, (parents.grants.get(port) ?? 0) | bitOf(grantor));
  }

  private withdraw(vip: string, port: string, grantor: Grantor, atMs: number): void {
    const parents = this.parentsOfVip.get(vip);
    if (!parents) return;
    parents.withdrawnAtMs = atMs;
    const left = (parents.grants.get(port) ?? 0) & ~bitOf(grantor);
    if (left === 0) parents.grants.delete(port);
    else parents.grants.set(port, left);
  }

  private define(name: string, definition: RuleDefinition, changedAtMs: number): void {
    const before = this.rulesByName.get(name);
    this.forget(name);
    const isSelected = definition.selector.length > 0;
    const kept = before && before.selector.length > 0 ? before.backends : [];
    const backends = isSelected ? kept : ascending(definition.endpoints);
    this.rulesByName.set(name, { ...definition, name, backends, changedAtMs });
    const rules = this.rulesOfVip.get(definition.vip) ?? new Set();
    this.rulesOfVip.set(definition.vip, rules.add(name));
    for (const { port, protocol } of definition.ports)
      this.ruleOfFront.set(frontKey(definition.vip, port, protocol), name);
  }

  private forget(name: string): void {
    const rule = this.rulesByName.get(name);
    if (!rule) return;
    this.rulesByName.delete(name);
    const rules = this.rulesOfVip.get(rule.vip);
    rules?.delete(name);
    if (rules?.size === 0) this.rulesOfVip.delete(rule.vip);
    for (const { port, protocol } of rule.ports) this.ruleOfFront.delete(frontKey(rule.vip, port, protocol));
  }
}

/** What may be asked of it by who must not change it. */
export type VipUsesReader = Pick<
  VipUses,
  | 'parents'
  | 'parentPorts'
  | 'parentCount'
  | 'isGranted'
  | 'isParent'
  | 'grantTimes'
  | 'rule'
  | 'rules'
  | 'rulesOf'
  | 'ruleWithFront'
  | 'ruleRetiredAtMs'
>;

const bitOf = (grantor: Grantor): number => 1 << GRANTORS.indexOf(grantor);
const grantorsOf = (bits: number): Grantor[] => GRANTORS.filter((grantor) => (bits & bitOf(grantor)) !== 0);

const frontKey = (vip: string, port: number, protocol: Protocol): string => `${vip}:${port}/${protocol}`;

/** Each once, IPv4 first. */
export function ascending(addresses: readonly Address[]): Address[] {
  const rank = (address: Address): number => (typeof address === 'number' ? 0 : 1);
  return [...new Set(addresses)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
