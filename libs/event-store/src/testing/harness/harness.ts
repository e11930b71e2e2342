// What an adapter brings to the conformance suite: grounds to run on, and for each thing that can go wrong either the
// means to make it happen or the reason why it cannot. The record has no optional entry, so no cell of the matrix of
// cases by adapters is blank.
import type { EventStore } from '../../port/event-store';
import type { RemembersReplies } from '../../port/reply-store';

/** A place of its own for one test. */
export interface Ground {
  /** Of every stream the test writes: the store may be shared, but not what begins with this. */
  readonly prefix: string;
  /** The store that stands here, also after it was closed. */
  open(): Promise<EventStore & RemembersReplies>;
  /** Lets go of everything; stores are closed by then. */
  leave(): Promise<void>;
}

export interface StoreHarness {
  /** Why the whole suite cannot run here. */
  readonly skipped?: string;
  enter(): Promise<Ground>;
  readonly faults: { readonly [Name in keyof Faults]: Means<Faults[Name]> | Skipped };
}

export interface Means<FilePlace> {
  enter(): Promise<FilePlace>;
}

export interface Skipped {
  readonly skipped: string;
}

/** What can go wrong with a store, and what a ground must offer to make it go wrong. */
export interface Faults {
  /** A process that writes is killed at any moment. */
  killedWriter: Ground & Reachable;
  /** A second process opens what a first one has open. */
  secondWriter: Ground & Reachable & InFile;
  /** Others have the store open at the same time. */
  manyWriters: Ground;
  /** What is stored was shortened or changed while nobody looked. */
  damage: Ground & Reachable & InFile;
  /** The disk has no space left, and has some again later. */
  fullDisk: Ground & Fillable;
  /** The disk refuses to write. */
  failingDisk: Ground & Reachable;
  /** An append is done, but its reply never arrives; or its request never does. */
  lostMessages: Ground & Losable;
  /** The store cannot be reached for a while. */
  outage: Ground & Interruptible;
}

/** Another process can open the same store. */
export interface Reachable {
  readonly address: WriterAddress;
}

/** How `append-until-killed` finds the store. */
export type WriterAddress = { readonly sqlite: string } | { readonly eventstoredb: string };

export interface InFile {
  /** Holds all that is stored, and nothing else. */
  readonly folder: string;
  readonly file: string;
}

export interface Fillable {
  fill(): void;
  free(): void;
}

export interface Losable {
  loseNextReply(): void;
  loseNextRequest(): void;
}

export interface Interruptible {
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}
