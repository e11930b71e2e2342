// What should be: the rows that a Subnet and a Vip have in the Northbound. Pure; it does not look at what is there.
import { type Address, type VipEntry, addressesOf, familyOf, formatAddress } from '@holdfast/ipam';
import type { PortRow, SwitchRow } from './northbound';
import { OWNER_KEY, type RowKey, VENDOR } from './ownership';

/** A row of ours: the columns that are wholly ours, and our keys of the one that we share. */
export interface DesiredRow<Row> {
  readonly key: RowKey;
  /** Written on insertion. What a column not named here should be, its initial value is. */
  readonly columns: Partial<Omit<Row, '_uuid' | 'external_ids'>>;
  /** Others may add keys of their own. */
  readonly externalIds: { readonly [key: string]: string };
}

export interface DesiredPort extends DesiredRow<PortRow> {
  readonly columns: Pick<PortRow, 'name' | 'type' | 'options'>;
  readonly address: Address;
}

/**
 * Columns of our ports that must have their initial value. `addresses` above all: an address that stands there is
 * answered for by OVN itself, which ends every fail-over.
 */
export const PORT_COLUMNS_UNSET = {
  addresses: [],
  port_security: [],
  enabled: undefined,
  parent_name: undefined,
  tag_request: undefined,
} as const satisfies Partial<PortRow>;

/** Who may answer for a Vip: names of Logical_Switch_Ports on its switch, in any order. */
export type ParentsOf = (vip: VipEntry) => readonly string[];

export function desiredSwitch(subnet: string): DesiredRow<SwitchRow> {
  const key: RowKey = `subnet/${subnet}`;
  return { key, columns: { name: subnet }, externalIds: { [OWNER_KEY]: key, vendor: VENDOR } };
}

/** Whether the Vip has ports at all: it may have parents, which live in a namespace. */
export function hasPorts({ reservation: { vip } }: VipEntry): boolean {
  return (vip.vipType === '' || vip.vipType === 'switch_lb_vip') && !!vip.namespace;
}

/**
 * One port a family, IPv4 first, because `virtual-ip` is one address: ovn-northd makes no flow at all for a pair.
 * The first is called like the Vip.
 */
export function desiredPorts(vip: VipEntry, parentsOf: ParentsOf): readonly DesiredPort[] {
  if (!hasPorts(vip)) return [];
  const parents = [...new Set(parentsOf(vip))].sort();
  return addressesOf(vip.reservation).map((address, at) => desiredPort(vip, address, at === 0, parents));
}

function desiredPort(
  { name, subnet }: VipEntry,
  address: Address,
  isFirst: boolean,
  parents: readonly string[],
): DesiredPort {
  const family = familyOf(address) === 4 ? 'ipv4' : 'ipv6';
  const key: RowKey = `vip/${name}/${family}`;
  return {
    key,
    address,
    columns: {
      name: isFirst ? name : secondPortName(name),
      type: 'virtual',
      options: {
        'virtual-ip': formatAddress(address),
        // Split at "," and never trimmed by ovn-northd: a space would lose the parent in silence.
        ...(parents.length > 0 && { 'virtual-parents': parents.join(',') }),
      },
    },
    externalIds: { [OWNER_KEY]: key, ls: subnet.name, vendor: VENDOR },
  };
}

/** No Vip can be called so: a colon is not allowed in its name. */
const secondPortName = (vip: string): string => `${vip}${SECOND}`;
const SECOND = ':ipv6';

/** The Vip that a port's name would belong to, if there is one. */
export const vipOfPortName = (name: string): string =>
  name.endsWith(SECOND) ? name.slice(0, -SECOND.length) : name;
