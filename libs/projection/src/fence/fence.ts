// Whether a side may be written to: the mark that is found there is compared with the log before the first write of each
// connection, and whenever somebody else moved it. Until that is known nothing is written; what comes from another ledger, or from
// another past of this one, stays fenced until it agrees again. It reads nothing of the side and writes nothing: whoever uses it
// shows it the mark.
//
//            see(mark)                    agrees
//   unknown ----------> comparing ----------------------> open
//      ^                    |  ^                           |
//      | lost()             |  | see(another mark)         | see(a mark that is not ours)
//      +---- any            +--+--> fenced <---------------+
import { Backoff, type Cancel, type Chance, type Clock } from '@holdfast/clock';
import {
  type FencedVerdict,
  isSameMark,
  isUnmarked,
  type LedgerMark,
  type MarkVerdict,
  type Side,
} from '@holdfast/ipam';
import type { MarkedLedger } from './marked-ledger';

export type FenceState = 'unknown' | 'comparing' | 'open' | 'fenced';

export interface FenceOptions {
  /** Whose mark it is. */
  readonly side: Side;
  readonly ledger: MarkedLedger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** The state is another one. */
  readonly onChange: () => void;
}

/** The log could not be read: the store's own trouble, told elsewhere. */
const RETRY = { firstMs: 50, maxMs: 5_000 };
/** What is fenced may agree later: its events were on their way for longer than anybody waits, or an operator put the log right. */
const COMPARE_AGAIN_MS = 5_000;

export class Fence {
  state: FenceState = 'unknown';
  /** While it is fenced. */
  verdict: FencedVerdict | undefined;
  /** The mark as it was seen last; undefined: not on this connection. */
  found: LedgerMark | undefined;
  /** The mark that it was fenced for last. */
  private concluded: LedgerMark = {};
  /** Each comparison has a number, so that one that was overtaken says nothing. */
  private comparison = 0;
  private readonly backoff: Backoff;
  private cancelAgain: Cancel = () => undefined;

  constructor(private readonly options: FenceOptions) {
    this.backoff = new Backoff(RETRY, options.chance);
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** The mark as the side has it now. A mark that this process wrote needs no comparison. */
  see(found: LedgerMark): void {
    const { state, options } = this;
    if (state !== 'unknown' && this.found && isSameMark(found, this.found)) return;
    const isOurs = state === 'open' && found.incarnation === options.ledger.incarnation;
    this.found = found;
    if (isOurs) return;
    if (isUnmarked(found)) return this.conclude({ kind: 'agrees' });
    this.compare(found);
  }

  /** The side cannot be seen any more: what is found there next is compared anew. */
  lost(): void {
    this.comparison += 1;
    this.cancelAgain();
    this.found = undefined;
    this.change('unknown', undefined);
  }

  /** Compares once more what was found: the log may have gone back, or may have been put right. */
  again(): void {
    if (this.found && !isUnmarked(this.found)) this.compare(this.found);
  }

  stop(): void {
    this.comparison += 1;
    this.cancelAgain();
  }

  private compare(found: LedgerMark): void {
    this.comparison += 1;
    this.cancelAgain();
    // What is fenced stays so until it is known to agree: it is never open in between.
    if (this.state !== 'fenced') this.change('comparing', undefined);
    void this.judge(found, this.comparison);
  }

  private async judge(found: LedgerMark, comparison: number): Promise<void> {
    const verdict = await this.options.ledger.judge(found, this.options.side).catch(asUnreadable);
    if (comparison !== this.comparison) return;
    if (verdict !== undefined) {
      this.backoff.reset();
      return this.conclude(verdict);
    }
    this.compareIn(found, this.backoff.nextDelayMs());
  }

  private conclude(verdict: MarkVerdict): void {
    this.comparison += 1;
    this.cancelAgain();
    if (verdict.kind !== 'fenced') return this.change('open', undefined);
    // An operator decides about one mark: that it is another one is news also where the reason stays.
    const isOther = this.state === 'fenced' && !isSameMark(this.concluded, this.found ?? {});
    this.concluded = this.found ?? {};
    this.change('fenced', verdict, isOther);
    if (this.found) this.compareIn(this.found, COMPARE_AGAIN_MS);
  }

  private compareIn(found: LedgerMark, delayMs: number): void {
    this.cancelAgain = this.options.clock.after(delayMs, () => this.compare(found));
  }

  private change(state: FenceState, verdict: FencedVerdict | undefined, isNews = false): void {
    const isSame = !isNews && state === this.state && verdict?.message === this.verdict?.message;
    this.state = state;
    this.verdict = verdict;
    if (!isSame) this.options.onChange();
  }
}

/** @throws what is no fault of a store */
function asUnreadable(thrown: unknown): undefined {
  const isFault =
    thrown instanceof Error && typeof (thrown as { retryable?: unknown }).retryable === 'boolean';
  if (!isFault) throw thrown;
}
