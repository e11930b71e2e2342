// Which keys are due, and when: marks coalesce, a key has one turn at a time, failures wait longer and longer. It does
// not know what a key stands for or what a turn does.
//
//   mark -> (later) -> ready -> turn -> nothing more | look again in n ms | fault: again after backoff
//             ^                  |
//             +--- marked meanwhile
import { Backoff, type Cancel, type Chance, type Clock } from '@holdfast/clock';

/** A failure that a turn may throw; anything else that it throws is a bug, and ends the process. */
export interface Fault extends Error {
  readonly code: string;
  /** The same turn may succeed without anybody changing anything. */
  readonly retryable: boolean;
}

export interface DueQueueOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  /** Resolves with how many milliseconds later to look at the key again, whatever happens; undefined: not by itself. */
  readonly turn: (key: string) => Promise<number | undefined>;
  /** Keys that go before all others: few, or the others would never have a turn. */
  readonly isUrgent?: (key: string) => boolean;
  readonly onFault: (fault: Fault, key: string, retryInMs: number) => void;
}

/** Calls under way at once: each waits for an API server or a disk, and both take far more, from others too. */
const TURNS_MAX = 16;
/** Of one key. Retryable faults come from a server that is away: it is back in seconds, or in minutes. */
const KEY_RETRY = { firstMs: 500, maxMs: 60_000 };
/** What nobody expects to succeed by itself, such as what a role forbids. */
const SLOW_RETRY_MS = 300_000;
/** Of all keys, after a retryable fault: a server that is away is away for every key. Then one at a time tries. */
const PAUSE = { firstMs: 100, maxMs: 5_000 };
/** Turns that wait for nothing would keep everything else waiting; after so many, whatever else is due goes first. */
const BURST_MAX = 64;

interface Entry {
  isRunning: boolean;
  /** After a fault: only what may have mended it comes before this. */
  notBeforeMs?: number;
  /** Whether what is due may have mended the fault of the turn that is under way. */
  isNews?: boolean;
  /** When the next turn is due, by the monotonic clock. */
  dueMs?: number;
  cancel?: Cancel;
  backoff?: Backoff;
}

export class DueQueue {
  private readonly entries = new Map<string, Entry>();
  /** Each in the order in which they became ready. */
  private readonly urgent = new Set<string>();
  private readonly ordinary = new Set<string>();
  private readonly turns = new Set<Promise<void>>();
  private readonly pauses: Backoff;
  private pausedUntilMs = 0;
  private turnsMax = TURNS_MAX;
  private burstLeft = BURST_MAX;
  private cancelPump: Cancel | undefined;
  private isPumping = false;
  private state: 'new' | 'started' | 'stopped' = 'new';

  constructor(private readonly options: DueQueueOptions) {
    this.pauses = new Backoff(PAUSE, options.chance);
  }

  /** Keys that are ready or have their turn; not those that wait for a time. */
  get due(): number {
    return this.urgent.size + this.ordinary.size + this.turns.size;
  }

  /** Marks before `start` are kept. */
  start(): void {
    if (this.state === 'new') this.state = 'started';
    this.pumpSoon();
  }

  /** Resolves when the turns under way are over; no other follows. */
  async stop(): Promise<void> {
    this.state = 'stopped';
    this.urgent.clear();
    this.ordinary.clear();
    this.cancelPump?.();
    for (const { cancel } of this.entries.values()) cancel?.();
    await Promise.all(this.turns);
  }

  /**
   * The key is to have a turn at the latest `delayMs` from now; of several marks the earliest holds. After a fault none
   * comes before its retry, unless it `isNews` that may have mended it: what is marked all the time must not be tried
   * all the time.
   */
  mark(key: string, delayMs = 0, isNews = false): void {
    if (this.state === 'stopped' || this.readyOf(key).has(key)) return;
    const entry = this.entries.get(key) ?? { isRunning: false };
    this.entries.set(key, entry);
    const wantedMs = this.options.clock.monotonic() + delayMs;
    const dueMs = isNews ? wantedMs : Math.max(wantedMs, entry.notBeforeMs ?? 0);
    entry.isNews ||= isNews;
    if (entry.dueMs !== undefined && entry.dueMs <= dueMs) return;
    entry.cancel?.();
    entry.cancel = undefined;
    entry.dueMs = dueMs;
    if (!entry.isRunning) this.schedule(key, entry, dueMs);
  }

