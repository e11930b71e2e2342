// The truth as Kubernetes status, and spec as commands: watches mark keys, facts mark keys, a slow clock marks all keys; each key is
// reconciled from what is there. Nothing is done in a callback, and nothing is remembered that a restart could lose.
//
//   watch ---+                             +-> ledger.execute
//   facts ---+--> due keys --> reconcile --+-> finalizer, status, Event
//   clock ---+
//
// One works at a time; others stand by (`isActive`): they follow everything and write nothing.
import type { Chance, Clock } from '@holdfast/clock';
import type { SubnetFact } from '@holdfast/ipam';
import {
  FINALIZER,
  type Following,
  IP_POOLS,
  keptOfObject,
  keptOfPod,
  type KubernetesApi,
  type KubernetesFault,
  type KubernetesObject,
  PODS,
  PodWarnings,
  type Resource,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
  type Watcher,
} from '@holdfast/kube-api';
import type { ProjectorLedger } from '@holdfast/ledger';
import {
  ActiveRejections,
  type Due,
  type DueKey,
  executeAndSee,
  type GuardedObject,
  type HeldBack,
  MISSING_CODE,
  oneByOne,
  overrideReply,
  type OverrideReply,
  type ProjectorFault,
  ProjectorLoop,
  type ProjectorStatus,
  projectorStatus,
} from '@holdfast/projection';
import type { Context } from '../object/context';
import { readDueKey, vipKey } from '../object/due-key';
import { GUARDED, type GuardedKind, type GuardsByKind } from '../object/guarded-kinds';
import { ObjectWriter } from '../object/object-writer';
import { type ObjectDifference, ResyncDifferences } from '../object/resync-differences';
import type { Bound, Projection } from '../object/vip-elsewhere';
import { ParentsReconciler } from '../parent/parents-reconciler';
import { PoolReconciler } from '../pool/pool-reconciler';
import { RuleBackends } from '../rule/rule-backends';
import { RuleReconciler } from '../rule/rule-reconciler';
import { SubnetReconciler } from '../subnet/subnet-reconciler';
import { VipReconciler } from '../vip/vip-reconciler';
import { guardedKind, guardsOver, heldBack } from './deletion-guards';
import { FOLLOWED, type Followed, FollowedKinds } from './followed-kinds';
import { ObjectTriggers } from './object-triggers';

/** The whole is compared this often, less up to a tenth: against what no watch and no fact told of. */
const RESYNC_EVERY_MS = 300_000;

export interface ObjectProjectorOptions {
  readonly api: KubernetesApi;
  readonly ledger: ProjectorLedger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** What another projector knows of a Vip's rows; undefined: nothing is said about them. See `projectionChanged`. */
  readonly projectionOf?: (vip: string) => Projection | undefined;
  /**
   * Which parent answers for a Vip, as whoever follows the Southbound knows it; undefined: none. Absent: nothing is said
   * about it. See `projectionChanged`.
   */
  readonly boundOf?: (vip: string) => Bound | undefined;
  /** Whether this process is the one that works; `wake` when it says something else. Absent: always. */
  readonly isActive?: () => boolean;
  /** For the log: what a resync found different, at the start and on the slow clock. */
  readonly onDifference?: (difference: ObjectDifference) => void;
  /** For the log: what failed, and when it is tried again. */
  readonly onFault?: (fault: ProjectorFault, retryInMs: number) => void;
  /** Something began to fail, or to work again: `status.troubles` has others. */
  readonly onTroubles?: () => void;
}

export interface ObjectProjectorStatus extends ProjectorStatus {
  readonly vips: number;
  readonly subnets: number;
  readonly pods: number;
  readonly rules: number;
  readonly pools: number;
  /** Kinds that the cluster does not know, and that it can do without; followed as soon as it does. Absent: none. */
  readonly unserved?: readonly string[];
}

