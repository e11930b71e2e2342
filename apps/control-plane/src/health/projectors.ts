// The projectors that run in this process, for whoever tells how they are: status, readiness.

/** Who works on the other side, where only one process does at a time. */
export interface ProjectorActivity {
  readonly state: 'active' | 'standby';
  /** namespace/name of the Lease. */
  readonly lease: string;
  /** Absent: nobody, as far as this process knows. */
  readonly holder?: string;
  /** Since when the holder has it: RFC 3339, by the holder's clock. */
  readonly since?: string;
}

/** What puts the log into effect outside. */
export interface ProjectorHealth {
  readonly name: string;
  /** The last position that is in effect. */
  position(): string | undefined;
  /** What keeps it from going on, if anything does. */
  trouble(): string | undefined;
  /** What is so, and keeps nothing from going on, for people. */
  notes?(): readonly string[];
  /** Absent: it works wherever it runs. */
  activity?(): ProjectorActivity;
}

export class Projectors {
  constructor(readonly all: readonly ProjectorHealth[]) {}
}
