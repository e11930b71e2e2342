// The files of test/golden/northbound: what happens to a ledger, and all rows that follow from it. A file is only ever
// added, or changed on purpose.
//
//   { "about": "...", "ledger": [["define", "blue", "10.17.0.0/16"], ...], "rows": { "<key>": { ... } } }
//
// To add one, write a file with `about` and `ledger` and run the spec with GOLDEN=write: it puts in `rows` where they are
// missing. Read what it wrote before you commit it. To change one on purpose, take its `rows` out first.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatAddress } from '@holdfast/ipam';
import type { Columns, DesiredRow } from '../model/desired-row';
import { desiredRowsOf, keysOfLedger } from '../model/desired-rows';
import { withAllowed } from '../model/foreign-port';
import { LedgerRelations } from '../model/ledger-relations';
import { type LedgerState, type SwitchLbVip, assumedContext } from '../model/ledger-state';
import { vipsOfParent } from '../model/port-rows';
import { sorted } from '../model/sorted';
import { TestLedger } from './test-ledger';

const FOLDER = join(__dirname, '../../../../test/golden/northbound');

/** A port that others made. */
export interface GoldenForeignPort {
  readonly subnet: string;
  readonly port_security: readonly string[];
}

export interface GoldenRow {
  readonly table: string;
  /** What refers to it: names of switches and routers, or another row's key. */
  readonly in: readonly string[];
  readonly columns: Columns;
  readonly external_ids: Columns;
  /** Columns that must have their initial value. */
  readonly unset: readonly string[];
}

export interface GoldenRows {
  readonly about: string;
  readonly switchLbVip?: SwitchLbVip;
  /** Verbs of a TestLedger with their arguments. */
  readonly ledger: readonly (readonly [string, ...unknown[]])[];
  /** Ports that others made, by name; every parent is here or in the ledger. */
  readonly others?: { readonly [port: string]: GoldenForeignPort };
  /** By key. */
  readonly rows?: { readonly [key: string]: GoldenRow };
  /** `port_security` of the ports that others made, as it should be. */
  readonly portSecurityOfOthers?: { readonly [port: string]: readonly string[] };
}

export const goldenFiles = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort();

export function readGolden(file: string): GoldenRows {
  const golden = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as GoldenRows;
  if (golden.rows || process.env['GOLDEN'] !== 'write') return golden;
  const written = { ...golden, ...desiredOf(golden) };
  writeFileSync(join(FOLDER, file), `${compact(written)}\n`);
  return written;
}

/** The ledger after everything that the file says. */
export function goldenLedger({ ledger: steps }: GoldenRows): TestLedger {
  const ledger = new TestLedger();
  for (const [verb, ...args] of steps)
    (ledger as unknown as { readonly [verb: string]: (...args: readonly unknown[]) => void })[verb]!(...args);
  return ledger;
}

/** What the model says, in the form of the files. */
export function desiredOf(golden: GoldenRows): Pick<GoldenRows, 'rows' | 'portSecurityOfOthers'> {
  const { view } = goldenLedger(golden);
  const relations = new LedgerRelations(view);
  relations.build();
  const state: LedgerState = { view, relations, switchLbVip: golden.switchLbVip ?? 'router-port' };
  const context = assumedContext(state);
  const keys = sorted(keysOfLedger(view, relations));
  const rows = keys.flatMap((key) => desiredRowsOf(key, state, context));
  const others = Object.entries(golden.others ?? {}).map(([port, { subnet, port_security }]) => {
    const allowed = vipsOfParent(subnet, port, state).map(formatAddress);
    return [port, withAllowed(port_security, [], allowed).value] as const;
  });
  return {
    rows: Object.fromEntries(rows.map((row) => [row.key, goldenRow(row, state)])),
    ...(golden.others && { portSecurityOfOthers: Object.fromEntries(others) }),
  };
}

function goldenRow(row: DesiredRow, state: LedgerState): GoldenRow {
  const { table, columns, externalIds, unset } = row;
  const plain = JSON.parse(JSON.stringify(columns)) as Columns;
  return {
    table,
    in: placeOf(row, state),
    columns: plain,
    external_ids: externalIds,
    unset: Object.keys(unset),
  };
}

function placeOf({ place }: DesiredRow, state: LedgerState): readonly string[] {
  switch (place.in) {
    case 'nothing':
      return [];
    case 'switch':
      return [place.subnet];
    case 'router':
      return [place.router];
    case 'router-of':
      return [...state.relations.routers.rightsOf(place.subnet)];
    case 'client-switches': {
      const subnet = state.view.subnet(place.subnet)!;
      return assumedContext(state)
        .subnetsOnRouterOf(subnet)
        .map(({ name }) => name)
        .sort();
    }
    case 'row':
      return [place.row];
  }
}

const LINE_MAX = 110;

/** JSON with everything on one line that has room there. */
function compact(value: unknown, indent = ''): string {
  const line = JSON.stringify(value, undefined, 1).replace(/\n\s*/g, ' ');
  if (indent.length + line.length <= LINE_MAX || typeof value !== 'object' || value === null) return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((each) => compact(each, inner))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${compact(each, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}
