// Through which port, and from which address, OVN checks a rule's backends (`ip_port_mappings`, ovn-nb(5)). A
// backend of which either is not known is not checked: it stays in, as without health checks.
import {
  type Address,
  HEALTH_CHECK_SOURCE,
  type Rule,
  type SubnetState,
  contains,
  formatAddress,
} from '@holdfast/ipam';
import { topics } from './dependencies';
import type { RowUuid } from '../actual/northbound';
import type { RowPlan } from './row-plan';

/** @param switches those that the rule is on: backends live on these */
export function probesOf(
  plan: RowPlan,
  rule: Rule,
  own: SubnetState,
  switches: readonly RowUuid[],
): { readonly [backend: string]: string } {
  const { view } = plan.batch.options;
  const others = switches.map((uuid) =>
    view.subnet(plan.rows.get(uuid) ? plan.rows.switch(uuid).row.name : ''),
  );
  const subnets = [...new Set([own, ...others.filter((subnet) => subnet !== undefined)])];
  for (const { name } of subnets) plan.topics.push(topics.subnet(name));
  const probes: { [backend: string]: string } = {};
  for (const backend of rule.backends) {
    if (typeof backend !== 'number') continue;
    const home = subnets.find(({ definition }) => definition?.cidrs.some((cidr) => contains(cidr, backend)));
    const source = home?.byHolder.get(HEALTH_CHECK_SOURCE)?.v4;
    const port = home && portOf(plan, home, backend);
    if (source !== undefined && port !== undefined)
      probes[formatAddress(backend)] = `${port}:${formatAddress(source)}`;
  }
  return probes;
}

/** The port that the ledger says the address is reached by, or the one that has it in `addresses`. */
function portOf(plan: RowPlan, subnet: SubnetState, backend: Address): string | undefined {
  const text = formatAddress(backend);
  plan.topics.push(topics.held(subnet.name, text));
  const port = subnet.byAddress.get(backend)?.port;
  if (port !== undefined) return port;
  const { candidates } = plan.batch.switchFor(subnet.name);
  const [place] = candidates;
  if (place === undefined || candidates.length > 1) return undefined;
  plan.topics.push(topics.addressOn(place, text));
  const [uuid] = plan.rows.onSwitch(place)?.addresses.get(backend) ?? [];
  return uuid && plan.rows.port(uuid).row.name;
}
