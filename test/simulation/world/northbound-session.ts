// One process' connection to the Northbound: what it is told comes late at times, in whole transactions and in order;
// replies are lost with the connection; and the lock goes to one at a time.
import type { Northbound, NorthboundChange, NorthboundWatcher } from '@holdfast/ovn';
import { type OvsdbOperation, OvsdbFault, type TransactResult } from '@holdfast/ovsdb';
import { WATCHED } from '@holdfast/ovn/testing';
import { checkOwnSide, northboundMark } from '../check/mark-book';
import type { Life } from './life';
import { type NorthboundDatabase, type Tables, tableDifferences } from '../northbound/database';
import type { NorthboundLock } from '../northbound/lock';
import type { Surroundings } from './surroundings';

const GOING_MS = 2;
const COMING_MS = 2;
const LAG_MS = 3;
const RECONNECT_MAX_MS = 2_000;
/** Until a server finds out that a client has died. */
const NOTICED_MAX_MS = 2_000;

export class NorthboundSession implements Northbound {
  private watcher: NorthboundWatcher | undefined;
  /** What the watcher was told of. */
  private shown: Tables = new Map();
  private shownCommits = 0;
  /** Of this connection; 0 while there is none. */
  private connection = 0;
  private connections = 0;
  private stopWatching: () => void = () => undefined;
  private isActive = false;
  private isCandidate = false;

  constructor(
    private readonly world: Surroundings,
    private readonly life: Life,
    private readonly database: NorthboundDatabase,
    private readonly lock: NorthboundLock,
  ) {}

  watch(watcher: NorthboundWatcher): () => Promise<void> {
    this.watcher = watcher;
    this.stopWatching = this.database.onCommit(() => this.tellLater());
    this.connect();
    return async () => {
      this.stopWatching();
      this.lock.release(this);
    };
  }

  setCandidate(isCandidate: boolean): void {
    if (isCandidate === this.isCandidate) return;
    this.isCandidate = isCandidate;
    if (!isCandidate) this.lock.release(this);
    else if (this.connection !== 0) this.lock.ask(this);
  }

  async transact(operations: readonly OvsdbOperation[]): Promise<TransactResult> {
    const { history } = this.world;
    const faults = this.world.faults.of(`${this.life.name} transact`);
    const { connection } = this;
    if (connection === 0) throw new OvsdbFault('not-connected', 'there is no connection');
    const result = await this.life.call(
      faults.delayMs(GOING_MS, 'northbound-slow'),
      () => {
        if (faults.strikes('northbound-refusal'))
          return {
            outcome: 'aborted',
            error: 'resources exhausted',
            details: undefined,
            operation: undefined,
          } as const;
        if (!this.lock.isHeldBy(this))
          return { outcome: 'aborted', error: 'not owner', details: undefined, operation: -1 } as const;
        this.world.wrote('northbound');
        const before = this.database.tables;
        const done = this.database.transact(operations, () => this.world.outside.uuid());
        this.checkMark(before);
        this.world.checked(() =>
          this.world.northboundChecker.ourTransaction(before, this.database.tables, history.length),
        );
        this.world.note(
          `${this.life.name} northbound ${done.outcome} ${done.outcome === 'aborted' ? done.error : operations.length}`,
        );
        return done;
      },
      faults.delayMs(COMING_MS, 'northbound-slow'),
    );
    if (faults.strikes('northbound-lost-reply')) this.disconnect();
    if (this.connection !== connection)
      throw new OvsdbFault('transaction-outcome-unknown', 'the connection died before the reply came');
    this.tell(this.database);
    return result;
  }

  /** @param before what a transaction of ours found */
  private checkMark(before: Tables): void {
    const { markBook, northbound } = this.world;
    if (!markBook || this.database !== northbound || before === northbound.tables) return;
    this.world.checked(() => checkOwnSide(markBook, this.life.name, 'northbound', northboundMark(before)));
  }

  /** The process died: the server finds out a little later. */
  died(): void {
    this.stopWatching();
    this.connection = 0;
    const noticedMs = Math.ceil(this.drawn('death is noticed') * NOTICED_MAX_MS);
    this.world.scheduler.after(noticedMs, () => this.lock.release(this));
  }

  disconnect(): void {
    if (this.connection === 0) return;
    this.connection = 0;
    this.lock.release(this);
    this.tellState();
    const afterMs = Math.ceil(this.drawn('connects again') * RECONNECT_MAX_MS);
    this.life.clock.after(afterMs, () => this.connect());
  }

  /** The lock was given or taken away. */
  lockChanged(isHeld: boolean): void {
    if (this.life.isOver) return;
    this.isActive = isHeld;
    this.tellState();
  }

  private connect(): void {
    this.connection = this.connections += 1;
    this.tell(this.database);
    this.tellState();
    if (this.isCandidate) this.lock.ask(this);
  }

  private drawn(what: string): number {
    const { draws, outside } = this.world;
    return draws.number(`${this.life.name} ${what}`, () => outside.random());
  }

  private tellLater(): void {
    const { connection } = this;
    if (connection === 0) return;
    const { tables, commits } = this.database;
    const lagMs = this.world.faults.delayMs(LAG_MS, 'northbound-slow', `${this.life.name} monitor`);
    this.life.clock.after(lagMs, () => {
      // A later state may have been told already, and time does not go back.
      if (this.connection === connection && commits > this.shownCommits) this.tell({ tables, commits });
    });
  }

  private tell({ tables, commits }: { readonly tables: Tables; readonly commits: number }): void {
    this.shownCommits = commits;
    const changes: NorthboundChange[] = [];
    for (const { table, before, after } of tableDifferences(this.shown, tables)) {
      if (!(table in WATCHED)) continue;
      const kind = !before ? 'insert' : !after ? 'delete' : 'modify';
      changes.push({ table, uuid: (after ?? before)?._uuid, kind, before, after } as never);
    }
    this.shown = tables;
    if (changes.length > 0) this.watcher?.rowsChanged(changes);
  }

  private tellState(): void {
    const isConnected = this.connection !== 0;
    const trouble = isConnected ? undefined : 'the connection was lost, says the simulation';
    this.watcher?.stateChanged({ isConnected, isActive: isConnected && this.isActive, trouble });
  }
}
