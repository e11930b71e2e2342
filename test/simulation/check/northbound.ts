// The Northbound beside the ledger: no transaction of ours touches a row that is not ours, the checkpoint claims
// nothing that is not there and never goes back, and in the end the rows are those that building from nothing gives.
import { POSITION_KEY } from '@holdfast/ovn';
import { Violation } from '../engine/violation';
import { NO_ROWS, type Tables, tableDifferences } from '../northbound/database';
import { type Neighbours, isOurs, theirPart } from '../northbound/neighbours';
import type { StoredRow } from '../northbound/values';

export class NorthboundChecker {
  constructor(private readonly neighbours: Neighbours) {}

  /** To be called for every transaction of ours. */
  ourTransaction(before: Tables, after: Tables, logLength: number): void {
    for (const change of tableDifferences(before, after)) {
      if (change.table === 'NB_Global') checkpoint(change.before, change.after, logLength);
      else this.row(change.table, change.before, change.after, before, after);
    }
  }

  /** What neighbours made is as they left it. */
  theirs(tables: Tables): void {
    for (const [uuid, expected] of this.neighbours.theirs) {
      const row = [...tables.values()].map((rows) => rows.get(uuid)).find((found) => found !== undefined);
      const is = row && theirPart(row, tables);
      if (is !== expected)
        throw new Violation('foreign-rows', `a neighbour's row was ${expected} and is ${is}`);
    }
  }

  private row(
    table: string,
    before: StoredRow | undefined,
    after: StoredRow | undefined,
    was: Tables,
    is: Tables,
  ): void {
    if (!before || isOurs(before) || !this.neighbours.theirs.has(before._uuid)) return;
    const [then, now] = [theirPart(before, was), after && theirPart(after, is)];
    if (then !== now)
      throw new Violation(
        'foreign-rows',
        `${table} ${String(before['name'])} is not ours and was changed: ${then} to ${now}`,
      );
  }
}

function checkpoint(before: StoredRow | undefined, after: StoredRow | undefined, logLength: number): void {
  const [was, is] = [before, after].map((row) => Number(row?.external_ids[POSITION_KEY] ?? 0)) as [
    number,
    number,
  ];
  if (is > logLength)
    throw new Violation('checkpoint', `the checkpoint is ${is}, the log ends at ${logLength}`);
  if (is < was) throw new Violation('checkpoint', `the checkpoint goes back from ${was} to ${is}`);
}

/** Our rows, by their keys, without the UUIDs that chance gave them. */
export function ourRows(tables: Tables): string[] {
  const nameOf = (uuid: string): string => {
    for (const rows of tables.values()) {
      const row = rows.get(uuid);
      if (row) return isOurs(row) ? JSON.stringify(row.external_ids) : uuid;
    }
    return 'nothing';
  };
  const lines: string[] = [];
  for (const [table, rows] of tables) {
    if (table === 'NB_Global') continue;
    for (const { _uuid, ...row } of rows.values()) {
      const isOwn = isOurs(row as never);
      const shown = Object.entries(row).map(([column, value]) => [
        column,
        isReference(table, column) ? (value as readonly string[]).map(nameOf).sort() : value,
      ]);
      const content = isOwn
        ? Object.fromEntries(shown)
        : { _uuid, ports: (row['ports'] as string[] | undefined)?.map(nameOf).sort() };
      lines.push(`${table} ${JSON.stringify(content)}`);
    }
  }
  return lines.sort();
}

const isReference = (table: string, column: string): boolean =>
  ['ports', 'load_balancer', 'health_check'].includes(column) && table !== 'Logical_Switch_Port';

/** Only what neighbours made, and nothing of ours in it. */
export function withoutOurs(tables: Tables): Tables {
  const kept = new Map<string, Map<string, StoredRow>>();
  for (const [table, rows] of tables) {
    if (table === 'NB_Global') continue;
    const others = [...rows.values()].filter((row) => !isOurs(row));
    kept.set(
      table,
      new Map(others.map((row) => [row._uuid, JSON.parse(theirPart(row, tables)) as StoredRow])),
    );
  }
  return kept;
}

export { NO_ROWS };
