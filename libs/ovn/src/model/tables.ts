// The tables and columns of the Northbound that Holdfast reads or writes, and the types of their rows. Types and names
// only: nothing here is a connection.
import type { Selected, Uuid } from '@holdfast/ovsdb';
import type { OVN_Northbound_Tables } from '../generated/northbound';

/**
 * The columns that matter to us. What ovn-northd writes (`up`, `dynamic_addresses`, `tag`) is not among them, so
 * its writes neither wake us nor look like drift.
 */
export const WATCHED = {
  NB_Global: { columns: ['external_ids'] },
  Logical_Switch: { columns: ['name', 'ports', 'load_balancer', 'external_ids'] },
  Logical_Switch_Port: {
    columns: [
      'name',
      'type',
      'options',
      'addresses',
      'port_security',
      'enabled',
      'parent_name',
      'tag_request',
      'external_ids',
    ],
  },
  Logical_Router: {
    columns: ['name', 'ports', 'static_routes', 'policies', 'nat', 'load_balancer', 'external_ids'],
  },
  Logical_Router_Port: { columns: ['name', 'mac', 'networks', 'external_ids'] },
  Load_Balancer: {
    columns: [
      'name',
      'vips',
      'protocol',
      'selection_fields',
      'options',
      'ip_port_mappings',
      'health_check',
      'external_ids',
    ],
  },
  Load_Balancer_Health_Check: { columns: ['vip', 'options', 'external_ids'] },
} as const;

export type WatchedTables = Selected<OVN_Northbound_Tables, typeof WATCHED>;
export type GlobalRow = WatchedTables['NB_Global'];
export type SwitchRow = WatchedTables['Logical_Switch'];
export type SwitchPortRow = WatchedTables['Logical_Switch_Port'];
export type RouterRow = WatchedTables['Logical_Router'];
export type RouterPortRow = WatchedTables['Logical_Router_Port'];

/** Tables that may have rows of ours. */
export type OwnTable = Exclude<keyof WatchedTables, 'NB_Global'>;
/** A row's UUID is unique in the whole database, so one type does for all tables. */
export type RowUuid = Uuid<string>;
export type RowOf<Table extends OwnTable> = WatchedTables[Table];
export type AnyRow = { readonly [Table in OwnTable]: RowOf<Table> }[OwnTable];
