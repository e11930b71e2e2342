// The truth as Kubernetes status, and spec as commands: watches mark keys, facts mark keys, a slow clock marks all keys;
// each turn of a key makes it right from what is there. Nothing is done in a callback, and nothing is remembered that a
// restart could lose.
//
//   watch ---+                        +-> ledger.execute
//   facts ---+--> due keys --> turn --+-> finalizer, status, Event
//   clock ---+
//
// One face is meant to work at a time; two at once write the same, and only cost each other conflicts.
import type { Cancel, Chance, Clock } from '@holdfast/clock';
import type { SubnetFact } from '@holdfast/ipam';
import type { Following, KubernetesApi, Watcher } from '@holdfast/kube-api';
import type { KubernetesObject } from '@holdfast/kube-api';
import { IP_POOLS, PODS, type Resource, SUBNETS, SWITCH_LB_RULES, VIPS } from '@holdfast/kube-api';
import { brakedKind, brakesOver, heldBack, type HeldBack } from './brakes';
import { BRAKED, type Braked, type Brakes } from '../object/brake';
import { type MissingAnswer, MISSING_CODE } from '@holdfast/projection';
import type { Context } from '../object/context';
import { Differences, type FaceDifference } from '../object/differences';
import { DueMarks } from './due-marks';
import { DueQueue, type Fault } from '@holdfast/projection';
import { type DueKey, readDueKey, vipKey } from '../object/due-key';
import { FOLLOWED, type Followed, FollowedKinds } from './followed-kinds';
import { keptOfObject, keptOfPod } from '@holdfast/kube-api';
import type { ProjectorLedger } from '@holdfast/projection';
import { ObjectWriter } from '../object/object-writer';
import { ParentsReconciler } from '../parent/parents-reconciler';
import { PodWarnings } from '@holdfast/kube-api';
import { PoolReconciler } from '../pool/pool-reconciler';
import { Refusals } from '@holdfast/projection';
import { RuleBackends } from '../rule/rule-backends';
import { RuleReconciler } from '../rule/rule-reconciler';
import { SubnetReconciler } from '../subnet/subnet-reconciler';
import { type FaceFault, Troubles } from '@holdfast/projection';
import { VipReconciler } from '../vip/vip-reconciler';
import type { Bound } from '../object/vip-elsewhere';
import type { Projection } from '../object/vip-elsewhere';

/** The whole is compared this often, less up to a tenth: against what no watch and no fact told of. */
const COMPARE_ALL_MS = 300_000;

export interface KubernetesFaceOptions {
  readonly api: KubernetesApi;
  readonly ledger: ProjectorLedger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** What another face knows of a Vip's rows; undefined: nothing is said about them. See `projectionChanged`. */
  readonly projectionOf?: (vip: string) => Projection | undefined;
  /**
   * Which parent answers for a Vip, as whoever follows the Southbound knows it; undefined: none. Absent: nothing is said
   * about it. See `projectionChanged`.
   */
  readonly boundOf?: (vip: string) => Bound | undefined;
  /** For the log: what was found different when all was compared, at the start and on the slow clock. */
  readonly onDifference?: (difference: FaceDifference) => void;
  /** For the log: what failed, and when it is tried again. */
  readonly onFault?: (fault: FaceFault, retryInMs: number) => void;
}

export interface KubernetesFaceStatus {
  /** Whether the local replicas were complete once, but for those of kinds that the cluster does not serve. */
  readonly synced: boolean;
  /** Objects that wait for their turn now, or have it. */
  readonly due: number;
  readonly vips: number;
  readonly subnets: number;
  readonly pods: number;
  readonly rules: number;
  readonly pools: number;
  /** Kinds that the cluster does not know, and that it can do without; followed as soon as it does. Absent: none. */
  readonly unserved?: readonly string[];
  /** Of all kinds: refused by the ledger, and asked again only when something may have helped. */
  readonly refused: number;
  /** What is kept though its objects are missing (infra/docs/adr/0017), by kind; see `acceptMissing`. Absent: nothing. */
  readonly heldBack?: readonly HeldBack[];
  /** What fails now, the latest of several: an object's turn, or a watch. */
  readonly failing?: FaceFault;
  /** What somebody should look at first: what is held back, or what fails. */
  readonly trouble?: FaceFault;
  /** What failed last, also when it is long over. */
  readonly lastFault?: FaceFault;
}

