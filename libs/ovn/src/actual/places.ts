// Which of the tables' rows refer to which: a port is on a switch, a health check is of a load balancer. Where the
// reference is strong, a row that nothing refers to is gone (RFC 7047 section 3.2); where it is weak, the row stays.
import type { AnyRow, OwnTable, RowUuid } from '../model/tables';

export interface RowPlace {
  readonly table: OwnTable;
  readonly column: 'ports' | 'load_balancer' | 'health_check';
  /** The row lives in one place and goes with the reference. */
  readonly isHome: boolean;
}

/** Where rows of a table are referred to; a table that is not named stands by itself. */
export const PLACES: { readonly [Table in OwnTable]?: RowPlace } = {
  Logical_Switch_Port: { table: 'Logical_Switch', column: 'ports', isHome: true },
  Logical_Router_Port: { table: 'Logical_Router', column: 'ports', isHome: true },
  Load_Balancer: { table: 'Logical_Switch', column: 'load_balancer', isHome: false },
  Load_Balancer_Health_Check: { table: 'Load_Balancer', column: 'health_check', isHome: true },
};

/** The columns by which a table's rows refer to such rows. */
export const REFERENCES: { readonly [Table in OwnTable]?: readonly RowPlace['column'][] } = {
  Logical_Switch: ['ports', 'load_balancer'],
  Logical_Router: ['ports'],
  Load_Balancer: ['health_check'],
};

const NONE: readonly RowUuid[] = [];

/** What the row refers to, sorted. */
export const referred = (row: AnyRow | undefined, column: RowPlace['column']): readonly RowUuid[] =>
  (row as { readonly [Column in RowPlace['column']]?: readonly RowUuid[] } | undefined)?.[column] ?? NONE;

/** Tables whose rows have a name that is the only one of its kind, of both: the Southbound binds ports by name. */
export const isPortTable = (table: OwnTable): table is 'Logical_Switch_Port' | 'Logical_Router_Port' =>
  table === 'Logical_Switch_Port' || table === 'Logical_Router_Port';
