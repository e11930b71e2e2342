// The rows of a Subnet: its Logical_Switch, and the pair of ports that puts it on the router that the ledger names.
import { type SubnetDefinition, type SubnetState, familyOf, formatAddress, formatMac } from '@holdfast/ipam';
import { ROUTER_LED_UNSET, type DesiredRow, desiredRow } from './desired-row';
import type { JoiningPorts, LedgerState, RowContext } from './ledger-state';
import { proxiedOn } from './lb-vip-rows';
import { type NorthboundKey, northboundKey } from './row-keys';
import { sorted } from './sorted';

export const switchRow = (subnet: string): DesiredRow =>
  desiredRow('Logical_Switch', {
    key: northboundKey.subnet(subnet),
    columns: { name: subnet },
    place: { in: 'nothing' },
  });

export const routerRow = (router: string): DesiredRow =>
  desiredRow('Logical_Router', {
    key: northboundKey.router(router),
    columns: { name: router },
    place: { in: 'nothing' },
  });

export const joiningPorts = (subnet: string, router: string): JoiningPorts => ({
  port: `${subnet}-${router}`,
  routerPort: `${router}-${subnet}`,
});

/** The router's port with the gateways, and the switch's port that leads to it; none where others joined the two. */
export function joiningRows(
  subnet: SubnetState,
  ledger: LedgerState,
  context: RowContext,
): readonly DesiredRow[] {
  const definition = subnet.definition;
  const mac = subnet.routerMac();
  const router = definition?.router;
  if (!definition || router === undefined || mac === undefined) return [];
  const names = joiningPorts(subnet.name, router);
  const joined = context.joinedByOthers(subnet.name, names);
  if (joined === 'instead') return [];
  const proxied = joined === 'beside' ? [] : proxiedOn(ledger, subnet.name);
  const key = northboundKey.subnet(subnet.name);
  return [
    desiredRow('Logical_Router_Port', {
      key: `${key}/router-port` as NorthboundKey,
      columns: { name: names.routerPort, mac: formatMac(mac), networks: networksOf(definition) },
      place: { in: 'router', router },
    }),
    desiredRow('Logical_Switch_Port', {
      key: `${key}/port` as NorthboundKey,
      columns: {
        name: names.port,
        type: 'router',
        addresses: ['router'],
        options: {
          'router-port': names.routerPort,
          ...(proxied.length > 0 && { arp_proxy: proxied.join(' ') }),
        },
      },
      unset: ROUTER_LED_UNSET,
      place: { in: 'switch', subnet: subnet.name },
      claims: { mac },
    }),
  ];
}

function networksOf({ gateways, cidrs }: SubnetDefinition): readonly string[] {
  const prefixOf = (gateway: SubnetDefinition['gateways'][number]): number =>
    cidrs.find(({ family }) => family === familyOf(gateway))!.prefixLength;
  return sorted(gateways.map((gateway) => `${formatAddress(gateway)}/${prefixOf(gateway)}`));
}
