// A Northbound database as ovsdb-server serves it, alone or in a cluster. It only connects: what is written, and
// when, is the reconciler's affair.
import {
  type LockState,
  OvsdbClient,
  type OvsdbClientOptions,
  type OvsdbLock,
  type OvsdbOperation,
  type OvsdbReplica,
  type TransactResult,
} from '@holdfast/ovsdb';
import { OVN_Northbound, type OVN_Northbound_Tables } from '../generated/northbound';
import { type Northbound, type NorthboundWatcher } from './northbound';
import { WATCHED, type WatchedTables } from '../model/tables';

/** The lock that the active projector holds (RFC 7047 section 4.1.8). */
export const PROJECTOR_LOCK = 'holdfast_ovn_projector';

export type NorthboundOptions = Omit<OvsdbClientOptions<OVN_Northbound_Tables>, 'database'>;

export class OvsdbNorthbound implements Northbound {
  private readonly client: OvsdbClient<OVN_Northbound_Tables>;
  private lock: OvsdbLock | undefined;
  private lockChanged = (): void => undefined;

  /** Begins to connect and returns at once. @throws OvsdbFault `invalid-remote` */
  constructor(options: NorthboundOptions) {
    this.client = OvsdbClient.open({ ...options, database: OVN_Northbound });
  }

  watch(watcher: NorthboundWatcher): () => Promise<void> {
    const replica = this.client.replicate(WATCHED) as OvsdbReplica<WatchedTables>;
    const tellState = (): void =>
      watcher.stateChanged({
        isConnected: replica.state === 'synced',
        isActive: this.lock?.state === ('held' satisfies LockState),
        trouble: this.trouble(replica),
      });
    this.lockChanged = tellState;
    const ends = [
      replica.onBatch(({ changes }) => watcher.rowsChanged(changes)),
      replica.onState(tellState),
      this.client.onState(tellState),
    ];
    return async () => {
      for (const end of ends) end();
      this.lockChanged = () => undefined;
      await Promise.all([this.lock?.release(), replica.close()]);
    };
  }

  setCandidate(isCandidate: boolean): void {
    if (isCandidate === (this.lock !== undefined)) return;
    const { lock } = this;
    this.lock = isCandidate ? this.client.lock(PROJECTOR_LOCK) : undefined;
    this.lock?.onState(() => this.lockChanged());
    void lock?.release();
    this.lockChanged();
  }

  async transact(operations: readonly OvsdbOperation[]): Promise<TransactResult> {
    const { lock } = this;
    if (!lock) throw new Error('only who asked for the lock may write');
    const result = await this.client.transact([lock.assertion(), ...operations]);
    if (result.outcome === 'committed') return { ...result, results: result.results.slice(1) };
    return { ...result, operation: result.operation === undefined ? undefined : result.operation - 1 };
  }

  /** How often there was a new connection, since the start. */
  get connections(): number {
    return this.client.connections;
  }

  /** Lets go of the connection; open transactions are given a second. */
  close(): Promise<void> {
    return this.client.close();
  }

  private trouble(replica: OvsdbReplica<WatchedTables>): string | undefined {
    const { state } = this.client;
    const fault = replica.fault ?? (state.status === 'connecting' ? state.fault : undefined);
    return fault?.message;
  }
}