export class KubernetesFace {
  private readonly queue: DueQueue;
  private readonly writer: ObjectWriter;
  private readonly troubles: Troubles;
  private readonly refusals: Refusals;
  private readonly vips: VipReconciler;
  private readonly subnets: SubnetReconciler;
  private readonly parents: ParentsReconciler;
  private readonly rules: RuleReconciler;
  private readonly pools: PoolReconciler;
  private readonly brakes: Brakes;
  /** For which kinds the log was told that a brake holds, and when, epoch milliseconds. */
  private readonly toldMissing = new Map<Braked, number>();
  private readonly kinds: FollowedKinds;
  private readonly differences: Differences;
  private readonly marks: DueMarks;
  private readonly objects: Record<Followed, number> = { vips: 0, subnets: 0, pods: 0, rules: 0, pools: 0 };
  private followings: Readonly<Record<Followed, Following>> | undefined;
  private cancelCompare: Cancel = () => undefined;
  private stopFacts: () => void = () => undefined;
  private isStopped = false;

  constructor(private readonly options: KubernetesFaceOptions) {
    const { api, clock, chance } = options;
    this.troubles = new Troubles(clock);
    const onFault = (fault: Fault, key: DueKey, retryInMs: number): void => {
      const noted = this.troubles.ofObject(key, fault);
      options.onFault?.(noted, retryInMs);
    };
    // A burst of Vips neither waits for its Subnet nor keeps the Subnet's counts waiting.
    const isUrgent = (key: DueKey): boolean => readDueKey(key).plural === SUBNETS.plural;
    this.queue = new DueQueue({ clock, chance, turn: (key) => this.turn(key), isUrgent, onFault });
    this.refusals = new Refusals(clock, chance);
    const objectOf = ({ plural }: Resource, name: string): KubernetesObject | undefined =>
      this.followingOf(plural)?.get({ name });
    this.differences = new Differences(objectOf, (difference) => options.onDifference?.(difference));
    this.writer = new ObjectWriter(api, clock, () => this.markAll(), this.differences);
    this.kinds = new FollowedKinds(clock);
    this.brakes = brakesOver(options.ledger);
    const { queue, writer, refusals, differences } = this;
    this.marks = new DueMarks({ ledger: options.ledger, queue, writer, refusals, differences });
    const context = this.context();
    this.vips = new VipReconciler(context);
    this.subnets = new SubnetReconciler(context);
    this.pools = new PoolReconciler(context);
    this.parents = new ParentsReconciler(context, this.marks.podsByVip, new PodWarnings(api, clock));
    const arePodsKnown = (): boolean => this.kinds.isComplete('pods');
    const backends = new RuleBackends(context, this.marks.selectedPods, arePodsKnown);
    this.rules = new RuleReconciler(context, backends);
  }

  /**
   * True once Vips and Subnets are known and due; false if stopped before. Never rejects. What needs the other kinds,
   * which a role or a missing definition may keep back, begins when those are known.
   */
  async start(): Promise<boolean> {
    const { api, ledger } = this.options;
    this.stopFacts = ledger.onFacts((facts) => this.takeFacts(facts));
    this.followings = {
      vips: api.follow(VIPS, this.objectWatcher('vips')),
      subnets: api.follow(SUBNETS, this.objectWatcher('subnets')),
      pods: api.follow(PODS, this.podWatcher()),
      rules: api.follow(SWITCH_LB_RULES, this.objectWatcher('rules')),
      pools: api.follow(IP_POOLS, this.objectWatcher('pools')),
    };
    const { vips, subnets, pods, rules, pools } = this.followings;
    for (const [kind, following] of Object.entries({ pods, rules, pools }))
      void this.completes(kind as Followed, following).then((isComplete) => isComplete && this.markAll());
    const areComplete = await Promise.all([this.completes('vips', vips), this.completes('subnets', subnets)]);
    if (this.isStopped || areComplete.includes(false)) return false;
    this.compareAll();
    this.queue.start();
    return true;
  }

