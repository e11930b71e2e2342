// The product's projectors of Kubernetes in one process, over one connection that fails: that of Subnets, Vips, pools and
// rules, and beside it, where there are Pods, the one that gives them their addresses.
import { SeededChance } from '@holdfast/clock/testing';
import { ObjectProjector } from '@holdfast/kube';
import { LeaseElection } from '@holdfast/kube-api';
import type { ProjectorLedger } from '@holdfast/ledger';
import { PodAddressProjector } from '@holdfast/pods';
import { LEASE } from '../../check/one-works';
import { checkPoolChoice } from '../../check/pods/pool-choice';
import { ClusterConnection } from '../cluster-connection';
import type { RunningProjector, Process } from '../process';
import { ledgerOf } from './ledger-port';
import type { Election, Surroundings } from '../surroundings';

export class KubernetesRole implements RunningProjector {
  readonly connection: ClusterConnection;
  readonly projector: ObjectProjector;
  readonly pods: PodAddressProjector | undefined;
  private readonly election: LeaseElection | undefined;
  private readonly works: Election | undefined;

  constructor(process: Process, world: Surroundings) {
    const { planted } = world;
    const { life, chance } = process;
    const gate = { whileActive: this.whileActive.bind(this) };
    this.connection = new ClusterConnection(world, life, world.hasLease ? gate : undefined);
    const { api } = this.connection.sandbox;
    this.election = world.hasLease ? this.electionOf(process) : undefined;
    this.works = this.election && (planted.election?.(this.election) ?? this.election);
    const ledger = this.gated(ledgerOf(process));
    const time = { clock: life.clock, chance, ...(this.works && { isActive: () => this.isActive }) };
    this.projector = new ObjectProjector({
      api: planted.kubernetes?.(api, world) ?? api,
      ledger: planted.kubernetesLedger?.(ledger, world) ?? ledger,
      ...time,
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
    return this.works?.isActive ?? true;
  }

  start(): void {
    this.election?.start();
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

  /** Its chance is its own, so that it draws nothing from where there is one projector. */
  private electionOf({ life, machine, incarnation }: Process): LeaseElection {
    const seed = [...machine.name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), incarnation);
    return new LeaseElection({
      ...{ leases: this.connection.sandbox.leases, lease: LEASE, identity: life.name, clock: life.clock },
      chance: new SeededChance(seed),
      onChange: () => {
        this.projector.wake();
        this.pods?.wake();
      },
    });
  }

  private whileActive<Result>(begin: () => Promise<Result>): Promise<Result> {
    return this.works ? this.works.whileActive(begin) : begin();
  }

  private gated(ledger: ProjectorLedger): ProjectorLedger {
    if (!this.works) return ledger;
    return {
      view: ledger.view,
      execute: (...command) => this.whileActive(() => ledger.execute(...command)),
      hasReached: (position) => ledger.hasReached(position),
      onFacts: (listener) => ledger.onFacts(listener),
    };
  }
}