export class ObjectProjector {
  private readonly loop: ProjectorLoop<SubnetFact>;
  private readonly writer: ObjectWriter;
  private readonly rejections: ActiveRejections;
  private readonly vips: VipReconciler;
  private readonly subnets: SubnetReconciler;
  private readonly parents: ParentsReconciler;
  private readonly rules: RuleReconciler;
  private readonly pools: PoolReconciler;
  private readonly guards: GuardsByKind;
  /** For which kinds the log has it that a guard holds, and since when, epoch milliseconds. */
  private readonly heldBackSinceMs = new Map<GuardedKind, number>();
  private readonly kinds: FollowedKinds;
  private readonly differences: ResyncDifferences;
  private readonly triggers: ObjectTriggers;
  private readonly objects: Record<Followed, number> = { vips: 0, subnets: 0, pods: 0, rules: 0, pools: 0 };
  private followings: Readonly<Record<Followed, Following>> | undefined;
  private isStopped = false;

  constructor(private readonly options: ObjectProjectorOptions) {
    const { api, ledger, clock, chance } = options;
    this.loop = this.projectorLoop();
    this.rejections = new ActiveRejections(clock, chance);
    const objectOf = ({ plural }: Resource, name: string): KubernetesObject | undefined =>
      this.followingOf(plural)?.get({ name });
    this.differences = new ResyncDifferences(this.loop, objectOf, (found) => options.onDifference?.(found));
    this.writer = new ObjectWriter(api, clock, () => this.loop.resync(), this.differences);
    this.kinds = new FollowedKinds(clock);
    this.guards = guardsOver(ledger);
    const { writer, rejections } = this;
    const endResync = (key: DueKey): void => this.loop.endResync(key);
    this.triggers = new ObjectTriggers({ ledger, writer, rejections, endResync });
    const context = this.context();
    this.vips = new VipReconciler(context);
    this.subnets = new SubnetReconciler(context);
    this.pools = new PoolReconciler(context);
    this.parents = new ParentsReconciler(context, this.triggers.podsByVip, new PodWarnings(api, clock));
    const arePodsKnown = (): boolean => this.kinds.isComplete('pods');
    const backends = new RuleBackends(context, this.triggers.selectedPods, arePodsKnown);
    this.rules = new RuleReconciler(context, backends);
  }

  /**
   * True once Vips and Subnets are known and due; false if stopped before. Never rejects. What needs the other kinds,
   * which a role or a missing definition may keep back, begins when those are known.
   */
  async start(): Promise<boolean> {
    const { api } = this.options;
    this.loop.followFacts();
    this.followings = {
      vips: api.follow(VIPS, this.objectWatcher('vips')),
      subnets: api.follow(SUBNETS, this.objectWatcher('subnets')),
      pods: api.follow(PODS, this.podWatcher()),
      rules: api.follow(SWITCH_LB_RULES, this.objectWatcher('rules')),
      pools: api.follow(IP_POOLS, this.objectWatcher('pools')),
    };
    const { vips, subnets, pods, rules, pools } = this.followings;
    for (const [kind, following] of Object.entries({ pods, rules, pools }))
      void this.completes(kind as Followed, following).then((isComplete) => isComplete && this.loop.resync());
    const areComplete = await Promise.all([this.completes('vips', vips), this.completes('subnets', subnets)]);
    if (this.isStopped || areComplete.includes(false)) return false;
    this.loop.start();
    return true;
  }

  /** Resolves when what is under way is over; nothing is asked or written after that. `api` stays open. */
  async stop(): Promise<void> {
    this.isStopped = true;
    const followings = Object.values(this.followings ?? {});
    await Promise.all([...followings.map((following) => following.stop()), this.loop.stop()]);
  }

  /** To be called when what `projectionOf` or `boundOf` says of the Vip is different now. */
  projectionChanged(vip: string): void {
    this.loop.mark(vipKey(vip));
  }

  /** To be called when `isActive` says something else. */
  wake(): void {
    this.loop.wake();
  }

  get status(): ObjectProjectorStatus {
    const { synced, unserved } = this.kinds;
    const held = this.heldBack();
    const known = { synced, refused: this.rejections.size };
    return {
      ...projectorStatus(known, held, this.sinceMs(held[0]), this.loop),
      ...this.objects,
      ...(unserved.length > 0 && { unserved }),
    };
  }

