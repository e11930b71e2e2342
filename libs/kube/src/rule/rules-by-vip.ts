// Which rules name which Vip, by its name or by an address, so that a change of the one wakes the other. Fed by the watch
// of SwitchLBRules; it decides nothing.
import { addressesOf, formatAddress, holdersOf, type SubnetEvent, touches } from '@holdfast/ipam';
import { type KubernetesObject, readTexts } from '@holdfast/kube-api';
import { readVip } from './rule-spec';

export class RulesByVip {
  private readonly rulesOf = new Map<string, Set<string>>();
  private readonly namesOf = new Map<string, readonly string[]>();

  changed(rule: string, now: KubernetesObject | undefined): void {
    for (const name of this.namesOf.get(rule) ?? []) {
      const rules = this.rulesOf.get(name);
      rules?.delete(rule);
      if (rules?.size === 0) this.rulesOf.delete(name);
    }
    const names = now ? namesIn(now) : [];
    if (names.length === 0) this.namesOf.delete(rule);
    else this.namesOf.set(rule, names);
    for (const name of names) this.rulesOf.set(name, (this.rulesOf.get(name) ?? new Set()).add(rule));
  }

  /** Rules that may find their Vip, lose it, or find it changed. */
  concernedBy(event: SubnetEvent): Set<string> {
    const rules = new Set<string>();
    for (const name of namesOfEvent(event)) for (const rule of this.rulesOf.get(name) ?? []) rules.add(rule);
    return rules;
  }
}

function namesIn({ spec = {} }: KubernetesObject): string[] {
  const texts = readTexts(spec, ['vip']);
  const request = texts.rejected ? undefined : readVip(texts.value.vip).value;
  if (!request) return [];
  return request.name === undefined ? request.addresses.map(formatAddress) : [request.name];
}

/** Of the Vip, and the addresses that somebody got or gave up. */
function namesOfEvent(event: SubnetEvent): string[] {
  const touched = touches(event);
  const { vip, holder, takes, gives } = touched;
  if (holder !== undefined && !takes && !gives) return [];
  const pairs = holdersOf(touched).flatMap((it) => [it.takes, it.gives]);
  const addresses = pairs.flatMap((pair) => (pair ? addressesOf(pair) : []));
  return [...(vip === undefined ? [] : [vip]), ...addresses.map(formatAddress)];
}
