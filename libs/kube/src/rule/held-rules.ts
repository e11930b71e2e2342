// Which rules of the ledger are of which SwitchLBRule. A rule's note says so, and with it the record: names alone do not,
// because a rule's is unique in its subnet only, and other transports define rules, too.
import type { LedgerView, Rule, SubnetState } from '@holdfast/ipam';
import { actorNamed, SWITCH_LB_RULES } from '@holdfast/kube-api';

export interface HeldRule {
  readonly subnet: SubnetState;
  readonly rule: Rule;
}

export const noteOf = (name: string): string => actorNamed(SWITCH_LB_RULES, name);

const OURS = noteOf('');

/** One, as a rule; two for a moment when its Vip is another one now. Costs a look at each Subnet, not at each rule. */
export function rulesOfObject(view: LedgerView, name: string): HeldRule[] {
  const held: HeldRule[] = [];
  for (const subnet of view.subnets()) {
    const rule = subnet.uses.rule(name);
    if (rule?.note === noteOf(name)) held.push({ subnet, rule });
  }
  return held;
}

/** Names of the objects that the ledger has a rule of. */
export function* namesOfHeldRules(view: LedgerView): Iterable<string> {
  for (const { uses } of view.subnets())
    for (const { name, note } of uses.rules()) if (note?.startsWith(OURS)) yield name;
}
