// What the command loop needs from outside, and what it refuses by itself.
import type { Chance, Clock } from '@holdfast/clock';
import type { EventStore } from '../port/event-store';
import type { RemembersReplies } from '../port/reply-store';

/** What the loop itself refuses, to be worded by whoever knows the rejections. */
export type LoopRefusal =
  | { readonly code: 'CommandExpired'; readonly issuedAtMs: number; readonly windowMs: number }
  | { readonly code: 'CommandFromFuture'; readonly issuedAtMs: number; readonly nowMs: number }
  | { readonly code: 'CommandIdReused'; readonly commandId: string }
  /** What was decided has a stored form that this log may not have yet. */
  | {
      readonly code: 'UpgradeUnfinished';
      readonly form: string;
      readonly level: number;
      readonly needed: number;
    };

/** Which stored forms may be appended: a plane may live that cannot read newer ones. */
export interface FormatGate {
  /** At which the log is written now. */
  level(): number;
  /** From which on events may be stored in that form. */
  levelOfForm(form: string): number;
}

/** Is told what a loop does; must not throw, and takes no time. */
export interface CommandLoopObserver {
  /** A batch was sent to the store. */
  sent(commands: number, events: number): void;
  /** It is durable. @param ms since it was sent */
  landed(ms: number): void;
  /** Another writer was there first: it is decided anew. */
  conflicted(): void;
}

export interface CommandLoopOptions<Rejection> {
  /** Without replies of its own, commands that left no event are remembered for as long as the loop lives. */
  readonly store: EventStore & Partial<RemembersReplies>;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly refuse: (refusal: LoopRefusal) => Rejection;
  /**
   * Whether other processes append to the same streams. Then an answer that leads to no event is asked of the store as
   * well, because no expected version would find out that it is overtaken. Default false.
   */
  readonly hasOtherWriters?: boolean;
  readonly observer?: CommandLoopObserver;
  /** Every event that is appended passes it; absent: whatever the codec writes may be. */
  readonly format?: FormatGate;
  /** For how long a redelivered command gets its first reply; older ones are refused. Default 24 hours. */
  readonly windowMs?: number;
  /** Of how many streams the states are kept, when they are idle. */
  readonly streamsKeptMax?: number;
}

/** A name's state is small, and there is one a Vip. */
export const STREAMS_KEPT_DEFAULT = 100_000;

export const WINDOW_DEFAULT_MS = 24 * 3_600_000;