  /** Resolves when the turns under way are over; nothing is asked or written after that. `api` stays open. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopFacts();
    this.cancelCompare();
    const followings = Object.values(this.followings ?? {});
    await Promise.all([...followings.map((following) => following.stop()), this.queue.stop()]);
  }

  /** To be called when what `projectionOf` or `boundOf` says of the Vip is different now. */
  projectionChanged(vip: string): void {
    this.queue.mark(vipKey(vip));
  }

  get status(): KubernetesFaceStatus {
    const { objects, troubles, kinds } = this;
    const { synced, unserved } = kinds;
    const { current: failing, lastFault } = troubles;
    const held = this.heldBack();
    const [first] = held;
    const trouble = first ? this.troubleOf(first) : failing;
    const counts = { due: this.queue.due, refused: this.refusals.size };
    return {
      synced,
      ...counts,
      ...objects,
      ...(unserved.length > 0 && { unserved }),
      ...(held.length > 0 && { heldBack: held }),
      ...(failing && { failing }),
      ...(trouble && { trouble }),
      ...(lastFault && { lastFault }),
    };
  }

  /**
   * Releases the brake on mass release, for one kind and once: what is missing now is gone for good. Objects that come back
   * before their turn are not concerned, nor is what will be missing later.
   * @param kind of the objects, such as `Vip`
   * @param missing how many are missing, as `status.heldBack` told whoever decided this
   * @returns the names of what is let go of; or why nothing is: it does not hold for the kind, or as many are not missing
   */
  acceptMissing(kind: string, missing: number): MissingAnswer {
    const braked = brakedKind(kind);
    const held = braked && this.heldBackOf(braked);
    if (!braked || !held) return { refused: `nothing of kind ${kind} is held back` };
    if (this.kinds.lacks(braked))
      return { refused: `the cluster does not serve kind ${kind}; retire what is left by hand` };
    if (held.missing !== missing)
      return { refused: `${held.missing} objects of kind ${kind} are missing, not ${missing}; look again` };
    const accepted = this.brakes[braked].accept();
    for (const name of accepted) this.marks.vanished(FOLLOWED[braked], name);
    return { accepted };
  }

  private troubleOf({ kind, message }: HeldBack): FaceFault {
    const atMs = this.toldMissing.get(brakedKind(kind) as Braked) ?? this.options.clock.now();
    return { atMs, code: MISSING_CODE, message };
  }

  private heldBack(): HeldBack[] {
    return BRAKED.map((kind) => this.heldBackOf(kind)).filter((held) => held !== undefined);
  }

  private heldBackOf(kind: Braked): HeldBack | undefined {
    return heldBack(kind, this.brakes[kind], this.kinds.lacks(kind));
  }

