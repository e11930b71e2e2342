// Whether addresses may be given out: only once every side that this process writes to was compared with the ledger, and while
// none is fenced, be it by this process or, as the ledger records it, by another. A ledger that is the wrong one, or an old one,
// must not give away what a side shows in use. A side that was compared and is lost later stops nothing.
import { type Clock, sleep } from '@holdfast/clock';
import { type FencedVerdict, reject, type Rejection, type Side } from '@holdfast/ipam';
import type { LedgerReader } from '../follow/ledger-reader';
import type { LedgerIdentity } from './ledger-identity';

export interface SideComparisonsOptions {
  readonly reader: LedgerReader;
  readonly identity: LedgerIdentity;
  readonly clock: Clock;
  /** All sides that this process is configured to write to. */
  readonly sides: readonly Side[];
  /** Gives out addresses before the sides were compared; not while one is fenced. */
  readonly servesUncompared: boolean;
  /** A fence could not be recorded; it holds in this process all the same. */
  readonly onFault: (fault: unknown) => void;
}

export interface SideState {
  readonly side: Side;
  readonly state: 'uncompared' | 'agrees' | 'fenced';
  /** While it is fenced. */
  readonly why?: string;
  readonly message?: string;
  /** Epoch milliseconds: since when it is fenced. */
  readonly sinceMs?: number;
}

/** A process that starts compares within milliseconds where everything is there: its first callers need not be sent away. */
const FIRST_WAIT_MS = 2_000;

export class SideComparisons {
  private readonly agreed = new Set<Side>();
  private readonly fenced = new Map<Side, FencedVerdict & { readonly sinceMs: number }>();
  private readonly changed = new Set<(state: SideState) => void>();
  private waiting = new AbortController();

  constructor(private readonly options: SideComparisonsOptions) {}

  get states(): readonly SideState[] {
    const { sides, reader } = this.options;
    const recorded = [...reader.record.fences.keys()];
    return [...new Set([...sides, ...recorded])].map((side) => {
      const fence = this.fenceOf(side);
      if (fence) return { side, state: 'fenced', ...fence };
      return { side, state: this.agreed.has(side) ? 'agrees' : 'uncompared' };
    });
  }

  /** Calls `listener` when a side is something else than before. Returns what ends it. */
  onChange(listener: (state: SideState) => void): () => void {
    this.changed.add(listener);
    return () => this.changed.delete(listener);
  }

  /** What is there was written from this ledger, or nothing is there. */
  agrees(side: Side): void {
    const { identity, onFault } = this.options;
    if (this.agreed.has(side) && !this.fenced.has(side)) return;
    this.agreed.add(side);
    this.fenced.delete(side);
    identity.lift(side, 'what is there is of this ledger').catch(onFault);
    this.tell(side);
  }

  fence(side: Side, verdict: FencedVerdict): void {
    const { identity, onFault, clock } = this.options;
    const known = this.fenced.get(side);
    this.fenced.set(side, { ...verdict, sinceMs: known?.sinceMs ?? clock.now() });
    if (known?.why === verdict.why) return;
    identity.fence(side, verdict).catch(onFault);
    this.tell(side);
  }

  /** Why no address may be given out now; waits a moment for comparisons under way. */
  async refusal(): Promise<Rejection | undefined> {
    const now = this.refusalNow();
    if (now === undefined || this.waiting.signal.aborted || this.hasFence()) return now;
    const { clock } = this.options;
    await sleep(clock, FIRST_WAIT_MS, this.waiting.signal);
    return this.refusalNow();
  }

  private refusalNow(): Rejection | undefined {
    for (const { side, state, why = 'Uncompared', message } of this.states) {
      if (state === 'fenced') return fencedBy(side, why, message ?? '');
      if (state === 'uncompared' && !this.options.servesUncompared) return fencedBy(side, why, UNCOMPARED);
    }
    return undefined;
  }

  private fenceOf(side: Side): Omit<SideState, 'side' | 'state'> | undefined {
    return this.fenced.get(side) ?? this.options.reader.record.fences.get(side);
  }

  private hasFence(): boolean {
    return this.states.some(({ state }) => state === 'fenced');
  }

  private tell(side: Side): void {
    if (this.hasFence() || this.states.every(({ state }) => state === 'agrees')) this.waiting.abort();
    const state = this.states.find((each) => each.side === side);
    if (state) for (const listener of this.changed) listener(state);
  }
}

const UNCOMPARED = 'what is there was not compared with the ledger since this process started; ask again.';

const fencedBy = (side: Side, why: string, message: string): Rejection =>
  reject('Fenced', `No address is given out while the ${NAMES[side]} is fenced (${why}): ${message}`, {
    side,
    why,
  }).rejected;

const NAMES: Readonly<Record<Side, string>> = {
  northbound: 'OVN Northbound',
  kubernetes: 'Kubernetes cluster',
  jetstream: 'JetStream stream',
};
