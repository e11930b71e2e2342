// The LedgerRecord aggregate: stream `ledger-holdfast`, one a ledger. What a ledger says of itself: its id, the level at which
// its events are written, the incarnations that wrote it (one is a process, from its start to its end), and the sides that it may
// not write to. It tells a ledger from any other and a clone from its original; it knows no address. infra/docs/adr/0024 says what
// is compared with it, 0031 what a level is. Which event came with which level stands in ../format.
import { invalid, type RejectionOf } from '../rejection';
import { flatCodec } from '../subnet/codec/flat-codec';
import type { FenceReason } from './fence-reason';
import { isSameMark, type LedgerMark } from './ledger-mark';

/** The id of the one stream of this category. */
export const LEDGER_RECORD_ID = 'holdfast';

/** What a ledger's effects are written to: the places where its marks are kept. */
export const SIDES = ['northbound', 'kubernetes', 'jetstream'] as const;
export type Side = (typeof SIDES)[number];

/** A program, as it says itself what it is. */
export interface Program {
  /** As people number it: 0.1.0. */
  readonly version: string;
  /** Up to which level it reads and writes. */
  readonly level: number;
}

/** Of a ledger that says nothing of it: all were written so before there were levels. */
export const LEVEL_FIRST = 1;
/** From here on the record says levels, and which program an incarnation is. */
export const LEVEL_OF_LEVELS = 2;

/** A process begins to work on the ledger; the first one gives it its id. */
export interface StartIncarnation {
  readonly type: 'StartIncarnation';
  /** For a ledger that has none yet: a UUID, or of one that was written before there was this record, the id of its first event. */
  readonly ledger: string;
  /** A UUID that no other process has. */
  readonly incarnation: string;
  readonly program: Program;
  /** Nothing was ever recorded here: it is founded at the program's level. */
  readonly isNew: boolean;
}

/** All older planes are over: from now on events are written that they cannot read. */
export interface RaiseFormatLevel {
  readonly type: 'RaiseFormatLevel';
  readonly level: number;
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

export type LedgerRecordCommand = StartIncarnation | RaiseFormatLevel | FenceSide | LiftFence | RecoverSide;

/** The ledger got its id, which it has for ever: the first event of its life, or of a ledger from before there was this record the first of its next start. */
export interface LedgerFounded {
  readonly type: 'LedgerFounded';
  readonly ledger: string;
  /** At which its events are written; absent: the first. Every later program must be able to read this field. */
  readonly level?: number;
}

/** Somebody finished an upgrade: events of that level may follow, and an older program ends here. Its form never changes: it is what an older program reads of a newer ledger. */
export interface FormatLevelRaised {
  readonly type: 'FormatLevelRaised';
  readonly level: number;
}

/** A process began to work on the ledger. A mark that names an incarnation which the log does not have was written from a clone. */
export interface IncarnationStarted {
  readonly type: 'IncarnationStarted';
  readonly incarnation: string;
  /** Which program it is; absent below the level that says levels. */
  readonly program?: Program;
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

export type LedgerRecordEvent =
  | LedgerFounded
  | FormatLevelRaised
  | IncarnationStarted
  | SideFenced
  | FenceLifted
  | SideRecovered;

export interface RecordedFence {
  readonly why: FenceReason;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}

export interface LedgerRecordState {
  /** Undefined: none yet. */
  readonly ledger: string | undefined;
  /** At which its events are written. */
  readonly level: number;
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

/** Nothing but that it is so, and at which level, where it was about that. */
export interface LedgerRecordReply {
  readonly level?: number;
}

const DONE: LedgerRecordReply = {};

/** What a program says that came to a ledger of a newer one. */
export const newerLevelText = (level: number, ownLevel: number): string =>
  `this ledger is written at level ${level}, this program reads up to level ${ownLevel}`;

function decide(command: LedgerRecordCommand, state: LedgerRecordState): LedgerRecordDecision {
  switch (command.type) {
    case 'StartIncarnation':
      return start(command, state);
    case 'RaiseFormatLevel': {
      const { level } = command;
      return { events: state.level < level ? [{ type: 'FormatLevelRaised', level }] : [], reply: { level } };
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

/** The one place where a record's event is chosen by the ledger's level: it writes none above it. */
function start(
  { ledger, incarnation, program, isNew }: StartIncarnation,
  state: LedgerRecordState,
): LedgerRecordDecision {
  const { level: ownLevel } = program;
  if (state.level > ownLevel) return invalid('program.level', newerLevelText(state.level, ownLevel));
  const isFounding = state.ledger === undefined;
  const level = isFounding && isNew ? ownLevel : state.level;
  const says = level >= LEVEL_OF_LEVELS;
  const events: LedgerRecordEvent[] = [];
  if (isFounding) events.push({ type: 'LedgerFounded', ledger, ...(says && { level }) });
  if (!state.incarnations.has(incarnation))
    events.push({ type: 'IncarnationStarted', incarnation, ...(says && { program }) });
  return { events, reply: DONE };
}

function evolve(state: LedgerRecordState, event: LedgerRecordEvent, atMs: number): LedgerRecordState {
  switch (event.type) {
    case 'LedgerFounded':
      return { ...raised(state, event.level), ledger: state.ledger ?? event.ledger };
    case 'FormatLevelRaised':
      return raised(state, event.level);
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

const raised = (state: LedgerRecordState, level = LEVEL_FIRST): LedgerRecordState => ({
  ...state,
  level: Math.max(state.level, level),
});

export const STORED_LEDGER_RECORD_EVENTS = [
  'LedgerFounded.v1',
  'LedgerFounded.v2',
  'FormatLevelRaised.v1',
  'IncarnationStarted.v1',
  'IncarnationStarted.v2',
  'SideFenced.v1',
  'FenceLifted.v1',
  'SideRecovered.v1',
] as const;

/** The oldest form that says all there is to say. */
function formOf(event: LedgerRecordEvent): 1 | 2 {
  const isSecond =
    event.type === 'LedgerFounded'
      ? event.level !== undefined
      : event.type === 'IncarnationStarted' && event.program !== undefined;
  return isSecond ? 2 : 1;
}

export const ledgerRecord = {
  category: 'ledger',
  initial: (): LedgerRecordState => ({
    ...{ ledger: undefined, level: LEVEL_FIRST },
    ...{ incarnations: new Set(), fences: new Map(), recoveries: new Map() },
  }),
  evolve,
  decide,
  replyTo: (event: LedgerRecordEvent): LedgerRecordReply =>
    event.type === 'FormatLevelRaised' ? { level: event.level } : DONE,
  codec: flatCodec<LedgerRecordEvent>(STORED_LEDGER_RECORD_EVENTS, formOf),
};
