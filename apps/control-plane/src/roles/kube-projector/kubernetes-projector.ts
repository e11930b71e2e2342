// Takes Kubernetes' specs as commands and keeps its status as the ledger says, as a service of this process.
import { systemChance } from '@holdfast/clock';
import { type Bound, ObjectProjector, type Projection } from '@holdfast/kube';
import { type KubernetesApi, STANDBY_CODE } from '@holdfast/kube-api';
import { LedgerReader, type ProjectorLedger } from '@holdfast/ledger';
import type { OverrideReply } from '@holdfast/projection';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { planeClock } from '../../clock/plane-clock';
import { Differences } from '../../health/differences';
import type { ProjectorActivity, ProjectorHealth } from '../../health/projectors';
import { NorthboundProjector } from '../ovn-projector/northbound-projector';
import { VipBindings } from '../ovn-projector/vip-bindings';
import { KubernetesLease } from './kubernetes-lease';
import { KubernetesMark } from './kubernetes-mark';
import { KUBERNETES_API, KUBERNETES_LEDGER } from './kubernetes-tokens';
import { PodProjector } from './pod-projector';

@Injectable()
export class KubernetesProjector implements ProjectorHealth {
  readonly name = 'kubernetes';
  private readonly log = new Logger('kube-projector');
  private readonly objects: ObjectProjector;
  private stopListening = (): void => undefined;

  constructor(
    @Inject(KUBERNETES_API) api: KubernetesApi,
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
      onFault: ({ code, message, key }, retryInMs) =>
        code !== STANDBY_CODE &&
        this.log.warn({ msg: 'reconcile failed; will retry', code, fault: message, key, retryInMs }),
    });
  }

  /** Does not wait: a cluster that cannot be reached now must not keep the ledger from serving. */
  start(): void {
    const changed = (vip: string): void => this.objects.projectionChanged(vip);
    const woken = this.lease.onChange(() => this.objects.wake());
    const ends = [woken, this.northbound?.onProjected(changed), this.bindings?.onChange(changed)];
    this.stopListening = () => ends.forEach((end) => end?.());
    void this.objects.start();
  }

  /** Where each object is stands in its own status; this is how far this projector has looked. */
  position(): string | undefined {
    return this.objects.status.due === 0 ? this.reader.position : undefined;
  }

  trouble(): string | undefined {
    const { synced, heldBack = [], failing } = this.objects.status;
    // What is held back, its holder tells.
    const reasons = (this.lease.isActive ? heldBack : []).map(
      ({ kind, missing, message }) =>
        `kubernetes-objects-missing: ${message} All of them at once: POST /deletion-guards/${kind}/override?missing=${missing}.`,
    );
    reasons.push(...[this.mark.trouble(), this.lease.trouble()].filter((known) => known !== undefined));
    if (failing) reasons.push(`${failing.code}: ${failing.message}`);
    if (!synced) reasons.push('the first list of objects is not complete yet');
    return reasons.length > 0 ? reasons.join(' Besides: ') : undefined;
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
    return (
      known && { status: known.projected ? 'True' : 'False', reason: known.reason, message: known.message }
    );
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
