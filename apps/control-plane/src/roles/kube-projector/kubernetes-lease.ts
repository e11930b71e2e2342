// The Lease by which one of several processes works on a cluster, as a service of this process: it says whether that is this one,
// and who else. What works while it is held is handed `isActive` and `whileActive`; what that is, is not its business.
import { systemChance, systemClock } from '@holdfast/clock';
import { type ElectionStatus, LeaseElection, type Leases, type ObjectRef } from '@holdfast/kube-api';
import { Logger } from '@nestjs/common';
import type { ProjectorActivity } from '../../health/projectors';
import type { HolderIdentity } from './holder-identity';

export class KubernetesLease {
  private readonly log = new Logger('kube-projector');
  private readonly election: LeaseElection;
  private before: Pick<ElectionStatus, 'isActive' | 'holder'> = { isActive: false };
  private isStopping = false;

  constructor(
    private readonly leases: Leases,
    lease: ObjectRef,
    { name, isOver }: HolderIdentity,
  ) {
    this.election = new LeaseElection({
      ...{ leases, lease, identity: name, isOver, clock: systemClock, chance: systemChance },
    });
    this.election.onChange((status) => this.changed(status));
  }

  /** Whether this process is the one that works now. */
  get isActive(): boolean {
    return this.election.isActive;
  }

  /** Whether another process works, as far as this one can see: what it cannot reach, it does not know to be done. */
  get isDoneElsewhere(): boolean {
    const { isActive, holder, identity, failing } = this.election.status;
    return !isActive && !failing && holder !== undefined && holder !== identity;
  }

  /** See `LeaseElection.whileActive`. */
  whileActive<Result>(begin: () => Promise<Result>): Promise<Result> {
    return this.election.whileActive(begin);
  }

  /** Calls `listener` when `isActive` may say something else. Returns how to stop. */
  onChange(listener: () => void): () => void {
    return this.election.onChange(listener);
  }

  /** Who may not write holds no Lease: it is given up, and not taken again before this is called with undefined. */
  forbid(reason: string | undefined): void {
    this.election.forbid(reason);
  }

  get activity(): ProjectorActivity {
    const { isActive, lease, holder, sinceMs } = this.election.status;
    return {
      ...{ state: isActive ? 'active' : 'standby', lease },
      ...(holder !== undefined && { holder }),
      ...(sinceMs !== undefined && { since: new Date(sinceMs).toISOString() }),
    };
  }

  /** The same for people. */
  get note(): string {
    const { state, lease, holder, since } = this.activity;
    const held = `${holder ?? 'nobody'} holds the Lease ${lease}${since ? ` since ${since}` : ''}`;
    if (state === 'active') return `active: ${held}`;
    const { forbidden } = this.election.status;
    return `standby: ${held}${forbidden ? `; this process may not: ${forbidden}` : ''}`;
  }

  /** What keeps this process from the Lease, other than that somebody else has it. */
  get failing(): ElectionStatus['failing'] {
    const { isActive, failing } = this.election.status;
    return isActive ? undefined : failing;
  }

  start(): void {
    this.election.start();
  }

  /** Once whoever works while it is held has stopped. Gives it up. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.election.stop();
    await this.leases.close();
  }

  private changed(status: ElectionStatus): void {
    const { before } = this;
    this.before = status;
    if (!this.isStopping) this.tell(status, before);
  }

  private tell(
    { isActive, lease, holder, identity }: ElectionStatus,
    before: Pick<ElectionStatus, 'isActive' | 'holder'>,
  ): void {
    const isAnothers = holder !== undefined && holder !== identity;
    if (isActive && !before.isActive) this.log.warn({ msg: 'works on the cluster now', lease, holder });
    if (!isActive && before.isActive) this.log.warn({ msg: 'works on the cluster no more', lease, holder });
    if (isAnothers && holder !== before.holder) this.log.warn({ msg: 'stands by', lease, holder });
  }
}