  /**
   * Overrides the deletion guard of one kind, once: what is missing now is gone for good. Objects that come back before they are
   * reconciled are not concerned, nor is what will be missing later.
   * @param kind of the objects, such as `Vip`
   * @param missing how many are missing, as `status.heldBack` had it for whoever decided this
   * @returns the names of what is let go of; or why nothing is: the guard does not hold, or as many are not missing
   */
  overrideDeletionGuard(kind: string, missing: number): OverrideReply {
    const guarded = guardedKind(kind);
    const held = guarded && this.heldBackOf(guarded);
    if (held && this.kinds.lacks(guarded))
      return { refused: `the cluster does not serve kind ${kind}; retire what is left by hand` };
    return overrideReply(kind, held, missing, () => {
      const names = this.guards[guarded as GuardedKind].override();
      this.loop.markEach(
        names.map((name) => this.triggers.ofVanished(FOLLOWED[guarded as GuardedKind], name)),
      );
      return names;
    });
  }

  private projectorLoop(): ProjectorLoop<SubnetFact> {
    const { ledger, clock, chance, isActive, onFault, onTroubles } = this.options;
    return new ProjectorLoop<SubnetFact>({
      ...{ clock, chance, resyncEveryMs: RESYNC_EVERY_MS },
      onFacts: (listener) => ledger.onFacts(listener),
      keysOf: (fact) => {
        if ('rule' in fact.event) this.rules.happened(fact.event.rule, fact.position);
        return this.triggers.ofFact(fact);
      },
      allKeys: () => this.allKeys(),
      plan: oneByOne((key) => this.reconcile(key)),
      // A burst of Vips neither waits for its Subnet nor keeps the Subnet's counts waiting.
      rankOf: (key) => (readDueKey(key).plural === SUBNETS.plural ? 0 : 1),
      ...(isActive && { isActive }),
      ...(onFault && { onFault }),
      ...(onTroubles && { onTroubles }),
    });
  }

  private allKeys(): Iterable<Due> {
    if (!(this.options.isActive?.() ?? true)) {
      for (const kind of GUARDED) this.guards[kind].forgetUnheld();
      this.rules.forgetGone();
    }
    return this.followings ? this.triggers.all(this.followings) : [];
  }

  private context(): Context {
    const { ledger, clock, projectionOf = () => undefined, boundOf } = this.options;
    const { writer, rejections, guards } = this;
    return {
      ...{ ledger, clock, writer, rejections, guards, projectionOf },
      ...(boundOf && { boundOf }),
      vips: { get: (ref) => this.followings?.vips.get(ref) },
      subnets: { get: (ref) => this.followings?.subnets.get(ref) },
      pods: { get: (ref) => this.followings?.pods.get(ref) },
      rules: { get: (ref) => this.followings?.rules.get(ref) },
      pools: { get: (ref) => this.followings?.pools.get(ref) },
      poolsOf: (subnet) => this.triggers.poolsBySubnet.of(subnet),
      execute: (command, actor) => {
        this.differences.commanded(command);
        return executeAndSee(ledger, command, actor);
      },
      mark: (key) => this.loop.mark(key),
    };
  }

  private followingOf(plural: string): Following | undefined {
    const kind = (Object.keys(FOLLOWED) as Followed[]).find((it) => FOLLOWED[it].plural === plural);
    return kind && this.followings?.[kind];
  }

  private async completes(kind: Followed, following: Following): Promise<boolean> {
    const isComplete = (await following.synced) && !this.isStopped;
    if (!isComplete) return false;
    this.kinds.completed(kind);
    if (isGuarded(kind)) this.guards[kind].listed();
    return true;
  }

  private async reconcile(key: DueKey): Promise<number | undefined> {
    try {
      const againInMs = await this.reconcileOne(readDueKey(key));
      this.loop.troubles.over(key);
      this.loop.endResync(key);
      return againInMs;
    } finally {
      this.reportHeldBack();
    }
  }

