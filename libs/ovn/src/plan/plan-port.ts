// What is to be done so that a holder has its Logical_Switch_Port, where the ledger says that it is for us to make.
import {
  type Address,
  type Holder,
  type User,
  addressesOf,
  formatAddress,
  formatMac,
  holderParts,
  parseHolder,
} from '@holdfast/ipam';
import { PORT_UNSET, desiredRow } from '../model/desired-row';
import type { PortRow } from '../actual/northbound';
import { type DueKey, partsOf } from '../model/row-keys';
import type { Batch, Plan } from './plan';
import { RowPlan } from './row-plan';

/** `explains`: whether to say what is different. */
export function planPort(key: DueKey, batch: Batch, explains: boolean): Plan {
  const { view } = batch.options;
  const { subnet: subnetName, name } = partsOf(key);
  const plan = new RowPlan(key, batch, explains);
  const subnet = view.subnet(subnetName);
  const reservation = subnet?.byHolder.get(parseHolder(name)!);
  if (subnet && reservation?.port !== undefined) {
    const { port, portSecurity } = reservation;
    plan.hasRows = true;
    plan.position = view.subnetPosition(subnetName);
    const place = plan.containerOf('switch', subnetName);
    const mac = subnet.macOf(reservation);
    const addresses = addressesOf(reservation);
    const own = [formatMac(mac), ...addresses.map(formatAddress)];
    const allowed = portSecurity ? vipsOfParent(batch, subnetName, port).map(formatAddress) : [];
    const wanted =
      place !== undefined &&
      desiredRow('Logical_Switch_Port', {
        key,
        columns: {
          name: port,
          type: '',
          addresses: [own.join(' ')],
          port_security: portSecurity ? [[...own, ...allowed].join(' ')] : [],
          ...placementOf(reservation.holder, subnet.users.usersOf(reservation.holder)),
        },
        unset: PORT_UNSET,
        ls: subnetName,
        into: [place],
        claims: { mac, addresses },
      });
    if (wanted && plan.put(wanted)) batch.make('port', port, wanted.into[0]!);
  }
  return plan.finish();
}

/**
 * Where a machine's port is (ovn-nb(5), options:requested-chassis and options:activation-strategy): on its node alone, and
 * during a live migration on both, the target's taking over with its first RARP. It is never left open: before a
 * migration's target is known here, and after it until the source is gone, two chassis have an interface of that port,
 * and would take it from each other for as long as both do. A node's name has to be its chassis' name or hostname.
 * Of other holders nothing is said.
 */
export function placementOf(holder: Holder, users: readonly User[]): Partial<Pick<PortRow, 'options'>> {
  if (holderParts(holder).kind !== 'vm') return {};
  const nodes = [...new Set(users.flatMap(({ node }) => node ?? []))];
  const placement = nodes.length > 0 && { 'requested-chassis': nodes.join(',') };
  return { options: { ...placement, ...(nodes.length > 1 && { 'activation-strategy': 'rarp' }) } };
}

/** The addresses of all Vips of the Subnet that the port may answer for, by name of the Vip. */
export function vipsOfParent(batch: Batch, subnet: string, port: string): Address[] {
  const { view, index } = batch.options;
  return [...index.parents.leftsOf(port)].sort().flatMap((name) => {
    const vip = view.vip(name);
    const isMeant = vip?.subnet.name === subnet && vip.reservation.vip.vipType === '';
    return isMeant ? addressesOf(vip.reservation) : [];
  });
}