  private context(): Context {
    const { ledger, clock, projectionOf = () => undefined, boundOf } = this.options;
    const { writer, refusals, brakes, differences } = this;
    return {
      ledger,
      clock,
      writer,
      refusals,
      projectionOf,
      ...(boundOf && { boundOf }),
      vips: { get: (ref) => this.followings?.vips.get(ref) },
      subnets: { get: (ref) => this.followings?.subnets.get(ref) },
      pods: { get: (ref) => this.followings?.pods.get(ref) },
      rules: { get: (ref) => this.followings?.rules.get(ref) },
      pools: { get: (ref) => this.followings?.pools.get(ref) },
      poolsOf: (subnet) => this.marks.poolsBySubnet.of(subnet),
      brakes,
      differences,
      mark: (key) => this.queue.mark(key),
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
    if (isBraked(kind)) this.brakes[kind].listed();
    return true;
  }

  private async turn(key: DueKey): Promise<number | undefined> {
    try {
      const againInMs = await this.reconcile(readDueKey(key));
      this.troubles.over(key);
      this.differences.over(key);
      return againInMs;
    } finally {
      this.tellMissing();
    }
  }

  private async reconcile({ plural, name }: ReturnType<typeof readDueKey>): Promise<number | undefined> {
    if (plural === SUBNETS.plural) return this.subnets.reconcile(name);
    if (plural === VIPS.plural) return this.vips.reconcile(name);
    // Who is not on a list that is not complete may be there all the same.
    if (plural === IP_POOLS.plural)
      return this.kinds.isComplete('pools') ? this.pools.reconcile(name) : undefined;
    if (plural === SWITCH_LB_RULES.plural)
      return this.kinds.isComplete('rules') ? this.rules.reconcile(name) : undefined;
    // Where the Vip is missing and is not believed to be gone, neither are its Pods.
    if (!this.kinds.isComplete('pods') || this.brakes.vips.holds(name)) return undefined;
    return this.parents.reconcile(name);
  }

  private objectWatcher(kind: Exclude<Followed, 'pods'>): Watcher {
    return this.watcher(kind, keptOfObject, ({ name }, now, before) => {
      this.brakes[kind].changed(name, now, before);
      this.marks.objectChanged(FOLLOWED[kind], name, now, before);
    });
  }

  private podWatcher(): Watcher {
    return this.watcher('pods', keptOfPod, (_, now, before) => this.marks.podChanged(now, before));
  }

  private watcher(kind: Followed, trim: Watcher['trim'], changed: Watcher['changed']): Watcher {
    return {
      changed: (ref, now, before) => {
        this.objects[kind] += Number(now !== undefined) - Number(before !== undefined);
        this.troubles.over(kind);
        this.kinds.seen(kind);
        changed(ref, now, before);
      },
      faulted: (fault, retryInMs) => {
        const unserved = this.kinds.isUnserved(kind, fault, retryInMs);
        if (unserved && !unserved.isNews) return;
        if (unserved) return this.tellUnserved(fault, retryInMs);
        const noted = this.troubles.ofWatch(kind, fault, retryInMs);
        this.options.onFault?.(noted, retryInMs);
      },
      trim,
    };
  }

  private takeFacts(facts: readonly SubnetFact[]): void {
    for (const fact of facts) {
      if ('rule' in fact.event) this.rules.happened(fact.event.rule, fact.position);
      this.marks.factCame(fact);
    }
  }

  /** Once: the cluster can do without. */
  private tellUnserved({ code, message }: Fault, retryInMs: number): void {
    this.options.onFault?.({ atMs: this.options.clock.now(), code, message }, retryInMs);
  }

  /**
   * For the log, once. A brake is no fault of a turn, and no turn ends it: it lasts until the objects are there, or what they
   * held is not; the status says it as long as that.
   */
  private tellMissing(): void {
    for (const kind of BRAKED) {
      const isTold = this.toldMissing.has(kind);
      if (this.brakes[kind].size > 0 === isTold) continue;
      const held = isTold ? undefined : this.heldBackOf(kind);
      if (isTold) this.toldMissing.delete(kind);
      if (!held) continue;
      this.toldMissing.set(kind, this.options.clock.now());
      this.options.onFault?.(this.troubles.ofMissing(MISSING_CODE, held.message), COMPARE_ALL_MS);
    }
  }

  private compareAll(): void {
    const { clock, chance } = this.options;
    this.markAll();
    this.cancelCompare = clock.after(COMPARE_ALL_MS * (1 - 0.1 * chance.random()), () => this.compareAll());
  }

  private markAll(): void {
    if (this.followings) this.marks.markAll(this.followings);
  }
}

const isBraked = (kind: Followed): kind is Braked => kind !== 'pods';
