// Who works on a cluster, of several processes that could: the one that holds a Lease, as client-go's leader election has it.
// One holds and renews; the others stand by, and one of them takes over when it is given up, or was not renewed for its duration.
//
//   stand by --- free: nobody's, its holder known to be over, or unchanged for its duration ---> active
//   active ----- not renewed in time, taken, not to be held any more, stopped ----------------> stand by
//
// No clock is ever compared with another's: how old a renewal is, is judged by when this process saw the record change. It
// counts its own renewals from before they were sent; so it stops before anybody else may begin. What it cannot do is to call
// back what was sent: writes are pinned to versions, and the ledger decides commands (infra/docs/adr/0029).
import type { Cancel, Chance, Clock } from '@holdfast/clock';
import { KubernetesFault, STANDBY_CODE } from '../port/kubernetes-fault';
import { keyOf, type ObjectRef } from '../port/kubernetes-object';
import type { LeaseRecord, Leases, SeenLease } from '../port/leases';
import { asFault, unreachable } from '../rest/unreachable';

export interface ElectionTiming {
  /** For how long others wait after they saw a renewal; whole seconds. */
  readonly leaseMs: number;
  /** For how long after a renewal its holder works. What is left of `leaseMs` is for what is in flight, and for clocks that run apart. */
  readonly renewWithinMs: number;
  /** Between two tries of any kind. */
  readonly retryMs: number;
}

/** A holder that was killed is replaced within 15 s; two renewals in a row may fail. */
const TIMING: ElectionTiming = { leaseMs: 10_000, renewWithinMs: 7_000, retryMs: 2_000 };
/** Of a Lease that was given up; the API wants it above 0. */
const GIVEN_UP_MS = 1_000;
/** Somebody may touch the object between our read and our write; the Lease ends by itself, too. */
const GIVE_UP_TRIES_MAX = 2;

export interface ElectionOptions {
  readonly leases: Leases;
  readonly lease: ObjectRef;
  /** Ours alone: no other process, and no earlier one of ours that may still live, has the same. */
  readonly identity: string;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Whether that holder is known to be dead, by something stronger than time, such as a kernel's lock that is ours now. */
  readonly isOver?: (holder: string) => boolean;
  /** A try failed; it is tried again. */
  readonly onFault?: (fault: KubernetesFault, retryInMs: number) => void;
  /** The first try that succeeds after one that failed. */
  readonly onRecovered?: () => void;
  readonly timing?: Partial<ElectionTiming>;
}

export interface ElectionStatus {
  readonly isActive: boolean;
  /** namespace/name */
  readonly lease: string;
  readonly identity: string;
  /** As this process saw it last; absent: nobody, as far as it knows. */
  readonly holder?: string;
  /** Since when, epoch milliseconds by the holder's clock. */
  readonly sinceMs?: number;
  /** Why this process is not to hold it, while it is not. */
  readonly forbidden?: string;
  /** What the last try failed with, and since when tries fail, epoch milliseconds. */
  readonly failing?: { readonly sinceMs: number; readonly code: string; readonly message: string };
}

export class LeaseElection {
  private readonly timing: ElectionTiming;
  private seen: SeenLease | undefined;
  /** When this process saw the record become what it is, by its monotonic clock. */
  private changedAtMs: number;
  /** Until when our last renewal holds: by the monotonic clock, and by the other, which goes on while a machine sleeps. */
  private until: { readonly monotonicMs: number; readonly wallMs: number } | undefined;
  private failing: ElectionStatus['failing'];
  private readonly inFlight = new Set<Promise<unknown>>();
  private trying: Promise<void> | undefined;
  private isHinted = false;
  private readonly listeners = new Set<(status: ElectionStatus) => void>();
  private forbidden: string | undefined;
  /** What listeners were told last. */
  private announced: Pick<ElectionStatus, 'isActive' | 'holder'> = { isActive: false };
  private state: 'new' | 'started' | 'leaving' | 'stopped' = 'new';
  private cancelNext: Cancel = () => undefined;
  private cancelDeadline: Cancel = () => undefined;
  private stopWatching = (): void => undefined;

  constructor(private readonly options: ElectionOptions) {
    this.timing = { ...TIMING, ...options.timing };
    this.changedAtMs = options.clock.monotonic();
  }

  /** Whether what only the holder does may be begun now. A process that slept past its deadline is told the truth at once. */
  get isActive(): boolean {
    return this.wants && this.isRenewed;
  }

