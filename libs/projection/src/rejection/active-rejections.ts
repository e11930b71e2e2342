// What the ledger rejected, for as long as that is active: the same command again is pointless until the request is another
// one, a fact may have unblocked it, or a slow clock has run out. Kept in memory only; after a restart each is tried once more.
import { Backoff, type Chance, type Clock } from '@holdfast/clock';
import { factsOf, type Rejection, type SubnetFact } from '@holdfast/ipam';
import { triggerOf, unblockedBy } from './retry-triggers';

/** In case something unblocks it that no fact tells of. Rare enough that thousands of rejected requests are no load. */
const RETRY = { firstMs: 60_000, maxMs: 1_800_000 };
/** No decision at all: nothing was even looked at, so that asking again costs nothing. */
const FENCED_RETRY_MS = 5_000;
/** A time that is over by our clock may not be over yet by the ledger's. */
const CLOCK_MARGIN_MS = 50;
/**
 * Holders who wait for any free address, woken by one that was freed: one would do if it surely took it; all would be
 * as many decisions as there are waiting, for each address.
 */
const UNBLOCKED_MAX = 16;

interface ActiveRejection {
  /** What was rejected, as text. */
  readonly request: string;
  readonly subnet: string;
  readonly rejected: Rejection;
  readonly backoff: Backoff;
  retryAtMs: number;
}

export class ActiveRejections {
  private readonly byKey = new Map<string, ActiveRejection>();
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

  add(key: string, request: string, subnet: string, rejected: Rejection): void {
    const before = this.byKey.get(key);
    const backoff = before?.request === request ? before.backoff : new Backoff(RETRY, this.chance);
    if (before?.subnet !== subnet) this.forget(key);
    const retryAtMs = this.clock.monotonic() + this.delayOf(rejected, backoff);
    this.byKey.set(key, { request, subnet, rejected, backoff, retryAtMs });
    const waiting = this.bySubnet.get(subnet) ?? new Set();
    this.bySubnet.set(subnet, waiting.add(key));
  }

  /** Why there is no point in the same request now. */
  activeRejection(key: string, request: string): Rejection | undefined {
    const active = this.byKey.get(key);
    const isActive = active?.request === request && active.retryAtMs > this.clock.monotonic();
    return isActive ? active.rejected : undefined;
  }

  /** Until the slow clock has run out. */
  retryInMs(key: string): number | undefined {
    const active = this.byKey.get(key);
    return active && Math.max(0, active.retryAtMs - this.clock.monotonic());
  }

  forget(key: string): void {
    const active = this.byKey.get(key);
    if (!active) return;
    this.byKey.delete(key);
    const waiting = this.bySubnet.get(active.subnet);
    waiting?.delete(key);
    if (waiting?.size === 0) this.bySubnet.delete(active.subnet);
  }

  /** Lets the key try again. */
  allowRetry(key: string): void {
    const active = this.byKey.get(key);
    if (active) active.retryAtMs = 0;
  }

  /** Lets all who wait for the subnet try again; returns their keys. */
  allowAll(subnet: string): string[] {
    const keys = [...(this.bySubnet.get(subnet) ?? [])];
    for (const key of keys) this.allowRetry(key);
    return keys;
  }

  /** Lets those try again whom the fact may unblock; returns their keys. */
  allowUnblockedBy(fact: SubnetFact): string[] {
    const unblocked: string[] = [];
    const trigger = triggerOf(fact.event);
    if (!trigger) return unblocked;
    let anyAddress = 0;
    for (const key of this.bySubnet.get(fact.subnet) ?? []) {
      const unblocks = unblockedBy(trigger, (this.byKey.get(key) as ActiveRejection).rejected);
      if (unblocks === 'no' || (unblocks === 'one of many' && anyAddress >= UNBLOCKED_MAX)) continue;
      if (unblocks === 'one of many') anyAddress += 1;
      this.allowRetry(key);
      unblocked.push(key);
    }
    return unblocked;
  }

  private delayOf(rejection: Rejection, backoff: Backoff): number {
    if (rejection.code === 'Fenced') return FENCED_RETRY_MS;
    const slowMs = RETRY.firstMs + backoff.nextDelayMs();
    // When it stops cooling; or when our clock will have caught up with what the ledger has seen.
    const { until, overtakenAt } = factsOf(rejection);
    const fromThen = until ?? overtakenAt;
    if (fromThen === undefined) return slowMs;
    return Math.min(slowMs, Math.max(0, Date.parse(fromThen) - this.clock.now()) + CLOCK_MARGIN_MS);
  }
}
