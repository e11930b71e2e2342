// What is recorded beside each event: who asked, through what, when, and by which command.

export interface Actor {
  /** Who asked: a user, a service account, an object. */
  readonly name: string;
  /** Which way the command came in: a word that is recorded and never read here. */
  readonly through: string;
}

export interface EventMetadata {
  readonly commandId: string;
  /** CRC-32 of the command, hexadecimal. Absent when the id is our own and no second delivery can come. */
  readonly commandDigest?: string;
  readonly issuedAtMs: number;
  /** When it was decided, epoch milliseconds; never decreases along a stream. */
  readonly atMs: number;
  /**
   * When it was decided by the clock of the plane that decided it, where that is not `atMs`: some event before it has a time
   * that had not come yet. Absent: the same.
   */
  readonly clockAtMs?: number;
  readonly actor: string;
  readonly through: string;
  /** `hashOf` the stream's event before, or `NO_PREDECESSOR`. */
  readonly previous: string;
}

/** When it was decided, by the clock of the plane that decided it. */
export const decidedAtOf = ({ atMs, clockAtMs }: Pick<EventMetadata, 'atMs' | 'clockAtMs'>): number =>
  clockAtMs ?? atMs;
