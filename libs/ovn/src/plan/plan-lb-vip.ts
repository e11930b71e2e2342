// How a switch answers for a Vip of type `switch_lb_vip`, which no port of it has: OVN's load balancers see a packet
// only once somebody answered the client's ARP. Two ways, neither of which has a MAC twice on one switch:
//
//   router-port  a router port of its own, with the Vip's own MAC and nothing but the Vip, and a port of the switch
//                that leads to it: touches no row of others.
//   arp-proxy    the switch's own router port answers with its MAC (`options:arp_proxy`): no rows but one key,
//                perhaps in a port of others.
import { type VipEntry, addressesOf, familyOf, formatAddress, formatMac } from '@holdfast/ipam';
import { ROUTER_LED_UNSET, desiredRow, routerPortName } from '../model/desired-row';
import { topics } from './dependencies';
import type { RowUuid } from '../actual/northbound';
import type { DueKey } from '../model/row-keys';
import { type Attachment, attachmentOf } from './proxied';
import type { Notice } from './plan';
import type { RowPlan } from './row-plan';
import { sorted } from '../model/sorted';

export function planLbVip(plan: RowPlan, vip: VipEntry): void {
  plan.hasRows = true;
  const place = plan.containerOf('switch', vip.subnet.name);
  if (place === undefined) return;
  plan.topics.push(topics.attachment(place), topics.subnet(vip.subnet.name));
  const attachment = attachmentOf(plan.rows, place);
  if (plan.batch.options.switchLbVip === 'arp-proxy') return answerByProxy(plan, vip, attachment, place);
  const router = attachment?.router ?? namedRouter(plan, vip);
  if (router === undefined) return noRouter(plan, vip);
  putRouterPort(plan, vip, place, router);
}

/** The one that the ledger names for the Subnet, before the switch is on it. */
export function namedRouter(plan: RowPlan, { subnet }: VipEntry): RowUuid | undefined {
  const name = subnet.definition?.router;
  if (name === undefined) return undefined;
  plan.topics.push(topics.routerName(name));
  const { candidates } = plan.batch.routerFor(name);
  return candidates.length > 1 ? undefined : (candidates[0] ?? plan.batch.madeOf('Logical_Router', name));
}

function noRouter(plan: RowPlan, { name, subnet }: VipEntry): void {
  plan.block(
    'NoRouter',
    `Logical_Switch ${subnet.name} is on no router, and nobody else can answer for Vip ${name} there; put the switch on one, or name a router for subnet ${subnet.name}.`,
  );
}

function putRouterPort(plan: RowPlan, vip: VipEntry, place: RowUuid, router: RowUuid): void {
  const { name, subnet, reservation } = vip;
  const addresses = addressesOf(reservation);
  const mac = subnet.macOf(reservation);
  const routerPort = routerPortName(name);
  const networks = addresses.map((each) => `${formatAddress(each)}/${familyOf(each) === 4 ? 32 : 128}`);
  plan.putTogether(
    desiredRow('Logical_Router_Port', {
      key: `${plan.key}/router-port` as DueKey,
      columns: { name: routerPort, mac: formatMac(mac), networks: sorted(networks) },
      into: [router],
    }),
    desiredRow('Logical_Switch_Port', {
      key: `${plan.key}/port` as DueKey,
      columns: { name, type: 'router', addresses: ['router'], options: { 'router-port': routerPort } },
      unset: ROUTER_LED_UNSET,
      ls: subnet.name,
      into: [place],
      claims: { mac, vips: addresses },
    }),
  );
}

/** The rows are the switch's port's: see plan-subnet.ts where it is ours, plan-foreign-port.ts where not. */
function answerByProxy(
  plan: RowPlan,
  vip: VipEntry,
  attachment: Attachment | undefined,
  place: RowUuid,
): void {
  const addresses = addressesOf(vip.reservation);
  if (plan.isAnswered(place, addresses)) return;
  if (!attachment) {
    // The pair that joins the two is made by the same transaction; it wakes us.
    if (namedRouter(plan, vip) === undefined) noRouter(plan, vip);
    plan.isPending = true;
    return;
  }
  const { v4, v6 } = vip.reservation;
  if (v6 !== undefined) plan.notice = notByProxy(vip.name, formatAddress(v6));
  if (v4 === undefined) return;
  const { name, options } = attachment.port.row;
  plan.topics.push(topics.portName(name));
  const answered = (options['arp_proxy'] ?? '').split(/\s+/);
  plan.isPending = !answered.includes(formatAddress(v4));
}

const notByProxy = (vip: string, address: string): Notice => ({
  reason: 'Ipv6NotAnswered',
  message: `Its rows in the Northbound are as they should be, but by arp_proxy a router answers for IPv4 alone, not for ${address} of Vip ${vip}; project it the other way (router-port).`,
});