  private schedule(key: string, entry: Entry, dueMs: number): void {
    const delayMs = dueMs - this.options.clock.monotonic();
    if (delayMs <= 0) return this.makeReady(key, entry);
    entry.cancel = this.options.clock.after(delayMs, () => this.makeReady(key, entry));
  }

  private makeReady(key: string, entry: Entry): void {
    entry.dueMs = undefined;
    entry.cancel = undefined;
    this.readyOf(key).add(key);
    this.pumpSoon();
  }

  private readyOf(key: string): Set<string> {
    return this.options.isUrgent?.(key) ? this.urgent : this.ordinary;
  }

  /** Not at once: whoever marks may be in the middle of something. */
  private pumpSoon(): void {
    if (this.isPumping || this.state !== 'started') return;
    this.isPumping = true;
    queueMicrotask(() => {
      this.isPumping = false;
      this.pump();
    });
  }

  private pump(): void {
    const { clock } = this.options;
    if (this.state !== 'started' || this.cancelPump) return;
    const pauseMs = this.pausedUntilMs - clock.monotonic();
    if (pauseMs > 0 && this.urgent.size + this.ordinary.size > 0) return this.pumpIn(pauseMs);
    for (const ready of [this.urgent, this.ordinary]) {
      for (const key of ready) {
        if (this.turns.size >= this.turnsMax) return;
        if (this.burstLeft === 0) return this.pumpIn(0);
        this.burstLeft -= 1;
        ready.delete(key);
        this.begin(key);
      }
    }
  }

  private begin(key: string): void {
    const turn: Promise<void> = this.turn(key).finally(() => {
      this.turns.delete(turn);
      this.pumpSoon();
    });
    this.turns.add(turn);
  }

  private pumpIn(delayMs: number): void {
    this.cancelPump = this.options.clock.after(delayMs, () => {
      this.cancelPump = undefined;
      this.burstLeft = BURST_MAX;
      this.pump();
    });
  }

  private async turn(key: string): Promise<void> {
    const entry = this.entries.get(key) ?? { isRunning: false };
    entry.isRunning = true;
    entry.isNews = false;
    const againInMs = await this.outcome(key, entry);
    entry.isRunning = false;
    if (this.state === 'stopped') return;
    const { dueMs, isNews } = entry;
    entry.dueMs = undefined;
    if (againInMs !== undefined) this.mark(key, againInMs);
    if (dueMs !== undefined) this.mark(key, Math.max(0, dueMs - this.options.clock.monotonic()), isNews);
    if (entry.dueMs === undefined && !entry.backoff && !this.readyOf(key).has(key)) this.entries.delete(key);
  }

  private async outcome(key: string, entry: Entry): Promise<number | undefined> {
    const { chance, turn, onFault } = this.options;
    try {
      const againInMs = await turn(key);
      entry.backoff = undefined;
      entry.notBeforeMs = undefined;
      this.pauses.reset();
      this.turnsMax = TURNS_MAX;
      return againInMs;
    } catch (thrown) {
      const fault = asFault(thrown);
      if (this.state === 'stopped') return undefined;
      const retryInMs = fault.retryable
        ? this.pause(entry)
        : Math.floor(SLOW_RETRY_MS * (0.5 + chance.random() / 2));
      entry.notBeforeMs = this.options.clock.monotonic() + retryInMs;
      onFault(fault, key, retryInMs);
      return retryInMs;
    }
  }

  private pause(entry: Entry): number {
    const { clock, chance } = this.options;
    this.turnsMax = 1;
    this.pausedUntilMs = clock.monotonic() + this.pauses.nextDelayMs();
    entry.backoff ??= new Backoff(KEY_RETRY, chance);
    return entry.backoff.nextDelayMs();
  }
}

function asFault(thrown: unknown): Fault {
  const isFault = thrown instanceof Error && typeof (thrown as Partial<Fault>).retryable === 'boolean';
  if (isFault) return thrown as Fault;
  throw thrown;
}
