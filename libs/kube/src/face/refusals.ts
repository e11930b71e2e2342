// What the ledger refused, for as long as it stands: asking the same again is pointless until the object asks for
// something else, a fact may have helped, or a slow clock has run out. Kept in memory only; after a restart each is
// asked once more.
import { Backoff, type Chance, type Clock } from '@holdfast/clock';
import { factsOf, type Rejection, type SubnetFact } from '@holdfast/ipam';
import { helps, reliefOf } from './helping-facts';

/** In case something helps that no fact tells of. Rare enough that thousands of refused objects are no load. */
const RETRY = { firstMs: 60_000, maxMs: 1_800_000 };
/** A time that is over by our clock may not be over yet by the ledger's. */
const CLOCK_MARGIN_MS = 50;
/**
 * Holders who wait for any free address, woken by one that was freed: one would do if it surely took it; all would be
 * as many decisions as there are waiting, for each address.
 */
const WOKEN_MAX = 16;

interface Refusal {
  /** What the object asked for, as text. */
  readonly asked: string;
  readonly subnet: string;
  readonly rejected: Rejection;
  readonly backoff: Backoff;
  retryAtMs: number;
}

export class Refusals {
  private readonly byKey = new Map<string, Refusal>();
  /** Those who have waited longest come first. */
  private readonly bySubnet = new Map<string, Set<string>>();

  constructor(
    private readonly clock: Clock,
    private readonly chance: Chance,
  ) {}

  get size(): number {
    return this.byKey.size;
  }

  has(key: string): boolean {
    return this.byKey.has(key);
  }

  add(key: string, asked: string, subnet: string, rejected: Rejection): void {
    const before = this.byKey.get(key);
    const backoff = before?.asked === asked ? before.backoff : new Backoff(RETRY, this.chance);
    if (before?.subnet !== subnet) this.forget(key);
    const retryAtMs = this.clock.monotonic() + this.delayOf(rejected, backoff);
    this.byKey.set(key, { asked, subnet, rejected, backoff, retryAtMs });
    const waiting = this.bySubnet.get(subnet) ?? new Set();
    this.bySubnet.set(subnet, waiting.add(key));
  }

  /** Why there is no point in asking that again now. */
  standing(key: string, asked: string): Rejection | undefined {
    const refusal = this.byKey.get(key);
    const stands = refusal?.asked === asked && refusal.retryAtMs > this.clock.monotonic();
    return stands ? refusal.rejected : undefined;
  }

  /** Until the slow clock has run out. */
  retryInMs(key: string): number | undefined {
    const refusal = this.byKey.get(key);
    return refusal && Math.max(0, refusal.retryAtMs - this.clock.monotonic());
  }

  forget(key: string): void {
    const refusal = this.byKey.get(key);
    if (!refusal) return;
    this.byKey.delete(key);
    const waiting = this.bySubnet.get(refusal.subnet);
    waiting?.delete(key);
    if (waiting?.size === 0) this.bySubnet.delete(refusal.subnet);
  }

  /** Lets the key ask again. */
  wake(key: string): void {
    const refusal = this.byKey.get(key);
    if (refusal) refusal.retryAtMs = 0;
  }

  /** Lets all who wait for the subnet ask again; returns their keys. */
  wakeAll(subnet: string): string[] {
    const keys = [...(this.bySubnet.get(subnet) ?? [])];
    for (const key of keys) this.wake(key);
    return keys;
  }

  /** Lets those ask again whom the fact may help; returns their keys. */
  wakeHelped(fact: SubnetFact): string[] {
    const woken: string[] = [];
    const relief = reliefOf(fact.event);
    if (!relief) return woken;
    let anyAddress = 0;
    for (const key of this.bySubnet.get(fact.subnet) ?? []) {
      const help = helps(relief, (this.byKey.get(key) as Refusal).rejected);
      if (help === 'no' || (help === 'one of many' && anyAddress >= WOKEN_MAX)) continue;
      if (help === 'one of many') anyAddress += 1;
      this.wake(key);
      woken.push(key);
    }
    return woken;
  }

  private delayOf(rejection: Rejection, backoff: Backoff): number {
    const slowMs = RETRY.firstMs + backoff.nextDelayMs();
    // When it stops cooling; or when our clock will have caught up with what the ledger has seen.
    const { until, overtakenAt } = factsOf(rejection);
    const fromThen = until ?? overtakenAt;
    if (fromThen === undefined) return slowMs;
    return Math.min(slowMs, Math.max(0, Date.parse(fromThen) - this.clock.now()) + CLOCK_MARGIN_MS);
  }
}
