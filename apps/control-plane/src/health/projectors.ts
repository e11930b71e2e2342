// The parts of this process whose health is told: what reads the log, what puts it into effect outside, what listens to others.
import type { HeldBack } from '@holdfast/projection';
import type { Role } from '../config';
import type { HealthTrouble } from './trouble';

/** How far somebody is who follows the log. */
export interface Progress {
  /** All up to here is in effect. `undefined`: nothing is known to be. */
  readonly position: string | undefined;
  /** When the oldest event was recorded that is not in effect, epoch milliseconds. `undefined`: all are. */
  readonly behindSinceMs: number | undefined;
  /** How many keys wait: they are due, in flight, failed or put off. */
  readonly waiting: number;
}

export interface ProcessPart {
  readonly name: string;
  /** Those that cannot do their work while this is stopped. */
  readonly roles: readonly Role[];
  /** The worst first. */
  troubles(): readonly HealthTrouble[];
  /** Calls `listener` when `troubles` may have others, as far as that is heard of at once. */
  onTroubles?(listener: () => void): void;
  /** To the server that it works on. */
  connection?(): ServerConnection;
}

export interface ServerConnection {
  readonly isUp: boolean;
  /** How often there was a new one, since the start. */
  readonly count: number;
}

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
export interface ProjectorHealth extends ProcessPart {
  progress(): Progress | Promise<Progress>;
  /** What is so, and keeps nothing from going on, for people. */
  notes?(): readonly string[];
  /** What deletion guards hold back, by kind. */
  heldBack?(): readonly HeldBack[];
  /** What others did to what it keeps, and how much of that it put right, since the start. */
  drift?(): { readonly found: number; readonly repaired: number };
  /** Absent: it works wherever it runs. */
  activity?(): ProjectorActivity;
}

export class Projectors {
  /** @param others parts that follow nothing */
  constructor(
    readonly all: readonly ProjectorHealth[],
    readonly others: readonly ProcessPart[] = [],
  ) {}
}