  get status(): ElectionStatus {
    const { lease, identity } = this.options;
    const { holder, acquiredAtMs } = this.seen?.record ?? {};
    return {
      ...{ isActive: this.isActive, lease: keyOf(lease), identity },
      ...(holder && { holder }),
      ...(holder && acquiredAtMs !== undefined && { sinceMs: acquiredAtMs }),
      ...(this.forbidden !== undefined && { forbidden: this.forbidden }),
      ...(this.failing && { failing: this.failing }),
    };
  }

  start(): void {
    if (this.state !== 'new') return;
    this.state = 'started';
    this.stopWatching = this.options.leases.watch(this.options.lease, (seen) => this.hinted(seen));
    this.tryNow();
  }

  /** Begins nothing more, waits for what is in flight, and gives the Lease up: another takes over at once. */
  async stop(): Promise<void> {
    if (this.state === 'stopped') return;
    this.state = 'leaving';
    this.tellIfChanged();
    // It is renewed for as long as anything is in flight, so that nobody else begins.
    await Promise.allSettled(this.inFlight);
    this.state = 'stopped';
    this.stopWatching();
    this.cancelNext();
    this.cancelDeadline();
    await this.trying;
    if (this.isOurs) await this.giveUp().catch((thrown: unknown) => this.failed(asFault(thrown), 0));
  }

