// The rows of a Vip: virtual ports for one that moves between parents, the port of the Pod that has it as its own
// address, a router port of its own for one that fronts a load balancer.
import { type Address, type User, type VipEntry, addressesOf, familyOf, formatAddress } from '@holdfast/ipam';
import { type DesiredRow, VIRTUAL_PORT_UNSET, desiredRow, secondPortName } from './desired-row';
import { ownRouterPortRows } from './lb-vip-rows';
import type { LedgerState, RowContext } from './ledger-state';
import { placementOf, portRow, vipsOfParent } from './port-rows';
import type { RowKey, VirtualPortFamily } from './row-keys';

export function vipRows(name: string, ledger: LedgerState, context: RowContext): readonly DesiredRow[] {
  const vip = ledger.view.vip(name);
  if (!vip) return [];
  const parents = context.presentPorts(vip.subnet.name, grantedParents(vip) ?? NOBODY);
  return [...vipPortRows(vip, ledger, parents), ...ownRouterPortRows(vip, ledger)];
}

/**
 * The ports that answer for the Vip: virtual ones, or that of the Pod whose own address it is.
 * @param parents those of its granted parents that are there, sorted
 */
export const vipPortRows = (
  vip: VipEntry,
  ledger: LedgerState,
  parents: readonly string[],
): readonly DesiredRow[] => [...virtualPortRows(vip, parents), ...userPortRows(vip, ledger)];

/** Whether the Vip is to have rows, or to be answered for by a router. */
export const hasRows = (vip: VipEntry): boolean =>
  vip.reservation.vip.vipType === 'switch_lb_vip' || mayHaveParents(vip) || userWithPort(vip) !== undefined;

/** The ports that were granted the Vip, sorted, whether or not they are there; `undefined`: it has no virtual ports. */
export function grantedParents(vip: VipEntry): readonly string[] | undefined {
  if (!mayHaveParents(vip)) return undefined;
  const { uses } = vip.subnet;
  return uses.parentCount(vip.name) === 0 ? NOBODY : [...uses.parentPorts(vip.name)].sort();
}

/** One port a family, IPv4 first, because `virtual-ip` is one address: ovn-northd makes no flow at all for a pair. */
function virtualPortRows(vip: VipEntry, parents: readonly string[]): readonly DesiredRow[] {
  if (!mayHaveParents(vip)) return NO_ROWS;
  const { v4, v6 } = vip.reservation;
  return [
    ...(v4 === undefined ? NO_ROWS : [virtualPort(vip, v4, true, parents)]),
    ...(v6 === undefined ? NO_ROWS : [virtualPort(vip, v6, v4 === undefined, parents)]),
  ];
}

function virtualPort(
  { name, subnet }: VipEntry,
  address: Address,
  isFirst: boolean,
  parents: readonly string[],
): DesiredRow {
  const family: VirtualPortFamily = familyOf(address) === 4 ? 'ipv4' : 'ipv6';
  return desiredRow('Logical_Switch_Port', {
    key: `vip/${name}/${family}` as RowKey,
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
    place: { in: 'switch', subnet: subnet.name },
    claims: { vips: [address] },
  });
}

/**
 * Whether there are virtual ports at all: some port is a parent, or Pods of its namespace may become ones. A Pod that
 * has the Vip as its own address answers for it alone.
 */
function mayHaveParents({ name, subnet, reservation: { holder, vip } }: VipEntry): boolean {
  if (vip.vipType !== '') return false;
  if (subnet.uses.parentCount(name) > 0) return true;
  return !!vip.namespace && subnet.users.usersOf(holder).length === 0;
}

type UserWithPort = User & { readonly port: string };

/** The Pod that has the Vip as its own address, if its port is for us to make. */
function userWithPort({ subnet, reservation: { holder } }: VipEntry): UserWithPort | undefined {
  const hasPort = (user: User): user is UserWithPort => user.port !== undefined;
  return subnet.users.usersOf(holder).find(hasPort);
}

function userPortRows(vip: VipEntry, ledger: LedgerState): readonly DesiredRow[] {
  const user = userWithPort(vip);
  if (!user) return NO_ROWS;
  const { name, subnet, reservation } = vip;
  const { holder } = reservation;
  return [
    portRow({
      key: `vip/${name}/user` as RowKey,
      subnet: subnet.name,
      name: user.port,
      mac: subnet.macOf(reservation),
      addresses: addressesOf(reservation),
      allowed: user.portSecurity ? vipsOfParent(subnet.name, user.port, ledger) : undefined,
      placement: placementOf(user.owner ?? holder, subnet.users.usersOf(holder)),
    }),
  ];
}

const NOBODY: readonly string[] = [];
const NO_ROWS: readonly DesiredRow[] = [];
