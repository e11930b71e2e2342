// What is to be done so that a rule spreads the connections to its Vip: one Load_Balancer a protocol, of this rule
// alone, so that the end of one rule can never hurt another, on every switch that has clients.
import { PROTOCOLS, type Rule, type RulePort, type SubnetState, type VipEntry } from '@holdfast/ipam';
import { addressesOf, familyOf, formatAddress } from '@holdfast/ipam';
import { desiredRow } from './desired';
import { topics } from './interests';
import type { RowUuid } from './northbound';
import { type DueKey, partsOf } from './ownership';
import type { Batch, Plan } from './plan';
import { namedRouter } from './plan-lb-vip';
import { probesOf } from './probes';
import { attachmentOf, switchesOn } from './proxied';
import { RowPlan } from './row-plan';
import { sorted } from './sorted';

/** `explains`: whether to say what is different. */
export function planRule(key: DueKey, batch: Batch, explains: boolean): Plan {
  const { view } = batch.options;
  const { subnet: subnetName, name } = partsOf(key);
  const plan = new RowPlan(key, batch, explains);
  const rule = view.subnet(subnetName)?.uses.rule(name);
  const vip = rule && view.vip(rule.vip);
  if (rule && vip) {
    plan.hasRows = true;
    plan.position = view.vipPosition(rule.vip);
    const place = plan.containerOf('switch', subnetName);
    if (place !== undefined) putRule(plan, rule, vip, place);
  }
  return plan.finish();
}

function putRule(plan: RowPlan, rule: Rule, vip: VipEntry, place: RowUuid): void {
  const into = clientSwitches(plan, vip, place);
  const probes = rule.healthCheck ? probesOf(plan, rule, vip.subnet, into) : {};
  for (const protocol of PROTOCOLS) {
    const ports = rule.ports.filter((port) => port.protocol === protocol);
    if (ports.length === 0) continue;
    const key = `${plan.key}/${protocol}` as DueKey;
    const balancer = plan.put(
      desiredRow('Load_Balancer', {
        key,
        columns: {
          name: `${rule.name}/${vip.subnet.name}/${protocol}`,
          protocol,
          vips: frontsOf(rule, ports, vip),
          // By the client's address, and not by affinity_timeout, with which OVN loses each client's first connection.
          selection_fields: rule.affinity === 'client-ip' ? ['ip_src'] : [],
          options: rule.rejectWhenEmpty ? { reject: 'true' } : {},
          ip_port_mappings: probes,
        },
        into,
      }),
    );
    if (balancer !== undefined && rule.healthCheck) putChecks(plan, key, ports, vip, balancer);
  }
}

/** The Vip's own switch and every other one on the same router: a load balancer works where the client's port is. */
function clientSwitches(plan: RowPlan, vip: VipEntry, place: RowUuid): readonly RowUuid[] {
  plan.topics.push(topics.attachment(place), topics.subnet(vip.subnet.name));
  const attachment = attachmentOf(plan.rows, place);
  const router = attachment?.router ?? namedRouter(plan, vip);
  if (router === undefined) return [place];
  plan.topics.push(topics.attached(router));
  return plan.rows.get(router) ? sorted([place, ...switchesOn(plan.batch, router)]) : [place];
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
function putChecks(
  plan: RowPlan,
  key: DueKey,
  ports: readonly RulePort[],
  { reservation: { v4 } }: VipEntry,
  balancer: RowUuid,
): void {
  if (v4 === undefined) return;
  for (const { port } of ports)
    plan.put(
      desiredRow('Load_Balancer_Health_Check', {
        key: `${key}/${port}` as DueKey,
        columns: { vip: socketOf(v4, port), options: CHECK },
        into: [balancer],
      }),
    );
}
