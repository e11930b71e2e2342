// Gives Pods their addresses: changes of Pods and of who owns them, facts and a slow clock mark keys, and each key is reconciled
// from what is there. Who has what is for the ledger to say: nothing is ever concluded from what objects say of themselves, and
// nothing is remembered that a restart could lose.
//
//   Pods, owners --+                             +-> ledger.execute (reserve and attach, detach, end)
//   facts ---------+--> due keys --> reconcile --+-> annotations, Event
//   clock ---------+
//
// One works at a time; others stand by (`isActive`): they follow everything and write nothing.
import type { Chance, Clock } from '@holdfast/clock';
import type { Evidence, Holder, SubnetFact } from '@holdfast/ipam';
import {
  type Following,
  isSameButVersion,
  keptOfObject,
  keptOfPod,
  keyOf,
  type KubernetesApi,
  type KubernetesObject,
  NAMESPACES,
  objectOf,
  PODS,
  PodWarnings,
  type Resource,
  STATEFUL_SETS,
  SUBNETS,
  trimFollowedPod,
  type Watcher,
} from '@holdfast/kube-api';
import type { ProjectorLedger } from '@holdfast/ledger';
import {
  ActiveRejections,
  oneByOne,
  type OverrideReply,
  type ProjectorFault,
  ProjectorLoop,
  type ProjectorStatus,
  projectorStatus,
} from '@holdfast/projection';
import { LedgerIndex } from '../context/ledger-index';
import { NicRejections } from '../context/nic-rejections';
import type { AddressDifference, PodContext } from '../context/pod-context';
import { PodWriter } from '../context/pod-writer';
import { OwnerEnds } from '../ending/owner-ends';
import { ReservationEnds } from '../ending/reservation-ends';
import { OwnerObjects } from '../owner/owner-objects';
import { SubnetChoice, trimChoosing } from '../request/subnet-choice';
import { PodDeletionGuard } from './pod-deletion-guard';
import { podKeyOf, PodReconciler } from './pod-reconciler';
import { PodTriggers } from './pod-triggers';

/** The whole is compared this often, less up to a tenth: against what no watch and no fact told of. */
const RESYNC_EVERY_MS = 300_000;
/** Of what nobody saw going: as long as a watch may be behind another, many times over. */
const GRACE_MS = 60_000;
/** Pods whose end was seen and not yet told to the ledger; of more, the server is asked. */
const DEPARTED_MAX = 4096;

type FollowedKind = 'pods' | 'namespaces' | 'subnets';

export interface PodAddressProjectorOptions {
  readonly api: KubernetesApi;
  readonly ledger: ProjectorLedger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Kinds StatefulSet whose ordinals have addresses of their own; that of `apps` when absent. */
  readonly statefulSets?: readonly Resource[];
  /** Whether KubeVirt's machines keep their addresses across their Pods; true when absent. */
  readonly keepVmIp?: boolean;
  /** How long something must have been missing that nobody saw going, before it is given up; a minute when absent. */
  readonly graceMs?: number;
  /** Whether this process is the one that works; `wake` when it says something else. Absent: always. */
  readonly isActive?: () => boolean;
  /** For the log: what a resync found different, at the start and on the slow clock. */
  readonly onDifference?: (difference: AddressDifference) => void;
  /** For the log: what failed, and when it is tried again. */
  readonly onFault?: (fault: ProjectorFault, retryInMs: number) => void;
  /** Something began to fail, or to work again: `status.troubles` has others. */
  readonly onTroubles?: () => void;
}

export interface PodAddressStatus extends ProjectorStatus {
  readonly pods: number;
}

export class PodAddressProjector {
  private readonly loop: ProjectorLoop<SubnetFact>;
  private readonly rejections: NicRejections;
  private readonly writer: PodWriter;
  private readonly index: LedgerIndex;
  private readonly owners: OwnerObjects;
  private readonly choice: SubnetChoice;
  private readonly guard: PodDeletionGuard;
  private readonly triggers: PodTriggers;
  private readonly pods: PodReconciler;
  private readonly ownerEnds: OwnerEnds;
  private readonly reservationEnds: ReservationEnds;
  private readonly departed = new Map<string, Evidence>();
  private followings: Readonly<Record<FollowedKind, Following>> | undefined;
  private podCount = 0;
  private isSynced = false;
  private syncedAtMs = 0;
  private isStopped = false;

