// Which planes live on the ledger, as they say themselves: each announces its program's version and level, and renews that while
// it lives. Whether one lives is judged by when this process saw its announcement change, on its own monotonic clock, as a
// Lease's holder is (../../../kube-api/src/election). It decides nothing about the ledger; ./upgrade does.
import { type Cancel, type Clock, CLOCK_SKEW_MAX_MS } from '@holdfast/clock';
import type { PlaneAnnouncement, PlaneBoard } from '@holdfast/event-store';
import type { Program } from '@holdfast/ipam';

/** A few hundred bytes each time, beside the log: ten thousand a day of each plane. */
export const ANNOUNCE_EVERY_MS = 10_000;
/** Three were missed: it is over, or cut off from the store, and ends when it reads what it cannot read. */
export const LIVES_MS = 30_000;

export interface LivePlanesOptions {
  readonly clock: Clock;
  readonly incarnation: string;
  readonly program: Program;
  /** It could not be said that this plane lives, or read which others do; it is tried again. */
  readonly onFault: (fault: unknown) => void;
}

interface Seen {
  readonly announcement: PlaneAnnouncement;
  /** When it was first seen so, by our monotonic clock. */
  readonly monotonicMs: number;
}

export class LivePlanes {
  private board: PlaneBoard | undefined;
  private state: PlaneAnnouncement['state'] = 'serving';
  private beat = 0;
  private seen = new Map<string, Seen>();
  private cancelNext: Cancel = () => undefined;
  private isStopped = false;
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: LivePlanesOptions) {}

  get incarnation(): string {
    return this.options.incarnation;
  }

  /** Announces from now on. Called again, it is what the plane is now. */
  start(board: PlaneBoard, state: PlaneAnnouncement['state']): void {
    this.board = board;
    this.state = state;
    this.cancelNext();
    this.isStopped = false;
    this.renew();
  }

  /** Resolves when others may know that it ends; they find out by themselves where that fails. */
  async stop(): Promise<void> {
    if (this.isStopped || !this.board) return;
    this.isStopped = true;
    this.cancelNext();
    await this.working;
    await this.board.withdraw(this.incarnation).catch(this.options.onFault);
  }

  /** Those that live, as of the last look, in the order of their incarnations; this one among them. */
  get all(): readonly PlaneAnnouncement[] {
    const { clock } = this.options;
    return [...this.seen.values()]
      .filter(({ monotonicMs }) => clock.monotonic() - monotonicMs < LIVES_MS)
      .map(({ announcement }) => announcement)
      .sort((a, b) => (a.incarnation < b.incarnation ? -1 : 1));
  }

  /** Those that read less than `level`, as of now. @throws StoreFault */
  async olderThan(level: number): Promise<readonly PlaneAnnouncement[]> {
    await this.look();
    return this.all.filter((plane) => plane.level < level);
  }

  private renew(): void {
    this.working = this.announce().catch(this.options.onFault);
    this.cancelNext = this.options.clock.after(ANNOUNCE_EVERY_MS, () => this.renew());
  }

  private async announce(): Promise<void> {
    const { clock, incarnation, program } = this.options;
    this.beat += 1;
    const { beat, state } = this;
    await this.board?.announce({ incarnation, ...program, state, beat, atMs: clock.now() });
    await this.look();
  }

  private async look(): Promise<void> {
    const { clock } = this.options;
    const nowMs = clock.now();
    const seen = new Map<string, Seen>();
    for (const announcement of (await this.board?.read()) ?? []) {
      const { incarnation, beat, state, atMs } = announcement;
      const last = this.seen.get(incarnation);
      const isSame = last && last.announcement.beat === beat && last.announcement.state === state;
      // What was left by a process that was killed long ago is over at first sight: no clock is that far behind.
      const isLongOver = !last && atMs < nowMs - LIVES_MS - CLOCK_SKEW_MAX_MS;
      const monotonicMs = isSame ? last.monotonicMs : isLongOver ? -Infinity : clock.monotonic();
      seen.set(incarnation, { announcement, monotonicMs });
    }
    this.seen = seen;
  }
}
