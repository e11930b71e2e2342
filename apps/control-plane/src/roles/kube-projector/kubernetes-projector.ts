// The role that takes Kubernetes' specs as commands and keeps its status as the ledger says.
import { systemChance, systemClock } from '@holdfast/clock';
import {
  type Bound,
  KubernetesFace,
  type KubernetesApi,
  type Projection,
  type MissingAnswer,
} from '@holdfast/kube';
import { clientNodeKubernetesApi } from '@holdfast/kube/client-node';
import { Inject, Logger, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CONFIG, type Config } from '../config';
import { type Face, Faces } from '../gateway/status-report';
import { Brakes } from '../health/brakes';
import { Differences } from '../health/differences';
import { LedgerReader } from '@holdfast/ledger';
import { VipBindings } from '../ovn-projector/vip-bindings';
import { VipProjections } from '../ovn-projector/vip-projections';
import { kubernetesLedger } from './kubernetes-ledger';
import { PodsFace } from './pods-face';

@Module({})
export class KubeProjectorModule implements OnModuleInit, OnApplicationShutdown, Face {
  readonly name = 'kubernetes';
  private readonly log = new Logger('kube-projector');
  private readonly api: KubernetesApi;
  private readonly face: KubernetesFace;
  private readonly pods: PodsFace | undefined;
  private stopListening = (): void => undefined;

  constructor(
    @Inject(CONFIG) { kubeconfig, pods }: Config,
    private readonly reader: LedgerReader,
    commands: CommandBus,
    faces: Faces,
    private readonly projections: VipProjections,
    private readonly bindings: VipBindings,
    differences: Differences,
    brakes: Brakes,
  ) {
    const time = { clock: systemClock, chance: systemChance };
    const cluster =
      kubeconfig === 'in-cluster' ? { inCluster: true as const } : { kubeconfigFile: kubeconfig as string };
    this.api = clientNodeKubernetesApi({ cluster, component: 'holdfast', ...time });
    const ledger = kubernetesLedger(commands, reader);
    this.face = new KubernetesFace({
      api: this.api,
      ledger,
      projectionOf: (vip) => this.projectionOf(vip),
      ...(bindings.source && { boundOf: (vip: string) => this.boundOf(vip) }),
      onDifference: ({ object, what, why }) => differences.found(this.name, { about: object, what, why }),
      onFault: ({ code, message, key }, retryInMs) =>
        this.log.warn({ msg: 'cannot do it now', code, fault: message, key, retryInMs }),
      ...time,
    });
    faces.add(this);
    brakes.source = this;
    if (!pods) return;
    const positionOf = (): string | undefined => reader.position;
    this.pods = new PodsFace({ api: this.api, ledger, pods, positionOf, differences, ...time });
    faces.add(this.pods);
  }

  onModuleInit(): void {
    const changed = (vip: string): void => this.face.projectionChanged(vip);
    const ends = [this.projections.source?.onProjected(changed), this.bindings.source?.onChange(changed)];
    this.stopListening = () => ends.forEach((end) => end?.());
    // Not awaited: a cluster that cannot be reached now must not keep the ledger from serving.
    void this.face.start();
    void this.pods?.start();
  }

  /** Where each object is stands in its own status; this is how far the face has looked. */
  position(): string | undefined {
    return this.face.status.due === 0 ? this.reader.position : undefined;
  }

  trouble(): string | undefined {
    const { synced, heldBack = [], failing } = this.face.status;
    const told = heldBack.map(
      ({ kind, missing, message }) =>
        `kubernetes-objects-missing: ${message} All of them at once: POST /brakes/${kind}/release?missing=${missing}.`,
    );
    if (failing) told.push(`${failing.code}: ${failing.message}`);
    if (!synced) told.push('the first list of objects is not complete yet');
    return told.length > 0 ? told.join(' Besides: ') : undefined;
  }

  /** Of Pods the face that gives them their addresses knows, of all other kinds the one that follows their objects. */
  acceptMissing(kind: string, missing: number): MissingAnswer {
    return kind === 'Pod' && this.pods
      ? this.pods.acceptMissing(missing)
      : this.face.acceptMissing(kind, missing);
  }

  notes(): readonly string[] {
    const { unserved = [] } = this.face.status;
    return unserved.map((kind) => `the cluster does not serve ${kind}; followed as soon as it does`);
  }

  /** The Northbound's side of a Vip as a condition. */
  private projectionOf(vip: string): Projection | undefined {
    const known = this.projections.source?.projectionOf(vip);
    return (
      known && { status: known.projected ? 'True' : 'False', reason: known.reason, message: known.message }
    );
  }

  private boundOf(vip: string): Bound | undefined {
    const parent = this.bindings.boundTo(vip, this.reader.view);
    return parent && { ...parent, chassis: parent.chassis ?? 'unknown' };
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopListening();
    await Promise.all([this.face.stop(), this.pods?.stop()]);
    await this.api.close();
  }
}
