// What the reconcilers work with, and the two things that both do: ask the ledger, and wait for its view.
import type { Clock } from '@holdfast/clock';
import type { Rejection } from '@holdfast/ipam';
import type { Following } from '@holdfast/kube-api';
import type { Brakes } from './brake';
import type { Differences } from './differences';
import type { DueKey } from './due-key';
import type { ProjectorLedger, LedgerCommand } from '@holdfast/projection';
import type { ObjectWriter } from './object-writer';
import type { Refusals } from '@holdfast/projection';
import type { Bound } from './vip-elsewhere';
import type { Projection } from './vip-elsewhere';

export interface Context {
  readonly ledger: ProjectorLedger;
  readonly clock: Clock;
  readonly writer: ObjectWriter;
  readonly refusals: Refusals;
  readonly vips: Pick<Following, 'get'>;
  readonly subnets: Pick<Following, 'get'>;
  /** What of them is read, and no more (./pods/pod-reading). */
  readonly pods: Pick<Following, 'get'>;
  readonly rules: Pick<Following, 'get'>;
  readonly pools: Pick<Following, 'get'>;
  /** Names of the IPPools that concern a Subnet. */
  readonly poolsOf: (subnet: string) => Iterable<string>;
  readonly brakes: Brakes;
  readonly differences: Pick<Differences, 'ordered'>;
  readonly mark: (key: DueKey) => void;
  readonly projectionOf: (vip: string) => Projection | undefined;
  /** Absent: nobody follows who answers for a Vip. */
  readonly boundOf?: (vip: string) => Bound | undefined;
}

/** After a write that was refused because the object had changed: the watch brings the change, and sooner than this. */
export const STALE_RETRY_MS = 2_000;
/** After a view did not get to an event in time; the event, when it comes, wakes the key sooner. */
export const BEHIND_RETRY_MS = 1_000;
/** When the server still has an object that the replica has lost. */
export const REAPPEARING_MS = 5_000;

/**
 * When the ledger would decide what it is asked now: no earlier than what it decided last (libs/event-store), so that a clock
 * that was set back keeps nothing waiting until it is where it was.
 */
export function moment({ clock, ledger }: Pick<Context, 'clock' | 'ledger'>): {
  readonly nowMs: number;
  readonly issuedAtMs: number;
} {
  const nowMs = Math.max(clock.now(), ledger.view.decidedAtMs);
  return { nowMs, issuedAtMs: nowMs };
}

/** `done`: it is as was ordered, and the view shows it. */
export type Asked =
  | { readonly is: 'done' | 'behind'; readonly rejected?: undefined }
  | { readonly is: 'rejected'; readonly rejected: Rejection };

/** @throws Error with `code` and `retryable` */
export async function ask(
  { ledger, differences }: Pick<Context, 'ledger' | 'differences'>,
  command: LedgerCommand,
  actor: string,
): Promise<Asked> {
  differences.ordered(command);
  const answer = await ledger.execute(command, actor);
  if (answer.rejected) return { is: 'rejected', rejected: answer.rejected };
  const isShown = answer.position === undefined || (await ledger.hasReached(answer.position));
  return { is: isShown ? 'done' : 'behind' };
}
