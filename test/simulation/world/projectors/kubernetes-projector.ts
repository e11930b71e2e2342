// The product's projectors of Kubernetes in one process, over one connection that fails: that of Subnets, Vips, pools and
// rules, and beside it, where there are Pods, the one that gives them their addresses. Where other ledgers may come to the
// cluster, the product's own mark stands before both.
import { KubernetesMark, markedApi } from '@holdfast/control-plane/kubernetes-mark';
import { ObjectProjector } from '@holdfast/kube';
import type { KubernetesApi } from '@holdfast/kube-api';
import type { ProjectorLedger, SideComparisons } from '@holdfast/ledger';
import { PodAddressProjector } from '@holdfast/pods';
import { MARK } from '../../check/mark-book';
import { checkPoolChoice } from '../../check/pods/pool-choice';
import { ClusterConnection } from '../cluster-connection';
import type { ProjectorProcess, RunningProjector } from '../process';
import { LeaseHolder } from './lease-holder';
import { ledgerOf } from './ledger-port';
import type { Surroundings } from '../surroundings';

export class KubernetesRole implements RunningProjector {
  readonly connection: ClusterConnection;
  readonly projector: ObjectProjector;
  readonly pods: PodAddressProjector | undefined;
  private readonly lease: LeaseHolder | undefined;
  private readonly mark: KubernetesMark | undefined;

  constructor(process: ProjectorProcess, world: Surroundings) {
    const { planted } = world;
    const { life, chance } = process;
    const gate = { whileActive: this.whileActive.bind(this) };
    this.connection = new ClusterConnection(world, life, world.hasLease ? gate : undefined);
    const { leases } = this.connection.sandbox;
    this.lease = world.hasLease ? new LeaseHolder(process, leases, planted.election) : undefined;
    this.mark = this.lease && process.sides && this.markOf(process, this.lease, process.sides);
    const api = this.marked(this.connection.sandbox.api);
    const ledger = this.gated(ledgerOf(process));
    const time = { clock: life.clock, chance, ...(this.lease && { isActive: () => this.isActive }) };
    this.projector = new ObjectProjector({
      api: planted.kubernetes?.(api, world) ?? api,
      ledger: planted.kubernetesLedger?.(ledger, world) ?? ledger,
      ...time,
    });
    this.lease?.onChange(() => {
      this.projector.wake();
      this.pods?.wake();
    });
    if (!world.hasPods) return;
    const ofPods = this.gated(
      ledgerOf(process, (order) => world.checked(() => checkPoolChoice(order, ledger.view))),
    );
    this.pods = new PodAddressProjector({
      api: planted.podsApi?.(api, world) ?? api,
      ledger: planted.podsLedger?.(ofPods, world) ?? ofPods,
      ...time,
      ...planted.podsOptions,
    });
  }

  /** Whether it is the one that works, where there are several. */
  get isActive(): boolean {
    return this.lease?.isActive ?? true;
  }

  start(): void {
    this.lease?.election.start();
    this.mark?.start();
    void this.projector.start();
    void this.pods?.start();
  }

  died(): void {
    this.connection.died();
  }

  isSettled(): boolean {
    if (!this.isActive) return true;
    return [this.projector, this.pods].every(
      (projector) => !projector || (projector.status.synced && projector.status.due === 0),
    );
  }

  private markOf(
    { identity, life, chance, isSoleWriter }: ProjectorProcess,
    lease: LeaseHolder,
    sides: SideComparisons,
  ): KubernetesMark {
    const { configMaps, api } = this.connection.sandbox;
    return new KubernetesMark({
      ...{ configMaps, ref: MARK, api, ledger: identity, lease, sides, isSoleWriter },
      ...{ clock: life.clock, chance },
    });
  }

  private marked(api: KubernetesApi): KubernetesApi {
    return this.mark ? markedApi(api, this.mark) : api;
  }

  private whileActive<Result>(begin: () => Promise<Result>): Promise<Result> {
    return this.lease ? this.lease.whileActive(begin) : begin();
  }

  private gated(ledger: ProjectorLedger): ProjectorLedger {
    if (!this.lease) return ledger;
    return {
      view: ledger.view,
      execute: (...command) => this.whileActive(() => ledger.execute(...command)),
      hasReached: (position) => ledger.hasReached(position),
      onFacts: (listener) => ledger.onFacts(listener),
    };
  }
}
