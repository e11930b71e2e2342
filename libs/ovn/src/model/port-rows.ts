// The Logical_Switch_Port of a holder, where the ledger says that Holdfast makes it.
import {
  type Address,
  type Holder,
  type Mac,
  type User,
  addressesOf,
  formatAddress,
  formatMac,
  holderParts,
} from '@holdfast/ipam';
import { type DesiredRow, PORT_UNSET, desiredRow } from './desired-row';
import type { LedgerState } from './ledger-state';
import { type RowKey, northboundKey } from './row-keys';
import type { SwitchPortRow } from './tables';

export function holderPortRows(
  subnetName: string,
  holder: Holder,
  ledger: LedgerState,
): readonly DesiredRow[] {
  const subnet = ledger.view.subnet(subnetName);
  const reservation = subnet?.byHolder.get(holder);
  if (!subnet || reservation?.port === undefined) return [];
  return [
    portRow({
      key: northboundKey.port(subnetName, holder),
      subnet: subnetName,
      name: reservation.port,
      mac: subnet.macOf(reservation),
      addresses: addressesOf(reservation),
      allowed: reservation.portSecurity ? vipsOfParent(subnetName, reservation.port, ledger) : undefined,
      placement: placementOf(holder, subnet.users.usersOf(holder)),
    }),
  ];
}

export interface PortRowSpec {
  readonly key: RowKey;
  readonly subnet: string;
  readonly name: string;
  readonly mac: Mac;
  readonly addresses: readonly Address[];
  /** With port security: more addresses that it may answer for. */
  readonly allowed: readonly Address[] | undefined;
  readonly placement: Partial<Pick<SwitchPortRow, 'options'>>;
}

export function portRow({ key, subnet, name, mac, addresses, allowed, placement }: PortRowSpec): DesiredRow {
  const own = [formatMac(mac), ...addresses.map(formatAddress)];
  return desiredRow('Logical_Switch_Port', {
    key,
    columns: {
      name,
      type: '',
      addresses: [own.join(' ')],
      port_security: allowed ? [[...own, ...allowed.map(formatAddress)].join(' ')] : [],
      ...placement,
    },
    unset: PORT_UNSET,
    place: { in: 'switch', subnet },
    claims: { mac, addresses },
  });
}

/**
 * Where a machine's port is (ovn-nb(5), options:requested-chassis and options:activation-strategy): on its node alone, and
 * during a live migration on both, where the target's takes over with its first RARP. It is never left open: before a
 * migration's target is known here, and after it until the source is gone, two chassis have an interface of that port,
 * and would take it from each other for as long as both do. A node's name has to be its chassis' name or hostname.
 * Other holders have no placement.
 */
export function placementOf(holder: Holder, users: readonly User[]): Partial<Pick<SwitchPortRow, 'options'>> {
  if (holderParts(holder).kind !== 'vm') return {};
  const nodes = [...new Set(users.flatMap(({ node }) => node ?? []))];
  const placement = nodes.length > 0 && { 'requested-chassis': nodes.join(',') };
  return { options: { ...placement, ...(nodes.length > 1 && { 'activation-strategy': 'rarp' }) } };
}

/** The addresses of all Vips of the Subnet that the port may answer for, by name of the Vip. */
export function vipsOfParent(subnet: string, port: string, { view, relations }: LedgerState): Address[] {
  return [...relations.parents.leftsOf(port)].sort().flatMap((name) => {
    const vip = view.vip(name);
    const mayAnswer = vip?.subnet.name === subnet && vip.reservation.vip.vipType === '';
    return mayAnswer ? addressesOf(vip.reservation) : [];
  });
}
