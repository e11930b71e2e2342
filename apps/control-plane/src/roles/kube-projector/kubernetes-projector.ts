// Takes Kubernetes' specs as commands and keeps its status as the ledger says, as a service of this process.
import { systemChance } from '@holdfast/clock';
import { type Bound, ObjectProjector, type Projection } from '@holdfast/kube';
import { type KubernetesApi, STANDBY_CODE } from '@holdfast/kube-api';
import type { ClusterApi } from '@holdfast/kube-api/client-node';
import { LedgerReader, type ProjectorLedger } from '@holdfast/ledger';
import type { HeldBack, OverrideReply } from '@holdfast/projection';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { planeClock } from '../../clock/plane-clock';
import { Differences } from '../../health/differences';
import { type FollowedFrom, NOTHING_TO_DO, progressOf } from '../../health/followers';
import { callTroubles, fenceTroubles, kubernetesTroubles } from '../../health/kubernetes-troubles';
import type { Progress, ProjectorActivity, ProjectorHealth, ServerConnection } from '../../health/projectors';
import type { HealthTrouble } from '../../health/trouble';
import { NorthboundProjector } from '../ovn-projector/northbound-projector';
import { VipBindings } from '../ovn-projector/vip-bindings';
import { KubernetesLease } from './kubernetes-lease';
import { KubernetesMark } from './kubernetes-mark';
import { CLUSTER_API, KUBERNETES_API, KUBERNETES_LEDGER } from './kubernetes-tokens';
import { PodProjector } from './pod-projector';

@Injectable()
export class KubernetesProjector implements ProjectorHealth {
  readonly name = 'kubernetes';
  readonly roles = ['kube-projector'] as const;
  private readonly log = new Logger('kube-projector');
  private from: FollowedFrom | undefined;
  private troublesChanged = (): void => undefined;
  private connections = 0;
  private wasUp = false;
  private readonly objects: ObjectProjector;
  private stopListening = (): void => undefined;

  constructor(
    @Inject(KUBERNETES_API) api: KubernetesApi,
    @Inject(CLUSTER_API) private readonly cluster: ClusterApi,
    @Inject(KUBERNETES_LEDGER) ledger: ProjectorLedger,
    private readonly reader: LedgerReader,
    private readonly lease: KubernetesLease,
    private readonly mark: KubernetesMark,
    differences: Differences,
    @Optional() private readonly pods?: PodProjector,
    @Optional() private readonly northbound?: NorthboundProjector,
    @Optional() private readonly bindings?: VipBindings,
  ) {
    this.objects = new ObjectProjector({
      ...{ api, ledger, clock: planeClock, chance: systemChance },
      isActive: () => lease.isActive,
      projectionOf: (vip) => this.projectionOf(vip),
      ...(bindings && { boundOf: (vip: string) => this.boundOf(vip) }),
      onDifference: ({ object, what, why }) => differences.found(this.name, { about: object, what, why }),
      onTroubles: () => this.connectionChanged(),
      onFault: ({ code, message, key }, retryInMs) =>
        code !== STANDBY_CODE &&
        this.log.debug({ msg: 'reconcile failed; will retry', code, fault: message, key, retryInMs }),
    });
  }

  /** Does not wait: a cluster that cannot be reached now must not keep the ledger from serving. */
  start(): void {
    const changed = (vip: string): void => this.objects.projectionChanged(vip);
    const woken = this.lease.onChange(() => {
      this.from = this.here();
      this.objects.wake();
      this.troublesChanged();
    });
    const ends = [woken, this.northbound?.onProjected(changed), this.bindings?.onChange(changed)];
    this.stopListening = () => ends.forEach((end) => end?.());
    this.from = this.here();
    void this.objects.start().then(() => this.connectionChanged());
  }

  /** Where each object is stands in its own status; this is how far this projector has looked. */
  progress(): Progress {
    const { status } = this.objects;
    if (this.lease.isDoneElsewhere) return NOTHING_TO_DO;
    return progressOf(status, status.due + status.failed, this.reader, this.from);
  }

  troubles(): readonly HealthTrouble[] {
    const { lease, mark, cluster } = this;
    const own = kubernetesTroubles(this.objects.status, cluster.server, lease.isActive);
    return [
      ...fenceTroubles(mark.trouble(), cluster.server),
      ...callTroubles('lease', lease.failing, cluster.server),
      ...callTroubles('mark', mark.failing, cluster.server),
      ...own,
    ];
  }

  onTroubles(listener: () => void): void {
    this.troublesChanged = listener;
  }

  /** What is held back, the holder of the Lease tells. */
  heldBack(): readonly HeldBack[] {
    return this.lease.isActive ? (this.objects.status.heldBack ?? []) : [];
  }

  /** Of the watches, which are always open: a cluster is lost when none of them can be. */
  connection(): ServerConnection {
    const { troubles, synced } = this.objects.status;
    const isUp = synced && !troubles.some(({ code }) => code === 'kubernetes-unreachable');
    return { isUp, count: this.connections };
  }

  /** Of Pods the projector that gives them their addresses knows, of all other kinds this one. */
  overrideDeletionGuard(kind: string, missing: number): OverrideReply {
    const { isActive, note } = this.lease;
    if (!isActive) return { refused: `${note}; ask that process` };
    return kind === 'Pod' && this.pods
      ? this.pods.overrideDeletionGuard(kind, missing)
      : this.objects.overrideDeletionGuard(kind, missing);
  }

  notes(): readonly string[] {
    const { unserved = [] } = this.objects.status;
    return [
      this.lease.note,
      ...unserved.map((kind) => `the cluster does not serve ${kind}; followed as soon as it does`),
    ];
  }

  activity(): ProjectorActivity {
    return this.lease.activity;
  }

  /** The Northbound's side of a Vip as a condition. */
  private projectionOf(vip: string): Projection | undefined {
    const known = this.northbound?.projectionOf(vip);
    if (!known) return undefined;
    const { projected, reason } = known;
    // What is about to be written is not, for as long as nothing is.
    const stopped = reason === 'Pending' ? this.northbound?.stopped : undefined;
    const message = stopped ? `${known.message} ${stopped}` : known.message;
    return { status: projected ? 'True' : 'False', reason, message };
  }

  private here(): FollowedFrom {
    return { position: this.reader.position, atMs: planeClock.now() };
  }

  private connectionChanged(): void {
    const { isUp } = this.connection();
    if (isUp && !this.wasUp) this.connections += 1;
    this.wasUp = isUp;
    this.troublesChanged();
  }

  private boundOf(vip: string): Bound | undefined {
    const parent = this.bindings?.boundTo(vip, this.reader.view);
    return parent && { ...parent, chassis: parent.chassis ?? 'unknown' };
  }

  async stop(): Promise<void> {
    this.stopListening();
    await this.objects.stop();
  }
}
