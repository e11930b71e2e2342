// The projectors that run in this process, for whoever tells how they are: status, readiness.

/** What puts the log into effect outside. */
export interface ProjectorHealth {
  readonly name: string;
  /** The last position that is in effect. */
  position(): string | undefined;
  /** What keeps it from going on, if anything does. */
  trouble(): string | undefined;
  /** What is so, and keeps nothing from going on, for people. */
  notes?(): readonly string[];
}

export class Projectors {
  constructor(readonly all: readonly ProjectorHealth[]) {}
}
