// What is to be done so that a Vip has its rows: virtual ports for one that moves between parents, a router port of
// its own for one that fronts a load balancer. Rows of others in the way are never touched: the Vip is not projected
// then, and says why.
import {
  type Address,
  type User,
  type VipEntry,
  addressesOf,
  familyOf,
  formatAddress,
  formatMac,
} from '@holdfast/ipam';
import {
  type DesiredRow,
  PORT_UNSET,
  VIRTUAL_PORT_UNSET,
  desiredRow,
  secondPortName,
} from '../model/desired-row';
import type { RowUuid } from '../actual/northbound';
import { type DueKey, type FamilyName, nameOf } from '../model/row-keys';
import type { Batch, Plan } from './plan';
import { planLbVip } from './plan-lb-vip';
import { placementOf, vipsOfParent } from './plan-port';
import { RowPlan } from './row-plan';

/** `explains`: whether to say what is different. */
export function planVip(key: DueKey, batch: Batch, explains: boolean): Plan {
  const { view } = batch.options;
  const name = nameOf(key);
  const entry = view.vip(name);
  const plan = new RowPlan(key, batch, explains);
  plan.position = entry && view.vipPosition(name);
  if (entry && mayHaveParents(entry)) putVirtualPorts(plan, entry);
  const user = entry && userOf(entry);
  if (entry && user) putUserPort(plan, entry, user);
  if (entry?.reservation.vip.vipType === 'switch_lb_vip') planLbVip(plan, entry);
  return plan.finish();
}

/**
 * Whether there are ports at all: some port is a parent, or Pods of its namespace may become ones. A Pod that has
 * the Vip as its own address answers for it alone.
 */
function mayHaveParents({ name, subnet, reservation: { holder, vip } }: VipEntry): boolean {
  if (vip.vipType !== '') return false;
  if (subnet.uses.parentCount(name) > 0) return true;
  return !!vip.namespace && subnet.users.usersOf(holder).length === 0;
}

/** Whether the Vip is to have rows, or to be answered for by a router. */
export const hasRows = (vip: VipEntry): boolean =>
  vip.reservation.vip.vipType === 'switch_lb_vip' || mayHaveParents(vip) || userOf(vip) !== undefined;

/** The Pod that has the Vip as its own address, if its port is for us to make. */
function userOf({ subnet, reservation: { holder } }: VipEntry): PortedUser | undefined {
  const isPorted = (user: User): user is PortedUser => user.port !== undefined;
  return subnet.users.usersOf(holder).find(isPorted);
}

type PortedUser = User & { readonly port: string };

function putUserPort(
  plan: RowPlan,
  { name, subnet, reservation }: VipEntry,
  { port, portSecurity, owner }: PortedUser,
): void {
  plan.hasRows = true;
  const place = plan.containerOf('switch', subnet.name);
  if (place === undefined) return;
  const { holder } = reservation;
  const mac = subnet.macOf(reservation);
  const addresses = addressesOf(reservation);
  const own = [formatMac(mac), ...addresses.map(formatAddress)];
  const allowed = portSecurity ? vipsOfParent(plan.batch, subnet.name, port).map(formatAddress) : [];
  plan.put(
    desiredRow('Logical_Switch_Port', {
      key: `vip/${name}/user` as DueKey,
      columns: {
        name: port,
        type: '',
        addresses: [own.join(' ')],
        port_security: portSecurity ? [[...own, ...allowed].join(' ')] : [],
        ...placementOf(owner ?? holder, subnet.users.usersOf(holder)),
      },
      unset: PORT_UNSET,
      ls: subnet.name,
      into: [place],
      claims: { mac, addresses },
    }),
  );
}

/** One port a family, IPv4 first, because `virtual-ip` is one address: ovn-northd makes no flow at all for a pair. */
function putVirtualPorts(plan: RowPlan, vip: VipEntry): void {
  plan.hasRows = true;
  const place = plan.containerOf('switch', vip.subnet.name);
  if (place === undefined) return;
  const granted =
    vip.subnet.uses.parentCount(vip.name) === 0 ? NOBODY : [...vip.subnet.uses.parentPorts(vip.name)].sort();
  const parents = granted.filter((port) => isOn(plan, port, place));
  const { v4, v6 } = vip.reservation;
  if (v4 !== undefined) plan.put(virtualPort(vip, v4, true, parents, place));
  if (v6 !== undefined) plan.put(virtualPort(vip, v6, v4 === undefined, parents, place));
  if (parents.length === granted.length) return;
  const there = new Set(parents);
  plan.notice = parentMissing(
    granted.filter((port) => !there.has(port)),
    vip.subnet.name,
  );
}

const NOBODY: readonly string[] = [];

const isOn = (plan: RowPlan, port: string, place: RowUuid): boolean =>
  plan.rows.portNamed(port)?.places.includes(place) || plan.batch.madeOf('port', port) === place;

function virtualPort(
  { name, subnet }: VipEntry,
  address: Address,
  isFirst: boolean,
  parents: readonly string[],
  place: RowUuid,
): DesiredRow {
  const family: FamilyName = familyOf(address) === 4 ? 'ipv4' : 'ipv6';
  return desiredRow('Logical_Switch_Port', {
    key: `vip/${name}/${family}` as DueKey,
    columns: {
      name: isFirst ? name : secondPortName(name),
      type: 'virtual',
      options: {
        'virtual-ip': formatAddress(address),
        // Split at "," and never trimmed by ovn-northd: a space would lose the parent in silence.
        ...(parents.length > 0 && { 'virtual-parents': parents.join(',') }),
      },
    },
    unset: VIRTUAL_PORT_UNSET,
    ls: subnet.name,
    into: [place],
    claims: { vips: [address] },
  });
}

/** More are told by their number. */
const NAMES_TOLD_MAX = 5;

function parentMissing(
  missing: readonly string[],
  switchName: string,
): { readonly reason: 'ParentMissing'; readonly message: string } {
  const told = missing.slice(0, NAMES_TOLD_MAX).join(', ');
  const more = missing.length > NAMES_TOLD_MAX ? ` and ${missing.length - NAMES_TOLD_MAX} more` : '';
  return {
    reason: 'ParentMissing',
    message: `Its rows in the Northbound are as they should be; no port of Logical_Switch ${switchName} is called ${told}${more}, which may answer for it as soon as there is one.`,
  };
}