  /** Calls `listener` when it is active now, or is not any more, or another holds the Lease. Returns how to stop. */
  onChange(listener: (status: ElectionStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** It is given up, and not taken again before this is called with undefined. */
  forbid(reason: string | undefined): void {
    if (this.forbidden === reason) return;
    this.forbidden = reason;
    if (this.state !== 'started') return;
    this.tellIfChanged();
    this.tryNow();
  }

  /**
   * Does what only the holder does. The Lease is not given up before it has ended.
   * @throws KubernetesFault `kubernetes-standby`: nothing was begun
   */
  async whileActive<Result>(begin: () => Promise<Result>): Promise<Result> {
    if (!this.isActive) throw this.standby();
    const running = begin();
    this.inFlight.add(running);
    try {
      return await running;
    } finally {
      this.inFlight.delete(running);
      if (this.inFlight.size === 0 && !this.wants) this.tryNow();
    }
  }

  private get wants(): boolean {
    return this.state === 'started' && this.forbidden === undefined;
  }

  private get isOurs(): boolean {
    return this.seen?.record.holder === this.options.identity;
  }

  private get isRenewed(): boolean {
    const { clock } = this.options;
    const { until } = this;
    return until !== undefined && clock.monotonic() < until.monotonicMs && clock.now() < until.wallMs;
  }

  /** What the record says is never older than what this process knows: it is read before each time it is taken. */
  private get isFree(): boolean {
    const { identity, isOver } = this.options;
    const { holder = '' } = this.seen?.record ?? {};
    return holder === '' || holder === identity || (isOver?.(holder) ?? false) || this.expiresInMs <= 0;
  }

  private get expiresInMs(): number {
    const durationMs = this.seen?.record.durationMs || this.timing.leaseMs;
    return this.changedAtMs + durationMs - this.options.clock.monotonic();
  }

  private tryNow(): void {
    if (this.state === 'new' || this.state === 'stopped') return;
    if (this.trying) {
      this.isHinted = true;
      return;
    }
    this.cancelNext();
    this.isHinted = false;
    this.trying = this.attempt().finally(() => {
      this.trying = undefined;
    });
  }

  private async attempt(): Promise<void> {
    const { clock } = this.options;
    const beganMs = clock.monotonic();
    let fault: KubernetesFault | undefined;
    // What was not renewed in time is told, also where the renewal comes next: who waits for it is to be woken by it.
    this.tellIfChanged();
    try {
      await this.holdOrLook();
      if (this.failing) this.options.onRecovered?.();
      this.failing = undefined;
    } catch (thrown) {
      fault = asFault(thrown);
    }
    this.tellIfChanged();
    if (this.state === 'stopped') return;
    // A call that hung has used up the time between two tries.
    const usedMs = fault ? clock.monotonic() - beganMs : 0;
    const nextMs = this.isHinted && !fault ? 0 : Math.max(0, this.nextInMs() - usedMs);
    this.isHinted = false;
    if (fault) this.failed(fault, nextMs);
    this.cancelNext = clock.after(nextMs, () => this.tryNow());
  }

  private async holdOrLook(): Promise<void> {
    if (this.isOurs && (await this.renewOrGiveUp())) return;
    const { leases, lease } = this.options;
    this.observe(await this.answered(leases.read(lease)));
    if (!this.isOurs) this.until = undefined;
    if (this.wants && this.isFree) await this.write(this.renewal());
  }

  /** False: it is not ours any more, or somebody else touched it. */
  private async renewOrGiveUp(): Promise<boolean> {
    if (this.wants || this.inFlight.size > 0) return this.write(this.renewal());
    await this.giveUp();
    return true;
  }

  private async giveUp(): Promise<void> {
    const { leases, lease, clock } = this.options;
    this.until = undefined;
    for (let tried = 0; tried < GIVE_UP_TRIES_MAX && this.isOurs; tried += 1) {
      const nowMs = clock.now();
      const times = { acquiredAtMs: nowMs, renewedAtMs: nowMs };
      const record = { ...(this.seen as SeenLease).record, ...times, holder: '', durationMs: GIVEN_UP_MS };
      if (await this.write(record)) return;
      this.observe(await this.answered(leases.read(lease)));
    }
  }

  /** Two renewals are never the same record: whoever compares them must see one. */
  private renewal(): LeaseRecord {
    const { identity, clock } = this.options;
    const { renewedAtMs, acquiredAtMs, transitions = -1 } = this.seen?.record ?? {};
    const nowMs = clock.now();
    return {
      ...{ holder: identity, durationMs: this.timing.leaseMs },
      renewedAtMs: nowMs === renewedAtMs ? nowMs + 1 : nowMs,
      acquiredAtMs: this.isOurs ? (acquiredAtMs ?? nowMs) : nowMs,
      transitions: this.isOurs ? transitions : transitions + 1,
    };
  }

  private async write(record: LeaseRecord): Promise<boolean> {
    const { leases, lease, clock } = this.options;
    const [sentAtMs, sentWallMs] = [clock.monotonic(), clock.now()];
    const result = await this.answered(leases.write(lease, record, this.seen));
    if (result.outcome === 'conflict') return false;
    this.observe(result.lease);
    if (!this.isOurs) return true;
    const { renewWithinMs } = this.timing;
    this.until = { monotonicMs: sentAtMs + renewWithinMs, wallMs: sentWallMs + renewWithinMs };
    this.cancelDeadline();
    const leftMs = Math.max(0, this.until.monotonicMs - clock.monotonic());
    this.cancelDeadline = clock.after(leftMs, () => this.tellIfChanged());
    return true;
  }

  private observe(seen: SeenLease | undefined): void {
    if (seen?.text !== this.seen?.text) this.changedAtMs = this.options.clock.monotonic();
    this.seen = seen;
  }

  /** A hint, which may be older than what is known: what follows from it is read, or written to the version that was seen. */
  private hinted(seen: SeenLease | undefined): void {
    const { identity } = this.options;
    if (this.state === 'stopped' || seen?.record.holder === identity) return;
    if (this.isOurs || this.trying) return this.tryNow();
    this.observe(seen);
    this.tellIfChanged();
    if (this.wants && this.isFree) this.tryNow();
  }

  private nextInMs(): number {
    const { retryMs } = this.timing;
    if (this.isOurs) return retryMs;
    const laterMs = retryMs * (1 - 0.2 * this.options.chance.random());
    return this.wants && this.expiresInMs > 0 ? Math.min(laterMs, this.expiresInMs) : laterMs;
  }

  private failed(fault: KubernetesFault, retryInMs: number): void {
    const { code, message } = fault;
    const sinceMs = this.failing?.sinceMs ?? this.options.clock.now();
    this.failing = { sinceMs, code, message };
    this.options.onFault?.(fault, retryInMs);
  }

  private tellIfChanged(): void {
    const { status, announced } = this;
    if (status.isActive === announced.isActive && status.holder === announced.holder) return;
    this.announced = status;
    for (const listener of this.listeners) listener(status);
  }

  /** One call that hangs must not use up the time in which two could have renewed it. */
  private answered<Answer>(call: Promise<Answer>): Promise<Answer> {
    const withinMs = this.timing.renewWithinMs / 2;
    return new Promise((resolve, reject) => {
      const late = (): void => reject(unreachable(new Error(`no answer within ${withinMs} ms`)));
      const cancel = this.options.clock.after(withinMs, late);
      call.then(resolve, reject).finally(cancel);
    });
  }

  private standby(): KubernetesFault {
    const { lease, holder = 'nobody' } = this.status;
    const message = `this process stands by: ${holder} holds the Lease ${lease}`;
    return new KubernetesFault(STANDBY_CODE, message, true);
  }
}
