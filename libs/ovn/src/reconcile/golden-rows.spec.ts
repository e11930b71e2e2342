// What the golden files say that the model says is what stands in a real Northbound in the end, and nothing else of ours.
import { OWNER_KEY } from '../model/row-keys';
import { type AnyRow, type OwnTable, WATCHED } from '../model/tables';
import { REFERENCES, referred } from '../actual/places';
import {
  type GoldenRow,
  type GoldenRows,
  goldenFiles,
  goldenLedger,
  readGolden,
} from '../testing/golden-rows';
import { NorthboundLab } from '../testing/northbound-lab';

let lab: NorthboundLab;
beforeEach(async () => {
  lab = await NorthboundLab.start();
});
afterEach(() => lab.stop());

const TABLES = Object.keys(WATCHED).filter((table): table is OwnTable => table !== 'NB_Global');
const keyOf = (row: AnyRow): string | undefined => row.external_ids[OWNER_KEY];

it.each(goldenFiles())('%s', async (file) => {
  const golden = readGolden(file);
  const ledger = goldenLedger(golden);
  await makeOthers(golden);
  const { switchLbVip } = golden;
  await lab.reconciler(ledger, switchLbVip ? { switchLbVip } : {}).whenSettled();
  const actual = await ownRows();
  // A switch that others made is used as it is.
  const used = new Set(Object.values(golden.others ?? {}).map(({ subnet }) => `subnet/${subnet}`));
  const desired = Object.entries(golden.rows!).filter(([key]) => !used.has(key));
  expect([...actual.keys()].sort()).toEqual(desired.map(([key]) => key).sort());
  for (const [key, row] of desired) expect(shown(actual.get(key)!, row)).toEqual(row);
  const ports = await lab.rowsOf('Logical_Switch_Port');
  for (const [name, security] of Object.entries(golden.portSecurityOfOthers ?? {}))
    expect(ports.find((port) => port.name === name)?.port_security).toEqual(security);
});

/** The ports of others are on switches of others. */
async function makeOthers({ others = {} }: GoldenRows): Promise<void> {
  for (const [name, { subnet, port_security }] of Object.entries(others)) {
    await lab.nbctl('--may-exist', 'ls-add', subnet);
    await lab.nbctl('lsp-add', subnet, name, '--', 'lsp-set-port-security', name, ...port_security);
  }
}

interface OwnRow {
  readonly table: OwnTable;
  readonly row: AnyRow;
  readonly in: readonly string[];
}

async function ownRows(): Promise<Map<string, OwnRow>> {
  const all: { table: OwnTable; row: AnyRow }[] = [];
  for (const table of TABLES)
    for (const row of await lab.rowsOf(table)) all.push({ table, row: row as unknown as AnyRow });
  const placesOf = (uuid: string): string[] =>
    all
      .filter(({ table, row }) =>
        REFERENCES[table]?.some((column) => (referred(row, column) as readonly string[]).includes(uuid)),
      )
      .map(({ table, row }) => (table === 'Load_Balancer' ? keyOf(row)! : (row as { name: string }).name))
      .sort();
  const own = all.filter(({ row }) => keyOf(row) !== undefined);
  return new Map(own.map(({ table, row }) => [keyOf(row)!, { table, row, in: placesOf(row._uuid) }]));
}

/** The row in the form of the file: the columns that the file names, and those that are empty of the ones that must be. */
function shown({ table, row, in: places }: OwnRow, { columns, unset }: GoldenRow): GoldenRow {
  const values = row as unknown as { readonly [column: string]: unknown };
  const isEmpty = (value: unknown): boolean =>
    value === undefined || (typeof value === 'object' && Object.keys(value as object).length === 0);
  return {
    table,
    in: places,
    columns: Object.fromEntries(Object.keys(columns).map((column) => [column, values[column]])),
    external_ids: row.external_ids,
    unset: unset.filter((column) => isEmpty(values[column])),
  };
}
