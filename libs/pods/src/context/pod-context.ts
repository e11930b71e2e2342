// What the reconcilers of Pods, owners and reservations work with.
import type { Clock } from '@holdfast/clock';
import type { Evidence, Holder, Moment } from '@holdfast/ipam';
import type { Following, KubernetesApi } from '@holdfast/kube-api';
import type { ProjectorLedger } from '@holdfast/ledger';
import type { LedgerIndex } from './ledger-index';
import type { OwnerObjects } from '../owner/owner-objects';
import type { IdentityRules } from '../request/pod-identity';
import type { NicRejections } from './nic-rejections';
import type { PodWriter } from './pod-writer';
import type { SubnetChoice } from '../request/subnet-choice';

/** Between what Kubernetes has and what the ledger says, found by a resync. */
export interface AddressDifference {
  readonly holder: Holder;
  readonly subnet: string;
  /** What differed, in words. */
  readonly what: string;
  /** How that may have come about, and what was done. */
  readonly why: string;
}

export interface PodContext {
  readonly api: KubernetesApi;
  readonly ledger: ProjectorLedger;
  readonly clock: Clock;
  readonly rules: IdentityRules;
  readonly pods: Pick<Following, 'get'>;
  readonly namespaces: Pick<Following, 'get'>;
  readonly choice: SubnetChoice;
  readonly owners: OwnerObjects;
  readonly index: LedgerIndex;
  readonly rejections: NicRejections;
  readonly writer: PodWriter;
  /** The last of a Pod whose end was seen, by UID. */
  readonly evidenceOfEnd: (uid: string) => Evidence | undefined;
  /** Whether what is missing, and was not seen going, may be gone (../projector/pod-deletion-guard). */
  readonly isKnownCluster: () => boolean;
  /** How long something must have been missing that nobody saw going. */
  readonly graceMs: number;
  /** The key's reconcile found this; it is told if that is one of a resync. */
  readonly differs: (key: string, difference: AddressDifference) => void;
}

/** Until every owner is known, or the watch brings the one that the server has. */
export const UNKNOWN_RETRY_MS = 5_000;

/**
 * When something would be decided by the ledger, which is asked next. Its own clock is never behind its log, as ours may be
 * when it was set back: nothing is late there.
 */
export const decidedNow = (clock: Clock): Moment => ({ nowMs: clock.now(), issuedAtMs: Infinity });

/**
 * Since when something is missing that nobody saw going. Kept in memory only: after a restart the grace begins anew,
 * which only makes it longer.
 */
export class Missing {
  private readonly sinceMs = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly graceMs: number,
  ) {}

  /** How long it must go on being missed; 0 when that is over. */
  leftMs(what: string): number {
    const nowMs = this.clock.monotonic();
    const sinceMs = this.sinceMs.get(what) ?? nowMs;
    this.sinceMs.set(what, sinceMs);
    return Math.max(0, sinceMs + this.graceMs - nowMs);
  }

  found(what: string): void {
    this.sinceMs.delete(what);
  }
}
