// How a switch answers for a Vip of type `switch_lb_vip`, which no port of it has: OVN's load balancers see a packet
// only once somebody answered the client's ARP. Two ways, neither of which has a MAC twice on one switch:
//
//   router-port  a router port of its own, with the Vip's own MAC and nothing but the Vip, and a port of the switch
//                that leads to it: touches no row of others.
//   arp-proxy    the switch's own router port answers with its MAC (`options:arp_proxy`): no rows but one key,
//                perhaps in a port of others.
import { type VipEntry, addressesOf, familyOf, formatAddress, formatMac } from '@holdfast/ipam';
import { type DesiredRow, ROUTER_LED_UNSET, desiredRow, routerPortName } from './desired-row';
import type { LedgerState } from './ledger-state';
import type { RowKey } from './row-keys';
import { sorted } from './sorted';

/** The pair of ports of the first way; none the second way. */
export function ownRouterPortRows(vip: VipEntry, { switchLbVip }: LedgerState): readonly DesiredRow[] {
  const { name, subnet, reservation } = vip;
  if (reservation.vip.vipType !== 'switch_lb_vip' || switchLbVip !== 'router-port') return NO_ROWS;
  const addresses = addressesOf(reservation);
  const mac = subnet.macOf(reservation);
  const routerPort = routerPortName(name);
  const networks = addresses.map((each) => `${formatAddress(each)}/${familyOf(each) === 4 ? 32 : 128}`);
  return [
    desiredRow('Logical_Router_Port', {
      key: `vip/${name}/router-port` as RowKey,
      columns: { name: routerPort, mac: formatMac(mac), networks: sorted(networks) },
      place: { in: 'router-of', subnet: subnet.name },
    }),
    desiredRow('Logical_Switch_Port', {
      key: `vip/${name}/port` as RowKey,
      columns: { name, type: 'router', addresses: ['router'], options: { 'router-port': routerPort } },
      unset: ROUTER_LED_UNSET,
      place: { in: 'switch', subnet: subnet.name },
      claims: { mac, vips: addresses },
    }),
  ];
}

const NO_ROWS: readonly DesiredRow[] = [];

/** The addresses of the Subnet's Vips that the router's port is to answer for: IPv4, as ovn-nb(5) has it. */
export function proxiedOn({ view, relations, switchLbVip }: LedgerState, subnet: string): readonly string[] {
  if (switchLbVip !== 'arp-proxy') return [];
  const vips = [...relations.lbVips.rightsOf(subnet)].map((name) => view.vip(name));
  return sorted(
    vips.flatMap((vip) => (vip?.reservation.v4 === undefined ? [] : [formatAddress(vip.reservation.v4)])),
  );
}
