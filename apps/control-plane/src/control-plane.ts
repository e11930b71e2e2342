// Starts the parts of this process once all of them are bound, and stops them in the opposite order. It is the only one that
// knows an order; what does not run here is absent.
import type { EventStore } from '@holdfast/event-store';
import type { KubernetesApi } from '@holdfast/kube-api';
import { LedgerReader, LivePlanes } from '@holdfast/ledger';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
  Optional,
} from '@nestjs/common';
import { CONFIG, type Config } from './config';
import { GrpcServer } from './gateway/grpc/grpc-server';
import { NatsTransport } from './gateway/nats/nats-transport';
import { ProcessHealth } from './health/process-health';
import { EVENT_STORE } from './ledger/ledger.module';
import { KubernetesLease } from './roles/kube-projector/kubernetes-lease';
import { KubernetesMark } from './roles/kube-projector/kubernetes-mark';
import { KubernetesProjector } from './roles/kube-projector/kubernetes-projector';
import { KUBERNETES_API } from './roles/kube-projector/kubernetes-tokens';
import { PodProjector } from './roles/kube-projector/pod-projector';
import { NorthboundProjector } from './roles/ovn-projector/northbound-projector';
import { VipBindings } from './roles/ovn-projector/vip-bindings';

@Injectable()
export class ControlPlane implements BeforeApplicationShutdown, OnApplicationShutdown {
  private leftKubernetes: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly reader: LedgerReader,
    private readonly planes: LivePlanes,
    private readonly health: ProcessHealth,
    @Optional() private readonly northbound?: NorthboundProjector,
    @Optional() private readonly bindings?: VipBindings,
    @Optional() @Inject(KUBERNETES_API) private readonly kubernetesApi?: KubernetesApi,
    @Optional() private readonly lease?: KubernetesLease,
    @Optional() private readonly mark?: KubernetesMark,
    @Optional() private readonly kubernetes?: KubernetesProjector,
    @Optional() private readonly pods?: PodProjector,
    @Optional() private readonly grpc?: GrpcServer,
    @Optional() private readonly nats?: NatsTransport,
  ) {}

  /** To be called after the application's `init`: only then whoever is sent a command answers. */
  async start(): Promise<void> {
    const { grpcListen, natsUrl } = this.config;
    this.northbound?.start();
    this.mark?.start();
    this.lease?.start();
    this.kubernetes?.start();
    this.pods?.start();
    await this.grpc?.start(grpcListen);
    if (natsUrl !== undefined) await this.nats?.start(natsUrl);
    this.health.start();
  }

  /** host:port that gRPC was bound to; empty: there is none. */
  get grpcBound(): string {
    return this.grpc?.bound ?? '';
  }

  /** Another process may take over at once, while this one still answers whom it has to answer. */
  beforeApplicationShutdown(): void {
    this.leftKubernetes = this.leaveKubernetes();
    // Whoever awaits it later is told; until then nobody is to be.
    this.leftKubernetes.catch(() => undefined);
  }

  /** HTTP takes nothing new by now. Whoever writes or reads stops before the store is closed. */
  async onApplicationShutdown(): Promise<void> {
    this.health.stop();
    await this.nats?.stop();
    await this.grpc?.stop();
    await Promise.all([this.leftKubernetes, this.northbound?.stop()]);
    await Promise.all([this.kubernetesApi?.close(), this.bindings?.stop()]);
    await Promise.all([this.reader.stop(), this.planes.stop()]);
    await this.store.close();
  }

  /** The Lease is given up once nothing is in flight any more. */
  private async leaveKubernetes(): Promise<void> {
    await Promise.all([this.kubernetes?.stop(), this.pods?.stop()]);
    await this.mark?.stop();
    await this.lease?.stop();
  }
}
