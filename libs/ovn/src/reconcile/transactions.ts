// Transactions under way: at most two, each fenced by the mark that the one before it leaves. It sends and
// says what became of each; what to send, and what follows from it, it does not decide.
import type { LedgerMark } from '@holdfast/ipam';
import { fence, globalRow, marked, record } from './mark';
import type { Northbound } from '../actual/northbound';
import type { GlobalRow } from '../model/tables';
import type { NorthboundRows } from '../actual/northbound-rows';
import { type TransactionOutcome, transactionOutcome } from './transaction-outcome';
import { type NorthboundKey, kindOfKey } from '../model/row-keys';
import type { PlannedKey } from '../plan/plan';
import type { TransactionBatch } from '../plan/transaction-batch';
import { areWritten, operationsFor } from '../plan/writes';

/** The server works on one while we read the last one's rows and plan the next; more gain nothing. */
export const TRANSACTIONS_IN_FLIGHT_MAX = 2;

/** What became of a transaction, and of each key that was in it. */
export interface SettledTransaction {
  readonly outcome: TransactionOutcome;
  /** The rows are there exactly as written, and nothing else happened to the key. */
  readonly confirmed: readonly PlannedKey[];
  /** These have to be compared again. */
  readonly rest: readonly PlannedKey[];
}

export class Transactions {
  readonly counts = { transactions: 0, transactionsRefused: 0, rowsWritten: 0 };
  /** The position of our last mark. */
  written: string | undefined;
  private inFlight = 0;
  private readonly keys = new Set<NorthboundKey>();
  /** Those for which something else happened meanwhile. */
  private readonly touched = new Set<NorthboundKey>();
  /** What the global row is once everything in flight is committed. */
  private globalAfter: GlobalRow | undefined;
  /** Of what is in flight: something was refused, so nothing is built on it. */
  private isRefused = false;
  /** Of what is in flight: it makes a switch or a router, which ports need. */
  private isFoundation = false;

  constructor(
    private readonly northbound: Northbound,
    private readonly rows: NorthboundRows,
  ) {}

  get isIdle(): boolean {
    return this.inFlight === 0;
  }

  /** Whether what is under way must be known before anything else is sent. */
  get isFull(): boolean {
    return this.inFlight >= (this.isRefused || this.isFoundation ? 1 : TRANSACTIONS_IN_FLIGHT_MAX);
  }

  /** Whether what is known of the key's rows may be out of date. */
  isInFlight(key: NorthboundKey): boolean {
    return this.keys.has(key);
  }

  /** Something happened that the key's rows, once written, do not show. */
  touch(key: NorthboundKey): void {
    if (this.keys.has(key)) this.touched.add(key);
  }

  /** Sends what was planned from a ledger that stands at `mark`. Not to be called while it is full. */
  async send(batch: TransactionBatch, mark: LedgerMark): Promise<SettledTransaction> {
    if (this.isIdle) this.globalAfter = this.rows.global;
    const global = this.globalAfter;
    // A database without its global row gets that first, so that a refusal says which of the two it is for.
    const operations = global
      ? [
          fence(global),
          ...record(global, mark),
          ...operationsFor(batch.planned.flatMap(({ writes }) => writes)),
        ]
      : [fence(undefined), globalRow()];
    this.isRefused = false;
    this.isFoundation = !global || batch.planned.some(({ key }) => isFoundation(key));
    this.globalAfter = global && marked(global, mark);
    for (const { key } of batch.planned) this.keys.add(key);
    this.expect(batch, true);
    this.counts.transactions += 1;
    this.inFlight += 1;
    const outcome = await transactionOutcome(this.northbound.transact(operations));
    this.inFlight -= 1;
    if (outcome.kind === 'committed' && global) {
      this.written = mark.position;
      this.counts.rowsWritten += batch.size;
    }
    return this.settle(batch, outcome);
  }

  private settle(batch: TransactionBatch, outcome: TransactionOutcome): SettledTransaction {
    const confirmed: PlannedKey[] = [];
    const rest: PlannedKey[] = [];
    for (const planned of batch.planned) {
      this.keys.delete(planned.key);
      const isTouched = this.touched.delete(planned.key);
      if (outcome.kind === 'committed' && !isTouched && areWritten(planned.writes, this.rows))
        confirmed.push(planned);
      else rest.push(planned);
    }
    if (outcome.kind !== 'failed' || !outcome.mayHaveHappened) this.expect(batch, false);
    if (outcome.kind === 'committed') return { outcome, confirmed, rest };
    this.counts.transactionsRefused += 1;
    // What follows a refused transaction finds the mark where it was: that is no trouble of its own.
    const isConsequence = outcome.kind === 'fenced' && this.isRefused;
    this.isRefused = true;
    return { outcome: isConsequence ? { kind: 'superseded' } : outcome, confirmed, rest };
  }

  private expect({ planned }: TransactionBatch, isComing: boolean): void {
    for (const { writes } of planned) {
      for (const write of writes) {
        if (!('owner' in write)) continue;
        if (isComing) this.rows.expect(write.uuid, write.owner);
        else this.rows.expectNoMore(write.uuid);
      }
    }
  }
}

const isFoundation = (key: NorthboundKey): boolean =>
  kindOfKey(key) === 'subnet' || kindOfKey(key) === 'router';
