// The third port, beside the event store: what the planes on a ledger say of themselves while they live. It is no history and
// stands outside the log, its chain and every view; whoever reads it judges by how what is said changes, not by times in it.
// `plane-board.spec.ts` keeps the adapters honest.

/** What a plane says of itself. */
export interface PlaneAnnouncement {
  /** As the ledger's record names that process. */
  readonly incarnation: string;
  /** Of its program. */
  readonly version: string;
  /** Up to which level its program reads and writes. */
  readonly level: number;
  /** `waiting`: another process has the store open. */
  readonly state: 'serving' | 'waiting';
  /** Each time one more: that it changes is how others see that it lives. */
  readonly beat: number;
  /** By its own clock, epoch milliseconds: for people. */
  readonly atMs: number;
}

export interface PlaneBoard {
  /** In place of what this plane said before. @throws StoreFault `store-unavailable`, `store-full` */
  announce(announcement: PlaneAnnouncement): Promise<void>;
  /** The last of each plane that did not withdraw, be it long over. @throws StoreFault `store-unavailable` */
  read(): Promise<readonly PlaneAnnouncement[]>;
  /** The plane ends in order. @throws StoreFault */
  withdraw(incarnation: string): Promise<void>;
}

/** An event store that has a board beside its events. */
export interface HasPlaneBoard {
  readonly planes: PlaneBoard;
}

/** What is not of that shape was put there by somebody else. */
export function readAnnouncement(text: string): PlaneAnnouncement | undefined {
  try {
    const it = JSON.parse(text) as PlaneAnnouncement;
    const isSound =
      typeof it.incarnation === 'string' && typeof it.version === 'string' && Number.isFinite(it.level);
    return isSound && Number.isFinite(it.beat) && Number.isFinite(it.atMs) ? it : undefined;
  } catch {
    return undefined;
  }
}
