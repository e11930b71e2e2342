// What should be: a row of ours as the ledger wants it. Pure; what is there is not looked at.
import type { Address, Mac } from '@holdfast/ipam';
import type { Columns } from '../actual/row-difference';
import type { OwnTable, RowOf, RowUuid } from '../actual/northbound';
import { OWNER_KEY, type RowKey, VENDOR } from './row-keys';

/** A row of ours: the columns that are wholly ours, and our keys of the one that we share. */
export interface DesiredRow {
  readonly table: OwnTable;
  readonly key: RowKey;
  /** Written on insertion. Of a column not named here nor in `unset`, others may make what they like. */
  readonly columns: Columns;
  /** Others may add keys of their own. */
  readonly externalIds: { readonly [key: string]: string };
  /** Columns that must have their initial value. */
  readonly unset: Columns;
  /** The rows that are to refer to it: its switch, its router, all switches that it is attached to. */
  readonly into: readonly RowUuid[];
  /** What it would claim on its switch. */
  readonly claims: DesiredClaims | undefined;
}

/** To be claimed by nobody else there. */
export interface DesiredClaims {
  readonly mac?: Mac | undefined;
  /** OVN itself answers for these. */
  readonly addresses?: readonly Address[];
  /** Nobody but a Vip's parents, or its own rows, answers for these. */
  readonly vips?: readonly Address[];
}

type Wish<Table extends OwnTable> = Pick<DesiredRow, 'key' | 'into'> & {
  readonly claims?: DesiredClaims;
  readonly columns: Partial<Omit<RowOf<Table>, '_uuid' | 'external_ids'>>;
  readonly unset?: Partial<Omit<RowOf<Table>, '_uuid' | 'external_ids'>>;
  /** The Subnet whose switch it is on. */
  readonly ls?: string;
};

const NOTHING: Columns = {};

/** With the keys by which everybody can tell whose it is. */
export function desiredRow<Table extends OwnTable>(table: Table, wish: Wish<Table>): DesiredRow {
  const { key, columns, unset = NOTHING, ls, into, claims } = wish;
  // Written out: tens of thousands of these are made when all is built anew.
  return {
    table,
    key,
    columns: columns as Columns,
    externalIds:
      ls === undefined ? { [OWNER_KEY]: key, vendor: VENDOR } : { [OWNER_KEY]: key, ls, vendor: VENDOR },
    unset: unset as Columns,
    into,
    claims,
  };
}

/**
 * Columns of our virtual ports that must have their initial value. `addresses` above all: an address that stands
 * there is answered for by OVN itself, which ends every fail-over.
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