  private async reconcileOne({ plural, name }: ReturnType<typeof readDueKey>): Promise<number | undefined> {
    if (plural === SUBNETS.plural) return this.subnets.reconcile(name);
    if (plural === VIPS.plural) return this.vips.reconcile(name);
    // Who is not on a list that is not complete may be there all the same.
    if (plural === IP_POOLS.plural)
      return this.kinds.isComplete('pools') ? this.pools.reconcile(name) : undefined;
    if (plural === SWITCH_LB_RULES.plural)
      return this.kinds.isComplete('rules') ? this.rules.reconcile(name) : undefined;
    // Where the Vip is missing and is not believed to be gone, neither are its Pods.
    if (!this.kinds.isComplete('pods') || this.guards.vips.holds(name)) return undefined;
    return this.parents.reconcile(name);
  }

  private objectWatcher(kind: Exclude<Followed, 'pods'>): Watcher {
    return this.watcher(kind, keptOfObject, ({ name }, now, before) => {
      this.guards[kind].changed(name, now && guardedObject(now), before && guardedObject(before));
      this.loop.markEach(this.triggers.ofObject(FOLLOWED[kind], name, now, before));
    });
  }

  private podWatcher(): Watcher {
    return this.watcher('pods', keptOfPod, (_, now, before) =>
      this.loop.markEach(this.triggers.ofPod(now, before)),
    );
  }

  private watcher(kind: Followed, trim: Watcher['trim'], changed: Watcher['changed']): Watcher {
    return {
      changed: (ref, now, before) => {
        this.objects[kind] += Number(now !== undefined) - Number(before !== undefined);
        this.kinds.seen(kind);
        changed(ref, now, before);
      },
      faulted: (fault, retryInMs) => this.watchFailed(kind, fault, retryInMs),
      worksAgain: () => {
        this.kinds.seen(kind);
        this.loop.worksAgain(kind);
      },
      trim,
    };
  }

  private watchFailed(kind: Followed, fault: KubernetesFault, retryInMs: number): void {
    const unserved = this.kinds.isUnserved(kind, fault, retryInMs);
    if (!unserved) return this.loop.watchFailed(kind, fault, retryInMs);
    const { code, message } = fault;
    // Once, and no trouble: the cluster can do without.
    if (unserved.isNews) this.loop.report({ atMs: this.options.clock.now(), code, message }, retryInMs);
  }

  private heldBack(): HeldBack[] {
    return GUARDED.map((kind) => this.heldBackOf(kind)).filter((held) => held !== undefined);
  }

  private heldBackOf(kind: GuardedKind): HeldBack | undefined {
    return heldBack(kind, this.guards[kind], this.kinds.lacks(kind));
  }

  private sinceMs(held: HeldBack | undefined): number {
    const kind = held && guardedKind(held.kind);
    return (kind && this.heldBackSinceMs.get(kind)) ?? this.options.clock.now();
  }

  /**
   * For the log, once. A guard that holds is no fault of a reconcile, and none ends it: it lasts until the objects are there, or
   * what they held is not; the status says it as long as that.
   */
  private reportHeldBack(): void {
    for (const kind of GUARDED) {
      const isReported = this.heldBackSinceMs.has(kind);
      if (this.guards[kind].size > 0 === isReported) continue;
      const held = isReported ? undefined : this.heldBackOf(kind);
      if (isReported) this.heldBackSinceMs.delete(kind);
      if (!held) continue;
      this.heldBackSinceMs.set(kind, this.options.clock.now());
      this.loop.report(this.loop.troubles.ofHeldBack(MISSING_CODE, held.message), RESYNC_EVERY_MS);
    }
  }
}

const isGuarded = (kind: Followed): kind is GuardedKind => kind !== 'pods';

const guardedObject = ({ metadata: { uid, finalizers } }: KubernetesObject): GuardedObject => {
  return { uid, isOurs: finalizers?.includes(FINALIZER) ?? false };
};
