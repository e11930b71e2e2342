// Gives Pods their addresses: a projector of its own beside that of Vips and Subnets, over the same connection and ledger.
import { systemChance } from '@holdfast/clock';
import { type KubernetesApi, STANDBY_CODE, STATEFUL_SETS } from '@holdfast/kube-api';
import type { ClusterApi } from '@holdfast/kube-api/client-node';
import { LedgerReader, type ProjectorLedger } from '@holdfast/ledger';
import { PodAddressProjector } from '@holdfast/pods';
import type { HeldBack, OverrideReply } from '@holdfast/projection';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { planeClock } from '../../clock/plane-clock';
import { CONFIG, type Config, type PodsConfig } from '../../config';
import { Differences } from '../../health/differences';
import { type FollowedFrom, NOTHING_TO_DO, progressOf } from '../../health/followers';
import { kubernetesTroubles } from '../../health/kubernetes-troubles';
import type { Progress, ProjectorActivity, ProjectorHealth } from '../../health/projectors';
import type { HealthTrouble } from '../../health/trouble';
import { KubernetesLease } from './kubernetes-lease';
import { CLUSTER_API, KUBERNETES_API, KUBERNETES_LEDGER } from './kubernetes-tokens';

@Injectable()
export class PodProjector implements ProjectorHealth {
  readonly name = 'pods';
  readonly roles = ['kube-projector'] as const;
  private readonly log = new Logger('pod-addresses');
  private from: FollowedFrom | undefined;
  private troublesChanged = (): void => undefined;
  private readonly addresses: PodAddressProjector;
  private stopListening = (): void => undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(KUBERNETES_API) api: KubernetesApi,
    @Inject(CLUSTER_API) private readonly cluster: ClusterApi,
    @Inject(KUBERNETES_LEDGER) ledger: ProjectorLedger,
    private readonly reader: LedgerReader,
    private readonly lease: KubernetesLease,
    differences: Differences,
  ) {
    const { keepVmIp, graceMs, statefulSetKinds } = config.pods as PodsConfig;
    this.addresses = new PodAddressProjector({
      ...{ api, ledger, clock: planeClock, chance: systemChance, keepVmIp, graceMs },
      isActive: () => lease.isActive,
      statefulSets: [STATEFUL_SETS, ...statefulSetKinds],
      onDifference: ({ holder, subnet, what, why }) =>
        differences.found(this.name, { about: `${holder} in ${subnet}`, what, why }),
      onTroubles: () => this.troublesChanged(),
      onFault: ({ code, message, key }, retryInMs) =>
        code !== STANDBY_CODE &&
        this.log.debug({ msg: 'reconcile failed; will retry', code, fault: message, key, retryInMs }),
    });
  }

  /** See `PodAddressProjector.overrideDeletionGuard`. */
  overrideDeletionGuard(kind: string, missing: number): OverrideReply {
    return this.addresses.overrideDeletionGuard(kind, missing);
  }

  /** Does not wait: a cluster that cannot be reached now is followed when it can. */
  start(): void {
    this.from = this.here();
    this.stopListening = this.lease.onChange(() => {
      this.from = this.here();
      this.addresses.wake();
      this.troublesChanged();
    });
    void this.addresses.start();
  }

  stop(): Promise<void> {
    this.stopListening();
    return this.addresses.stop();
  }

  progress(): Progress {
    const { status } = this.addresses;
    if (this.lease.isDoneElsewhere) return NOTHING_TO_DO;
    return progressOf(status, status.due + status.failed, this.reader, this.from);
  }

  troubles(): readonly HealthTrouble[] {
    return kubernetesTroubles(this.addresses.status, this.cluster.server, this.lease.isActive);
  }

  onTroubles(listener: () => void): void {
    this.troublesChanged = listener;
  }

  heldBack(): readonly HeldBack[] {
    return this.lease.isActive ? (this.addresses.status.heldBack ?? []) : [];
  }

  private here(): FollowedFrom {
    return { position: this.reader.position, atMs: planeClock.now() };
  }

  notes(): readonly string[] {
    return [this.lease.note];
  }

  activity(): ProjectorActivity {
    return this.lease.activity;
  }
}
