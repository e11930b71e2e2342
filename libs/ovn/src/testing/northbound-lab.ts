// A real Northbound for tests: an ovsdb-server of its own, ovn-nbctl, a client that is none of ours, and
// reconcilers on it. Needs Debian's `openvswitch-common` and `ovn-common`.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Clock, systemChance, systemClock } from '@holdfast/clock';
import { OvsdbClient, type OvsdbOperation, operationsOf } from '@holdfast/ovsdb';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { OVN_Northbound, type OVN_Northbound_Tables } from '../generated/northbound';
import type { Northbound } from '../actual/northbound';
import { OvsdbNorthbound } from '../actual/ovsdb-northbound';
import { rowKeyOf } from '../model/row-keys';
import { NorthboundReconciler, type ReconcilerOptions } from '../reconcile/reconciler';
import { type TestLedger, compareNumbers } from './test-ledger';

const { select } = operationsOf(OVN_Northbound);

type Tables = OVN_Northbound_Tables;
export type LabRow = Tables['Logical_Switch'] | Tables['Logical_Switch_Port'];

export interface LabOptions {
  /** Default: Debian's. */
  readonly schema?: string;
}

export class NorthboundLab {
  /** Somebody else who writes to the Northbound. */
  readonly client: OvsdbClient<Tables>;
  private readonly ends: (() => Promise<void>)[] = [];

  private constructor(readonly server: OvsdbServer) {
    this.client = OvsdbClient.open(clientOptions(server.unix));
    this.ends.push(() => this.client.close());
  }

  static async start({ schema = NORTHBOUND_SCHEMA }: LabOptions = {}): Promise<NorthboundLab> {
    return new NorthboundLab(await startOvsdbServer({ schema }));
  }

  /** A started reconciler that follows the ledger. `remote`: where it connects to, if not straight to the server. */
  reconciler(ledger: TestLedger, options: ReconcilerSetup = {}): RunningReconciler {
    const { remote = this.server.unix, beforeTransaction, ...rest } = options;
    const { clock = systemClock } = rest;
    const northbound = new OvsdbNorthbound({ ...timing, clock: systemClock, remotes: remote });
    const reconciler = new NorthboundReconciler({
      northbound: beforeTransaction ? delayed(northbound, beforeTransaction) : northbound,
      view: ledger.view,
      ledger: ledger.process(),
      onFacts: (listener) => ledger.onFacts(listener),
      comparePositions: compareNumbers,
      chance: systemChance,
      clock,
      ...rest,
    });
    reconciler.start();
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= reconciler.stop().then(() => northbound.close()));
    this.ends.unshift(stop);
    return Object.assign(reconciler, { shutDown: stop, cutOff: () => northbound.close() });
  }

  /** `ovn-nbctl`, whose output it resolves with. @throws Error with what it printed. */
  async nbctl(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('ovn-nbctl', [`--db=${this.server.unix}`, ...args]);
    return stdout;
  }

  /** A transaction of somebody else. @throws Error if it is aborted. */
  async transact(...operations: readonly OvsdbOperation[]): Promise<void> {
    await this.client.whenConnected();
    const result = await this.client.transact(operations);
    if (result.outcome !== 'committed') throw new Error(`${result.error}: ${result.details}`);
  }

  /** Every row of the tables that we write to, whole, split by whose they are. */
  async dump(): Promise<{ readonly own: readonly LabRow[]; readonly foreign: readonly LabRow[] }> {
    await this.client.whenConnected();
    const result = await this.client.transact([
      select('Logical_Switch', []),
      select('Logical_Switch_Port', []),
    ]);
    if (result.outcome !== 'committed') throw new Error(result.error);
    const rows = result.results
      .flatMap(({ rows: found }): LabRow[] => [...found])
      .sort((a, b) => (a._uuid < b._uuid ? -1 : 1));
    const isOwn = (row: LabRow): boolean => rowKeyOf(row) !== undefined;
    return { own: rows.filter(isOwn), foreign: rows.filter((row) => !isOwn(row)) };
  }

  /** All rows of a table. */
  async rowsOf<Table extends keyof Tables & string>(table: Table): Promise<readonly Tables[Table][]> {
    await this.client.whenConnected();
    const result = await this.client.transact([select(table, [])]);
    if (result.outcome !== 'committed') throw new Error(result.error);
    return (result.results[0] as { readonly rows: readonly unknown[] }).rows as readonly Tables[Table][];
  }

  /** Our ports by name: on which switch, and their options. */
  async ports(): Promise<Record<string, string>> {
    const { own } = await this.dump();
    const switches = own.concat((await this.dump()).foreign).filter((row) => 'ports' in row);
    const ports = own.filter((row): row is Tables['Logical_Switch_Port'] => 'port_security' in row);
    return Object.fromEntries(
      ports.map(({ _uuid, name, options }) => {
        const place = switches.find((row) => row.ports.includes(_uuid))?.name;
        return [name, `${place} ${Object.values(options).join(' ')}`];
      }),
    );
  }

  async stop(): Promise<void> {
    for (const end of this.ends) await end();
    await this.server.stop();
  }
}

export interface ReconcilerSetup extends Partial<Omit<ReconcilerOptions, 'northbound'>> {
  readonly remote?: string;
  /** What happens after a transaction was planned and before it is sent. */
  readonly beforeTransaction?: () => Promise<void>;
}

const delayed = (northbound: Northbound, before: () => Promise<void>): Northbound => ({
  watch: (watcher) => northbound.watch(watcher),
  setCandidate: (isCandidate) => northbound.setCandidate(isCandidate),
  transact: (operations) => before().then(() => northbound.transact(operations)),
});

export interface RunningReconciler extends NorthboundReconciler {
  /** Stops it and lets go of its connection. */
  shutDown(): Promise<void>;
  /** Cuts its connection as if it had died: no word to anybody. */
  cutOff(): Promise<void>;
}

const timing = { chance: systemChance, reconnectMaxMs: 50 } as const;

function clientOptions(remotes: string): Parameters<typeof OvsdbClient.open<Tables>>[0] {
  const clock: Clock = systemClock;
  return { ...timing, database: OVN_Northbound, clock, remotes };
}
