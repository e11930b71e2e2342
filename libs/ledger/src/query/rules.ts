// Answers what is asked of rules, from the view.
import { type Rule, type SubnetState, reject } from '@holdfast/ipam';
import type { GetRule, ListRules } from '@holdfast/api';
import { type Found, type Listed, noSubnet, sortedPage } from './page';
import { getVip } from './vips';
import type { LedgerReader } from '../follow/ledger-reader';

export interface RuleEntry {
  readonly subnet: SubnetState;
  readonly rule: Rule;
}

export function getRule({ subnet: name, name: ruleName }: GetRule, { view }: LedgerReader): Found<RuleEntry> {
  const subnet = view.subnet(name);
  if (!subnet) return noSubnet(name);
  const rule = subnet.uses.rule(ruleName);
  if (rule) return { found: { subnet, rule } };
  return reject(
    'RuleNotFound',
    `There is no rule ${ruleName} in subnet ${name}; name another subnet, or define the rule first.`,
    { subnet: name, rule: ruleName },
  );
}

export function listRules(query: ListRules, reader: LedgerReader): Found<Listed<RuleEntry>> {
  const { view } = reader;
  if (query.subnet !== undefined && !view.subnet(query.subnet)) return noSubnet(query.subnet);
  const vip = query.vip === undefined ? undefined : getVip({ type: 'GetVip', name: query.vip }, reader);
  if (vip?.rejected) return vip;
  const subnets = vip ? [vip.found.subnet] : view.subnets();
  const matching = function* (): Iterable<RuleEntry> {
    for (const subnet of subnets) {
      if (query.subnet !== undefined && subnet.name !== query.subnet) continue;
      for (const rule of subnet.uses.rules()) {
        if (query.vip === undefined || rule.vip === query.vip) yield { subnet, rule };
      }
    }
  };
  return { found: sortedPage(matching(), ({ subnet, rule }) => [subnet.name, rule.name], query.page) };
}
