// What is done to a world from outside, each act with all that it needs to be done again. Not how (run/acts.ts), nor when.
import type { LedgerCommand } from '@holdfast/ledger';
import type { ClusterCall } from '../kubernetes/cluster';
import type { NeighbourEdits } from '../northbound/neighbours';

/** Another ledger is at the sides of the right one. */
export interface RivalAct {
  /** In its place: an older backup, or a new one. Beside it: a copy, or a stranger. */
  readonly rival: 'restored' | 'lost' | 'clone' | 'second';
  /** How much it has of what every side shows, from 0 to 1. */
  readonly share: number;
  readonly forMs: number;
}

export type Act =
  | { readonly ask: LedgerCommand; readonly commandId: string; readonly offMs?: number }
  | { readonly cluster: readonly ClusterCall[] }
  | { readonly crash: string }
  /** By how much a machine's clock steps. */
  | { readonly clock: string; readonly byMs: number }
  /** One machine's clock leaps, and comes back after a while. */
  | { readonly clocks: 'leap' }
  /** Edits of the Northbound by others. */
  | { readonly neighbours: readonly NeighbourEdits[] }
  | { readonly disaster: true }
  /** Processes that lose their connection to the Northbound. */
  | { readonly disconnect: readonly string[] }
  /** For so long, milliseconds. */
  | { readonly stealLock: number }
  | { readonly controllers: 'pause' }
  | { readonly watches: 'dropped' | 'silent' | 'compacted' }
  | { readonly kubernetes: 'cut' }
  | RivalAct
  | { readonly views: 'checked' };

export type StoryStep = Act & {
  readonly atMs: number;
  /** Nothing else could happen between the one before and this. */
  readonly atOnce?: true;
};

/** Keeps what is done, one after the other. */
export class KeptSteps {
  readonly steps: StoryStep[] = [];
  private isAtOnce = true;

  keep(act: Act, atMs: number): void {
    this.steps.push({ atMs, ...(this.isAtOnce && { atOnce: true }), ...act });
    this.isAtOnce = true;
  }

  /** The world may have gone on. */
  timePassed(): void {
    this.isAtOnce = false;
  }
}
