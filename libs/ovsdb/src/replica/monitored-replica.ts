// A replica fed by a monitor. After a reconnect it reports what really changed meanwhile, deletions too, and
// nothing else. It never decides what a row should be: the server alone changes rows.
import type { JsonRpcConnection } from '../connection/connection';
import { OvsdbFault } from '../schema/fault';
import { Gate } from '../connection/gate';
import { Listeners } from '../connection/listeners';
import { MONITOR_METHODS, type MonitorMethod, type MonitorUpdate, readUpdate, startMonitor } from './monitor';
import type { Participant } from '../connection/participant';
import type { ChangeBatch, OvsdbReplica, ReplicaState } from './replica';
import { type AnySelection, ReplicaTables } from './replica-tables';
import { type AnySchema, missingColumns } from '../schema/schema';
import type { Uuid } from '../schema/uuid';

export interface MonitoredReplicaOptions {
  readonly schema: AnySchema;
  readonly selection: AnySelection;
  /** Names the monitor; unique within a client. */
  readonly topic: string;
  readonly methods?: readonly MonitorMethod[];
  /** Called once it is closed by its owner. */
  readonly onClose?: () => void;
}

export class MonitoredReplica<Tables> implements OvsdbReplica<Tables>, Participant {
  readonly topic: string;
  private current: ReplicaState = 'stale';
  private reason: OvsdbFault | undefined;
  private ended = false;
  private lastTransaction: string | undefined;
  private connection: JsonRpcConnection | undefined;
  private readonly tables: ReplicaTables;
  private readonly gate = new Gate();
  private readonly batches = new Listeners<ChangeBatch<Tables>>();
  private readonly states = new Listeners<ReplicaState>();

  constructor(private readonly options: MonitoredReplicaOptions) {
    this.topic = options.topic;
    this.tables = new ReplicaTables(options.schema, options.selection);
  }

  get state(): ReplicaState {
    return this.current;
  }

  get fault(): OvsdbFault | undefined {
    return this.reason;
  }

  table<T extends keyof Tables & string>(name: T): ReadonlyMap<Uuid<T>, Tables[T]> {
    return this.tables.rows(name) as ReadonlyMap<string, unknown> as ReadonlyMap<Uuid<T>, Tables[T]>;
  }

  onBatch(listener: (batch: ChangeBatch<Tables>) => void): () => void {
    return this.batches.add(listener);
  }

  onState(listener: (state: ReplicaState) => void): () => void {
    return this.states.add(listener);
  }

  whenSynced(signal?: AbortSignal): Promise<void> {
    return this.gate.passed(signal);
  }

  async close(): Promise<void> {
    if (this.ended) return;
    const { connection } = this;
    this.options.onClose?.();
    this.end(new OvsdbFault('closed', 'the replica was closed'));
    if (connection) await this.cancel(connection);
  }

  async attach(connection: JsonRpcConnection, served: AnySchema): Promise<void> {
    const { schema, methods = MONITOR_METHODS } = this.options;
    const missing = missingColumns(schema, served, this.tables.columns());
    if (missing.length > 0)
      throw new OvsdbFault('schema-mismatch', `the server's ${served.name} has ${missing.join('; ')}`);
    const request = {
      database: schema.name,
      id: this.topic,
      tables: this.tables.request(),
      lastTransaction: this.lastTransaction,
    };
    await startMonitor(connection, methods, request, (contents) => {
      if (this.ended) return void this.cancel(connection);
      this.connection = connection;
      this.apply(contents, 'sync');
      this.enter('synced');
    });
  }

  refused(fault: OvsdbFault): void {
    this.enter('refused', fault);
  }

  notified(method: string, params: readonly unknown[]): void {
    if (!this.connection) return;
    const update = readUpdate(method, params);
    if (update) this.apply(update, 'update');
  }

  detach(): void {
    this.connection = undefined;
    if (!this.ended) this.enter('stale');
  }

  end(fault: OvsdbFault): void {
    this.connection = undefined;
    this.ended = true;
    this.enter('refused', fault);
  }

  private apply(update: MonitorUpdate, cause: 'sync' | 'update'): void {
    const known = this.lastTransaction;
    this.lastTransaction = undefined; // If the update does not fit, only a full dump can be trusted next.
    const changes = this.tables.apply(update);
    this.lastTransaction = update.lastTransaction ?? known;
    if (changes.length > 0) this.batches.notify({ cause, changes } as unknown as ChangeBatch<Tables>);
  }

  private enter(state: ReplicaState, fault?: OvsdbFault): void {
    this.reason = fault;
    if (state === 'synced') this.gate.open();
    else if (fault) this.gate.refuse(fault);
    else this.gate.shut();
    if (state === this.current) return;
    this.current = state;
    this.states.notify(state);
  }

  /** A connection that dies meanwhile has ended the monitor too. */
  private async cancel(connection: JsonRpcConnection): Promise<void> {
    await connection.request('monitor_cancel', [this.topic]).catch(() => undefined);
  }
}
