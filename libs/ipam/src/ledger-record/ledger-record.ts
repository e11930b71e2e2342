// The LedgerRecord aggregate: stream `ledger-holdfast`, one a ledger. What a ledger says of itself: its id, the incarnations
// that wrote it (one is a process, from its start to its end), and the sides that it may not write to. It tells a ledger from
// any other and a clone from its original; it knows no address. infra/docs/adr/0024 says what is compared with it.
import { type RejectionOf } from '../rejection';
import { flatCodec } from '../subnet/codec/flat-codec';
import type { FenceReason } from './fence-reason';
import { isSameMark, type LedgerMark } from './ledger-mark';

/** The id of the one stream of this category. */
export const LEDGER_RECORD_ID = 'holdfast';

/** What a ledger's effects are written to: the places where its marks are kept. */
export const SIDES = ['northbound', 'kubernetes', 'jetstream'] as const;
export type Side = (typeof SIDES)[number];

/** A process begins to work on the ledger; the first one gives it its id. */
export interface StartIncarnation {
  readonly type: 'StartIncarnation';
  /** For a ledger that has none yet: a UUID, or of one that was written before there was this record, the id of its first event. */
  readonly ledger: string;
  /** A UUID that no other process has. */
  readonly incarnation: string;
}

export interface FenceSide {
  readonly type: 'FenceSide';
  readonly side: Side;
  readonly why: FenceReason;
  readonly message: string;
}

export interface LiftFence {
  readonly type: 'LiftFence';
  readonly side: Side;
  /** What makes it safe, for people. */
  readonly because: string;
}

/** What is held to be right where a side and the ledger differ: what the ledger has, or what the sides show. */
export const RECOVERY_CHOICES = ['ledger', 'shown'] as const;
export type RecoveryChoice = (typeof RECOVERY_CHOICES)[number];

/** An operator decides that this ledger goes on at a side, from what is there now and from nothing else. */
export interface RecoverSide {
  readonly type: 'RecoverSide';
  readonly side: Side;
  readonly choice: RecoveryChoice;
  /** Why, for people. */
  readonly because: string;
  /** The mark that was found there. */
  readonly replaced: LedgerMark;
  /** The last position that anything there says of itself, where that is known apart from the mark. */
  readonly shownPosition?: string;
}

export type LedgerRecordCommand = StartIncarnation | FenceSide | LiftFence | RecoverSide;

/** The ledger got its id, which it has for ever: the first event of its life, or of a ledger from before there was this record the first of its next start. */
export interface LedgerFounded {
  readonly type: 'LedgerFounded';
  readonly ledger: string;
}

/** A process began to work on the ledger. A mark that names an incarnation which the log does not have was written from a clone. */
export interface IncarnationStarted {
  readonly type: 'IncarnationStarted';
  readonly incarnation: string;
}

/** What was found at the side comes from another ledger, or from another past of this one: nothing is written there. */
export interface SideFenced {
  readonly type: 'SideFenced';
  readonly side: Side;
  readonly why: FenceReason;
  readonly message: string;
}

/** The side may be written to again. */
export interface FenceLifted {
  readonly type: 'FenceLifted';
  readonly side: Side;
  readonly because: string;
}

/** An operator decided that this ledger goes on at the side: what was written there under the replaced mark may be written over. */
export interface SideRecovered {
  readonly type: 'SideRecovered';
  readonly side: Side;
  readonly choice: RecoveryChoice;
  readonly because: string;
  readonly replaced: LedgerMark;
  /** The last position that anything there said of itself, where that was known apart from the mark. */
  readonly shownPosition?: string;
}

export type LedgerRecordEvent = LedgerFounded | IncarnationStarted | SideFenced | FenceLifted | SideRecovered;

export interface RecordedFence {
  readonly why: FenceReason;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}

export interface LedgerRecordState {
  /** Undefined: none yet. */
  readonly ledger: string | undefined;
  /** All that ever started, the last one last: one a start, so thousands in a life. */
  readonly incarnations: ReadonlySet<string>;
  readonly fences: ReadonlyMap<Side, RecordedFence>;
  /** The last decision of each side: of all others its effects are gone. */
  readonly recoveries: ReadonlyMap<Side, RecordedRecovery>;
}

export type RecordedRecovery = Pick<SideRecovered, 'replaced' | 'shownPosition'>;

type LedgerRecordDecision =
  | {
      readonly events: readonly LedgerRecordEvent[];
      readonly reply: LedgerRecordReply;
      readonly rejected?: undefined;
    }
  | { readonly rejected: RejectionOf<'InvalidArgument'> };

/** Nothing but that it is so. */
export type LedgerRecordReply = Readonly<Record<string, never>>;

const DONE: LedgerRecordReply = {};

function decide(command: LedgerRecordCommand, state: LedgerRecordState): LedgerRecordDecision {
  switch (command.type) {
    case 'StartIncarnation': {
      const { ledger, incarnation } = command;
      const founded: LedgerRecordEvent[] =
        state.ledger === undefined ? [{ type: 'LedgerFounded', ledger }] : [];
      if (state.incarnations.has(incarnation)) return { events: founded, reply: DONE };
      return { events: [...founded, { type: 'IncarnationStarted', incarnation }], reply: DONE };
    }
    case 'FenceSide': {
      const { side, why, message } = command;
      // Each event moves the log on, and what is said of a ledger that is behind may change with that.
      const isSame = state.fences.get(side)?.why === why;
      return { events: isSame ? [] : [{ type: 'SideFenced', side, why, message }], reply: DONE };
    }
    case 'LiftFence': {
      const { side, because } = command;
      return { events: state.fences.has(side) ? [{ type: 'FenceLifted', side, because }] : [], reply: DONE };
    }
    case 'RecoverSide': {
      const { side, replaced, shownPosition } = command;
      const known = state.recoveries.get(side);
      const isSo = known && isSameMark(known.replaced, replaced) && known.shownPosition === shownPosition;
      return { events: isSo ? [] : [{ ...command, type: 'SideRecovered' }], reply: DONE };
    }
  }
}

function evolve(state: LedgerRecordState, event: LedgerRecordEvent, atMs: number): LedgerRecordState {
  switch (event.type) {
    case 'LedgerFounded':
      return { ...state, ledger: state.ledger ?? event.ledger };
    case 'IncarnationStarted':
      return { ...state, incarnations: new Set(state.incarnations).add(event.incarnation) };
    case 'SideFenced': {
      const { side, why, message } = event;
      return { ...state, fences: new Map(state.fences).set(side, { why, message, sinceMs: atMs }) };
    }
    case 'FenceLifted': {
      const fences = new Map(state.fences);
      fences.delete(event.side);
      return { ...state, fences };
    }
    case 'SideRecovered': {
      const { side, replaced, shownPosition } = event;
      return { ...state, recoveries: new Map(state.recoveries).set(side, { replaced, shownPosition }) };
    }
  }
}

export const STORED_LEDGER_RECORD_EVENTS: readonly string[] = [
  'LedgerFounded.v1',
  'IncarnationStarted.v1',
  'SideFenced.v1',
  'FenceLifted.v1',
  'SideRecovered.v1',
];

export const ledgerRecord = {
  category: 'ledger',
  initial: (): LedgerRecordState => ({
    ledger: undefined,
    incarnations: new Set(),
    fences: new Map(),
    recoveries: new Map(),
  }),
  evolve,
  decide,
  replyTo: (): LedgerRecordReply => DONE,
  codec: flatCodec<LedgerRecordEvent>(STORED_LEDGER_RECORD_EVENTS),
};
