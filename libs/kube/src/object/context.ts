// What the reconcilers of all kinds work with.
import type { Clock } from '@holdfast/clock';
import type { Following } from '@holdfast/kube-api';
import type { GuardsByKind } from './guarded-kinds';
import type { ActiveRejections, DueKey, Execution } from '@holdfast/projection';
import type { ProjectorLedger } from '@holdfast/ledger';
import type { KubeCommand } from './kube-command';
import type { ObjectWriter } from './object-writer';
import type { Bound, Projection } from './vip-elsewhere';

export interface Context {
  readonly ledger: ProjectorLedger;
  readonly clock: Clock;
  readonly writer: ObjectWriter;
  readonly rejections: ActiveRejections;
  readonly vips: Pick<Following, 'get'>;
  readonly subnets: Pick<Following, 'get'>;
  /** What of them is read, and no more (libs/kube-api, pod). */
  readonly pods: Pick<Following, 'get'>;
  readonly rules: Pick<Following, 'get'>;
  readonly pools: Pick<Following, 'get'>;
  /** Names of the IPPools that concern a Subnet. */
  readonly poolsOf: (subnet: string) => Iterable<string>;
  readonly guards: GuardsByKind;
  /** Has the ledger do it, and waits for its view. @throws Error with `code` and `retryable` */
  readonly execute: (command: KubeCommand, actor: string) => Promise<Execution>;
  readonly mark: (key: DueKey) => void;
  readonly projectionOf: (vip: string) => Projection | undefined;
  /** Absent: nobody follows who answers for a Vip. */
  readonly boundOf?: (vip: string) => Bound | undefined;
}

/** When the server still has an object that the replica has lost. */
export const REAPPEARING_MS = 5_000;

/**
 * When the ledger would decide what it is commanded now: no earlier than what it decided last (libs/event-store), so that a clock
 * that was set back keeps nothing waiting until it is where it was.
 */
export function moment({ clock, ledger }: Pick<Context, 'clock' | 'ledger'>): {
  readonly nowMs: number;
  readonly issuedAtMs: number;
} {
  const nowMs = Math.max(clock.now(), ledger.view.decidedAtMs);
  return { nowMs, issuedAtMs: nowMs };
}
