// The rows of a rule that spreads the connections to its Vip: one Load_Balancer a protocol, of this rule alone, so
// that the end of one rule can never hurt another, on every switch that has clients; and its health checks.
import {
  HEALTH_CHECK_SOURCE,
  PROTOCOLS,
  type Protocol,
  type Rule,
  type RulePort,
  type SubnetState,
  type VipEntry,
  addressesOf,
  contains,
  familyOf,
  formatAddress,
} from '@holdfast/ipam';
import { type DesiredRow, desiredRow } from './desired-row';
import type { LedgerState, RowContext } from './ledger-state';
import { type RowKey, northboundKey } from './row-keys';

export function ruleRows(
  subnetName: string,
  name: string,
  { view }: LedgerState,
  context: RowContext,
): readonly DesiredRow[] {
  const rule = view.subnet(subnetName)?.uses.rule(name);
  const vip = rule && view.vip(rule.vip);
  if (!rule || !vip) return [];
  const probes = rule.healthCheck ? probesOf(rule, context.subnetsOnRouterOf(vip.subnet), context) : {};
  return PROTOCOLS.flatMap((protocol) => {
    const ports = rule.ports.filter((port) => port.protocol === protocol);
    if (ports.length === 0) return [];
    const balancer = balancerRow(rule, vip, protocol, ports, probes);
    return [balancer, ...(rule.healthCheck ? checkRows(balancer.key, ports, vip) : [])];
  });
}

function balancerRow(
  rule: Rule,
  vip: VipEntry,
  protocol: Protocol,
  ports: readonly RulePort[],
  probes: Probes,
): DesiredRow {
  return desiredRow('Load_Balancer', {
    key: `${northboundKey.rule(vip.subnet.name, rule.name)}/${protocol}` as RowKey,
    columns: {
      name: `${rule.name}/${vip.subnet.name}/${protocol}`,
      protocol,
      vips: frontsOf(rule, ports, vip),
      // By the client's address, and not by affinity_timeout, with which OVN loses each client's first connection.
      selection_fields: rule.affinity === 'client-ip' ? ['ip_src'] : [],
      options: rule.rejectWhenEmpty ? { reject: 'true' } : {},
      ip_port_mappings: probes,
    },
    place: { in: 'client-switches', subnet: vip.subnet.name },
  });
}

/** Each front with the backends of its family behind it. */
function frontsOf(
  rule: Rule,
  ports: readonly RulePort[],
  vip: VipEntry,
): { readonly [front: string]: string } {
  const fronts = addressesOf(vip.reservation).flatMap((address) => {
    const backends = rule.backends.filter((backend) => familyOf(backend) === familyOf(address));
    return ports.map(({ port, targetPort }) => [
      socketOf(address, port),
      backends
        .map((backend) => socketOf(backend, targetPort))
        .sort()
        .join(','),
    ]);
  });
  return Object.fromEntries(fronts) as { readonly [front: string]: string };
}

function socketOf(address: SubnetAddress, port: number): string {
  const text = formatAddress(address);
  return familyOf(address) === 4 ? `${text}:${port}` : `[${text}]:${port}`;
}
type SubnetAddress = Parameters<SubnetState['lastHolder']>[0];

/** Out after three failures, back after one success: a backend that is up again is missed by no client for long. */
const CHECK = { interval: '5', timeout: '3', success_count: '1', failure_count: '3' } as const;

/** OVN checks backends of IPv4 fronts only. */
function checkRows(
  balancer: RowKey,
  ports: readonly RulePort[],
  { reservation: { v4 } }: VipEntry,
): DesiredRow[] {
  if (v4 === undefined) return [];
  return ports.map(({ port }) =>
    desiredRow('Load_Balancer_Health_Check', {
      key: `${balancer}/${port}` as RowKey,
      columns: { vip: socketOf(v4, port), options: CHECK },
      place: { in: 'row', row: balancer },
    }),
  );
}

/** Of a backend: through which port it is checked, and from which address (`ip_port_mappings`, ovn-nb(5)). */
interface Probes {
  readonly [backend: string]: string;
}

/**
 * Backends of which either is not known are not checked: they stay in, as without health checks.
 * @param subnets those where the rule's backends may live
 */
function probesOf(rule: Rule, subnets: readonly SubnetState[], context: RowContext): Probes {
  const probes: { [backend: string]: string } = {};
  for (const backend of rule.backends) {
    if (typeof backend !== 'number') continue;
    const home = subnets.find(({ definition }) => definition?.cidrs.some((cidr) => contains(cidr, backend)));
    if (!home) continue;
    const source = home.byHolder.get(HEALTH_CHECK_SOURCE)?.v4;
    const port = context.portOf(home, backend);
    if (source !== undefined && port !== undefined)
      probes[formatAddress(backend)] = `${port}:${formatAddress(source)}`;
  }
  return probes;
}