  constructor(private readonly options: PodAddressProjectorOptions) {
    const { api, ledger, clock, chance } = options;
    this.rejections = new NicRejections(new ActiveRejections(clock, chance));
    this.writer = new PodWriter(api, clock);
    this.index = new LedgerIndex(() => ledger.view);
    this.owners = this.ownerObjects();
    this.guard = new PodDeletionGuard(
      () => ledger.view,
      () => this.followings?.pods.objects() ?? [],
    );
    this.choice = new SubnetChoice({
      view: () => ledger.view,
      namespaces: { get: (ref) => this.followings?.namespaces.get(ref) },
      subnets: { objects: () => this.followings?.subnets.objects() ?? [].values() },
    });
    const context = this.context();
    this.pods = new PodReconciler(context, new PodWarnings(api, clock));
    this.ownerEnds = new OwnerEnds(context);
    this.reservationEnds = new ReservationEnds(context);
    const { index, rejections, reservationEnds: ends } = this;
    const parts = { ledger, index, rejections, ends, rules: context.rules };
    this.triggers = new PodTriggers({ ...parts, resyncEveryMs: RESYNC_EVERY_MS });
    this.loop = new ProjectorLoop({
      ...{ clock, chance, resyncEveryMs: RESYNC_EVERY_MS },
      onFacts: (listener) => ledger.onFacts(listener),
      keysOf: (fact) => this.triggers.ofFact(fact),
      allKeys: () => this.triggers.all(),
      plan: oneByOne((key) => this.reconcile(key)),
      ...(options.isActive && { isActive: options.isActive }),
      ...(options.onFault && { onFault: options.onFault }),
      ...(options.onTroubles && { onTroubles: options.onTroubles }),
    });
  }

  /** True once Pods, Namespaces and Subnets are known and due; false if stopped before. Never rejects. */
  async start(): Promise<boolean> {
    const { api, clock } = this.options;
    this.index.fill();
    this.loop.followFacts();
    this.followings = {
      pods: api.follow(PODS, this.podWatcher()),
      namespaces: api.follow(NAMESPACES, this.namespaceWatcher()),
      subnets: api.follow(SUBNETS, this.subnetWatcher()),
    };
    const synced = await Promise.all(Object.values(this.followings).map((following) => following.synced));
    if (this.isStopped || synced.includes(false)) return false;
    this.isSynced = true;
    this.syncedAtMs = clock.now();
    const { pods, subnets } = this.followings;
    this.guard.listed({ pods: pods.objects(), subnets: subnets.objects() });
    this.loop.start();
    return true;
  }

  /** Resolves when what is under way is over; nothing is asked or written after that. `api` stays open. */
  async stop(): Promise<void> {
    this.isStopped = true;
    const followings = Object.values(this.followings ?? {});
    const stopping = followings.map((following) => following.stop());
    await Promise.all([...stopping, this.owners.stop(), this.loop.stop()]);
  }

  /** To be called when `isActive` says something else. */
  wake(): void {
    this.loop.wake();
  }

  get status(): PodAddressStatus {
    const held = this.guard.heldBack();
    const known = { synced: this.isSynced, refused: this.rejections.size };
    const status = projectorStatus(known, held ? [held] : [], this.syncedAtMs, this.loop);
    return { ...status, pods: this.podCount };
  }

  /**
   * Overrides the deletion guard of Pods: those that are missing now are gone for good, and are given up as any that nobody saw
   * going.
   * @param kind `Pod`
   * @param missing how many are missing, as `status.heldBack` had it for whoever decided this
   */
  overrideDeletionGuard(kind: string, missing: number): OverrideReply {
    const reply = this.guard.override(kind, missing);
    if ('accepted' in reply) this.loop.resync();
    return reply;
  }

