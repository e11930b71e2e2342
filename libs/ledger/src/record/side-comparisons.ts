// Whether addresses may be given out: only once every side that this process writes to was compared with the ledger, and while
// none is fenced, be it by this process or, as the ledger records it, by another. A ledger that is the wrong one, or an old one,
// must not give away what a side shows in use. A side that was compared and is lost later stops nothing.
import { type Clock, sleep } from '@holdfast/clock';
import { type FencedVerdict, type LedgerMark, reject, type Rejection, type Side } from '@holdfast/ipam';
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

/** What was found at a side: that is what an operator decides about. */
export interface FoundAtSide {
  readonly mark: LedgerMark;
  /** The last position that anything there says of itself, where that is known apart from the mark. */
  readonly shownPosition?: string;
}

export interface SideState {
  readonly side: Side;
  readonly state: 'uncompared' | 'agrees' | 'fenced';
  /** While it is fenced. */
  readonly why?: string;
  readonly message?: string;
  /** Epoch milliseconds: since when it is fenced. */
  readonly sinceMs?: number;
  /** While this process, and not only another one, found it to be fenced. */
  readonly found?: FoundAtSide;
}

/** A process that starts compares within a moment where everything is there: callers until then need not be sent away. */
const STARTING_MS = 3_000;

export class SideComparisons {
  private readonly agreed = new Set<Side>();
  private readonly fenced = new Map<
    Side,
    FencedVerdict & { readonly sinceMs: number; readonly found: FoundAtSide | undefined }
  >();
  private readonly changed = new Set<(state: SideState) => void>();
  /** By side: what listeners know. */
  private readonly announced = new Map<Side, string>();
  private readonly waiting = new AbortController();
  private readonly openedMs: number;

  constructor(private readonly options: SideComparisonsOptions) {
    this.openedMs = options.clock.monotonic();
    options.reader.onRecord(() => this.tellChanges());
  }

  get states(): readonly SideState[] {
    const { sides, reader, identity } = this.options;
    // Where nobody else writes this ledger, nobody writes from it to a side that is not configured here.
    const recorded = identity.isSoleWriter ? [] : [...reader.record.fences.keys()];
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

  /** What is there was written from this ledger, or nothing is there. A fence in the ledger ends when the log says so. */
  agrees(side: Side): void {
    const { identity, onFault } = this.options;
    if (this.agreed.has(side) && !this.fenceOf(side)) return;
    this.agreed.add(side);
    this.fenced.delete(side);
    identity.lift(side, 'what is there is of this ledger').catch(onFault);
    this.tellChanges();
  }

  fence(side: Side, verdict: FencedVerdict, found?: FoundAtSide): void {
    const { identity, onFault, clock } = this.options;
    const known = this.fenced.get(side);
    this.fenced.set(side, { ...verdict, sinceMs: known?.sinceMs ?? clock.now(), found });
    if (known?.why === verdict.why) return;
    identity.fence(side, verdict).catch(onFault);
    this.tellChanges();
  }

  /** Why no address may be given out now; in a process that has just started, once the comparisons had their time. */
  async refusal(): Promise<Rejection | undefined> {
    const now = this.refusalNow();
    const { clock } = this.options;
    const startingMs = this.openedMs + STARTING_MS - clock.monotonic();
    if (now === undefined || startingMs <= 0 || this.hasFence()) return now;
    await sleep(clock, startingMs, this.waiting.signal);
    return this.refusalNow();
  }

  private refusalNow(): Rejection | undefined {
    for (const { side, state, why = 'Uncompared', message } of this.states) {
      if (state === 'fenced') return fencedBy(side, why, `${message ?? ''} ${REMEDY}`);
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

  /** What is said of a side differs from what was said last: by this process, or by the ledger. */
  private tellChanges(): void {
    const { states } = this;
    if (this.hasFence() || states.every(({ state }) => state === 'agrees')) this.waiting.abort();
    for (const state of states) {
      const text = `${state.state} ${state.why ?? ''}`;
      if (this.announced.get(state.side) === text) continue;
      this.announced.set(state.side, text);
      for (const listener of this.changed) listener(state);
    }
  }
}

const UNCOMPARED = 'what is there was not compared with the ledger since this process started; ask again.';

const REMEDY = '`holdfast recover` shows what differs, and ends it.';

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
