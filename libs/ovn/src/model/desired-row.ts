// A row of ours as the ledger says that it should be. Pure: nothing that is there is looked at.
import type { Address, Mac } from '@holdfast/ipam';
import { OWNER_KEY, type RowKey, VENDOR } from './row-keys';
import type { OwnTable, RowOf } from './tables';

export interface Columns {
  readonly [column: string]: unknown;
}

/** A row of ours: the columns that are wholly ours, and our keys of the one that we share. */
export interface DesiredRow {
  readonly table: OwnTable;
  readonly key: RowKey;
  /** Written on insertion. A column named neither here nor in `unset` is left to others. */
  readonly columns: Columns;
  /** Others may add keys of their own. */
  readonly externalIds: { readonly [key: string]: string };
  /** Columns that must have their initial value. */
  readonly unset: Columns;
  readonly place: DesiredPlace;
  /** What it would claim on its switch. */
  readonly claims: DesiredClaims | undefined;
}

/** Which rows refer to it, as far as the ledger says. */
export type DesiredPlace =
  /** None: it stands by itself. */
  | { readonly in: 'nothing' }
  | { readonly in: 'switch'; readonly subnet: string }
  | { readonly in: 'router'; readonly router: string }
  /** The router that the Subnet's switch is on, whoever put it there. */
  | { readonly in: 'router-of'; readonly subnet: string }
  /** The Subnet's switch and every other one on its router: where clients are. */
  | { readonly in: 'client-switches'; readonly subnet: string }
  /** The row with this key, of the same plan. */
  | { readonly in: 'row'; readonly row: RowKey };

/** To be claimed by nobody else there. */
export interface DesiredClaims {
  readonly mac?: Mac | undefined;
  /** OVN itself answers for these. */
  readonly addresses?: readonly Address[];
  /** Nobody but a Vip's parents, or its own rows, answers for these. */
  readonly vips?: readonly Address[];
}

type RowSpec<Table extends OwnTable> = Pick<DesiredRow, 'key' | 'place'> & {
  readonly claims?: DesiredClaims;
  readonly columns: Partial<Omit<RowOf<Table>, '_uuid' | 'external_ids'>>;
  readonly unset?: Partial<Omit<RowOf<Table>, '_uuid' | 'external_ids'>>;
};

const NOTHING: Columns = {};

/** With the keys by which everybody can tell whose it is. */
export function desiredRow<Table extends OwnTable>(table: Table, spec: RowSpec<Table>): DesiredRow {
  const { key, columns, unset = NOTHING, place, claims } = spec;
  const isOnSwitch = table === 'Logical_Switch_Port' && place.in === 'switch';
  // Written out: tens of thousands of these are made when all is built anew.
  return {
    table,
    key,
    columns: columns as Columns,
    externalIds: isOnSwitch
      ? { [OWNER_KEY]: key, ls: place.subnet, vendor: VENDOR }
      : { [OWNER_KEY]: key, vendor: VENDOR },
    unset: unset as Columns,
    place,
    claims,
  };
}

/**
 * Columns of our virtual ports that must have their initial value. `addresses` above all: OVN itself answers for an
 * address that stands there, which ends every fail-over.
 */
export const VIRTUAL_PORT_UNSET = {
  addresses: [],
  port_security: [],
  enabled: undefined,
  parent_name: undefined,
  tag_request: undefined,
} as const satisfies Partial<RowOf<'Logical_Switch_Port'>>;

/** Those of our other ports. */
export const PORT_UNSET = {
  enabled: undefined,
  parent_name: undefined,
  tag_request: undefined,
} as const satisfies Partial<RowOf<'Logical_Switch_Port'>>;

/** Those of our ports that lead to a router. */
export const ROUTER_LED_UNSET = { ...PORT_UNSET, port_security: [] } as const satisfies Partial<
  RowOf<'Logical_Switch_Port'>
>;

const SECOND = ':ipv6';
const ROUTER_PORT = ':router';

/** Of a Vip's second virtual port. No Vip can be called so: a colon is not allowed in its name. */
export const secondPortName = (vip: string): string => `${vip}${SECOND}`;

/** Of a Vip's own router port: the Southbound has the ports of switches and routers in one table, by name. */
export const routerPortName = (vip: string): string => `${vip}${ROUTER_PORT}`;

/** The Vip that a port's name would belong to, if there is one. */
export function vipOfPortName(name: string): string {
  const colon = name.lastIndexOf(':');
  const suffix = colon < 0 ? '' : name.slice(colon);
  return suffix === SECOND || suffix === ROUTER_PORT ? name.slice(0, colon) : name;
}