  private context(): PodContext {
    const { api, ledger, clock, statefulSets = [STATEFUL_SETS], keepVmIp = true } = this.options;
    const { owners, index, rejections, writer, choice } = this;
    return {
      ...{ api, ledger, clock, owners, index, rejections, writer, choice },
      rules: { statefulSetGroups: new Set(statefulSets.map(({ group }) => group)), keepVmIp },
      pods: { get: (ref) => this.followings?.pods.get(ref) },
      namespaces: { get: (ref) => this.followings?.namespaces.get(ref) },
      evidenceOfEnd: (uid) => this.departed.get(uid),
      isKnownCluster: () => this.guard.isOpen,
      graceMs: this.options.graceMs ?? GRACE_MS,
      differs: (key, difference) => {
        if (this.loop.isResync(key)) this.options.onDifference?.(difference);
      },
    };
  }

  private ownerObjects(): OwnerObjects {
    const { api, statefulSets = [STATEFUL_SETS] } = this.options;
    return new OwnerObjects({
      api,
      statefulSets,
      onChanged: (owner, now, before) => this.loop.markEach(this.triggers.ofOwner(owner, now, before)),
      // Those who waited for it look again: Pods, and what is kept for its objects.
      onComplete: () => this.isSynced && this.loop.resync(),
      onFault: (source, fault, retryInMs) => this.loop.watchFailed(source, fault, retryInMs),
      onWorksAgain: (source) => this.loop.worksAgain(source),
    });
  }

  private async reconcile(key: string): Promise<number | undefined> {
    const [kind, first = '', ...rest] = key.split('/');
    const againInMs =
      kind === 'pods'
        ? await this.pods.reconcile(key, { namespace: first, name: rest.join('/') })
        : kind === 'owners'
          ? await this.ownerEnds.reconcile(key, [first, ...rest].join('/'))
          : await this.reservationEnds.reconcile(key, { subnet: first, holder: rest.join('/') as Holder });
    this.loop.troubles.over(key);
    // What is not settled yet, such as what must be missed for a while, is still of that resync.
    if (againInMs === undefined) this.loop.endResync(key);
    return againInMs;
  }

  private podWatcher(): Watcher {
    return this.watcher('pods', keptOfPod, (ref, now, before) => {
      this.podCount += Number(now !== undefined) - Number(before !== undefined);
      this.writer.seen(keyOf(ref), now);
      if (!now && before) this.remember(before);
      // The replica keeps what others read of Pods, too; only what is read here is news.
      const [is, was] = [now && trimFollowedPod(now), before && trimFollowedPod(before)];
      if (this.isSynced && !isSameButVersion(is, was)) this.loop.endResync(podKeyOf(ref));
      this.loop.markEach(this.triggers.ofPod(is, was));
    });
  }

  private namespaceWatcher(): Watcher {
    return this.watcher('namespaces', trimChoosing, ({ name }, now, before) => {
      if (!isSameButVersion(now, before)) this.loop.markEach(this.triggers.ofNamespace(name));
    });
  }

  private subnetWatcher(): Watcher {
    return this.watcher('subnets', keptOfObject, (_, now, before) => {
      if (isSameButVersion(now && trimChoosing(now), before && trimChoosing(before))) return;
      this.choice.forget();
      this.loop.markEach(this.triggers.ofAllPods());
    });
  }

  private watcher(kind: FollowedKind, trim: Watcher['trim'], changed: Watcher['changed']): Watcher {
    return {
      changed,
      faulted: (fault, retryInMs) => this.loop.watchFailed(kind, fault, retryInMs),
      worksAgain: () => this.loop.worksAgain(kind),
      trim,
    };
  }

  /** Its UID never comes again; the ledger is told in the reconcile that follows. */
  private remember(pod: KubernetesObject): void {
    const { uid, resourceVersion } = pod.metadata;
    this.departed.set(uid, { object: objectOf(pod), uid, resourceVersion });
    const [oldest] = this.departed.keys();
    if (this.departed.size > DEPARTED_MAX && oldest !== undefined) this.departed.delete(oldest);
  }
}
