// The truth as Kubernetes status, and spec as commands: watches mark keys, facts mark keys, a slow clock marks all keys;
// each turn of a key makes it right from what is there. Nothing is done in a callback, and nothing is remembered that a
// restart could lose.
//
//   watch ---+                        +-> ledger.execute
//   facts ---+--> due keys --> turn --+-> finalizer, status, Event
//   clock ---+
//
// One face is meant to work at a time; two at once write the same, and only cost each other conflicts.
import { isDeepStrictEqual } from 'node:util';
import type { Cancel, Chance, Clock } from '@holdfast/clock';
import { isVipUse, type SubnetFact } from '@holdfast/ipam';
import type { Following, KubernetesApi, Watcher } from '../kubernetes-api';
import type { KubernetesObject } from '../kubernetes-object';
import { PODS, type Resource, SUBNETS, VIPS } from '../resource';
import type { Context } from './context';
import { DueQueue, type Fault } from './due-queue';
import { type DueKey, dueKeyOf, parentsKey, readDueKey, subnetKey, vipKey } from './due-key';
import { reliefOf } from './helping-facts';
import { type Ledger, THROUGH_KUBERNETES } from './ledger';
import { ObjectWriter } from './object-writer';
import { ParentsReconciler } from './parents/parents-reconciler';
import { PodWarnings } from './parents/pod-warnings';
import { trimPod } from './pods/pod-reading';
import { PodsByVip } from './pods/pods-by-vip';
import { Refusals } from './refusals';
import { COUNTS_EVERY_MS, SubnetReconciler } from './subnet-reconciler';
import { type FaceFault, Troubles } from './troubles';
import { VipReconciler } from './vip-reconciler';
import type { Bound, Projection } from './wanted-status';

/** The whole is compared this often, less up to a tenth: against what no watch and no fact told of. */
const COMPARE_ALL_MS = 300_000;
/** Another who writes the same status would answer each of our writes with one of theirs; this often is enough. */
const RIVAL_REST_MS = 1_000;
/** A Vip's status follows its users at most this often: they come and go by the hundred. */
const USES_EVERY_MS = 1_000;

type Followed = 'vips' | 'subnets' | 'pods';

export interface KubernetesFaceOptions {
  readonly api: KubernetesApi;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** What another face knows of a Vip's rows; undefined: nothing is said about them. See `projectionChanged`. */
  readonly projectionOf?: (vip: string) => Projection | undefined;
  /**
   * Which parent answers for a Vip, as whoever follows the Southbound knows it; undefined: none. Absent: nothing is said
   * about it. See `projectionChanged`.
   */
  readonly boundOf?: (vip: string) => Bound | undefined;
  /** For the log: what failed, and when it is tried again. */
  readonly onFault?: (fault: FaceFault, retryInMs: number) => void;
}

export interface KubernetesFaceStatus {
  /** Whether the local replicas were complete once. */
  readonly synced: boolean;
  /** Objects that wait for their turn now, or have it. */
  readonly due: number;
  readonly vips: number;
  readonly subnets: number;
  readonly pods: number;
  /** Of all kinds: refused by the ledger, and asked again only when something may have helped. */
  readonly refused: number;
  /** What fails now, the latest of several: an object's turn, or a watch. */
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
  private readonly podsByVip = new PodsByVip();
  private readonly objects: Record<Followed, number> = { vips: 0, subnets: 0, pods: 0 };
  private readonly complete = new Set<Followed>();
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
    this.writer = new ObjectWriter(api, clock, () => this.markAll());
    const context = this.context();
    this.vips = new VipReconciler(context);
    this.subnets = new SubnetReconciler(context);
    this.parents = new ParentsReconciler(context, this.podsByVip, new PodWarnings(api, clock));
  }

  /**
   * True once Vips and Subnets are known and due; false if stopped before. Never rejects. What needs the other kinds,
   * which a role or a missing definition may keep back, begins when those are known.
   */
  async start(): Promise<boolean> {
    const { api, ledger } = this.options;
    this.stopFacts = ledger.onFacts((facts) => this.takeFacts(facts));
    this.followings = {
      vips: api.follow(VIPS, this.objectWatcher(VIPS, 'vips')),
      subnets: api.follow(SUBNETS, this.objectWatcher(SUBNETS, 'subnets')),
      pods: api.follow(PODS, this.podWatcher()),
    };
    const { vips, subnets, pods } = this.followings;
    void this.completes('pods', pods).then((isComplete) => isComplete && this.markParents());
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
    const { objects, troubles } = this;
    const synced = this.complete.size === Object.keys(objects).length;
    const { current: trouble, lastFault } = troubles;
    const counts = { due: this.queue.due, refused: this.refusals.size };
    return { synced, ...counts, ...objects, ...(trouble && { trouble }), ...(lastFault && { lastFault }) };
  }

  private context(): Context {
    const { ledger, clock, projectionOf = () => undefined, boundOf } = this.options;
    const { writer, refusals } = this;
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
      mark: (key) => this.queue.mark(key),
    };
  }

  private async completes(kind: Followed, following: Following): Promise<boolean> {
    const isComplete = (await following.synced) && !this.isStopped;
    if (isComplete) this.complete.add(kind);
    return isComplete;
  }

  private async turn(key: DueKey): Promise<number | undefined> {
    const againInMs = await this.reconcile(readDueKey(key));
    this.troubles.over(key);
    return againInMs;
  }

  private async reconcile({ plural, name }: ReturnType<typeof readDueKey>): Promise<number | undefined> {
    if (plural === SUBNETS.plural) return this.subnets.reconcile(name);
    if (plural === VIPS.plural) return this.vips.reconcile(name);
    // Who is not on a list that is not complete may be a parent all the same.
    return this.complete.has('pods') ? this.parents.reconcile(name) : undefined;
  }

  private objectWatcher(resource: Resource, kind: 'vips' | 'subnets'): Watcher {
    return this.watcher(kind, withoutManagedFields, ({ name }, now, before) => {
      const key = dueKeyOf(resource, name);
      const isEcho = this.writer.seen(key, now);
      const isNews = asksForSomethingNew(now, before);
      this.queue.mark(key, isEcho || isNews ? 0 : RIVAL_REST_MS, isNews);
      // What its object asks for decides whether somebody new is let in.
      if (isNews && kind === 'vips' && this.podsByVip.isNamed(name))
        this.queue.mark(parentsKey(name), 0, true);
    });
  }

  private podWatcher(): Watcher {
    return this.watcher('pods', trimPod, (_, now, before) => {
      for (const vip of this.podsByVip.changed(now, before)) this.queue.mark(parentsKey(vip), 0, true);
    });
  }

  private watcher(kind: Followed, trim: Watcher['trim'], changed: Watcher['changed']): Watcher {
    return {
      changed: (ref, now, before) => {
        this.objects[kind] += Number(now !== undefined) - Number(before !== undefined);
        this.troubles.over(kind);
        changed(ref, now, before);
      },
      faulted: (fault, retryInMs) => {
        const noted = this.troubles.ofWatch(kind, fault, retryInMs);
        this.options.onFault?.(noted, retryInMs);
      },
      trim,
    };
  }

  private takeFacts(facts: readonly SubnetFact[]): void {
    for (const fact of facts) {
      const { event } = fact;
      for (const key of this.refusals.wakeHelped(fact)) this.queue.mark(key);
      // Who uses a Vip is nothing that a Subnet's counts tell of.
      if (isVipUse(event)) {
        this.useChanged(event.vip);
        continue;
      }
      if ('name' in event) this.vipChanged(event.name);
      const key = subnetKey(fact.subnet);
      const isDefinition = reliefOf(event)?.is === 'definition';
      this.queue.mark(key, isDefinition ? 0 : this.writer.statusRestMs(key, COUNTS_EVERY_MS));
    }
  }

  private vipChanged(name: string): void {
    const key = vipKey(name);
    this.refusals.wake(key);
    this.queue.mark(key);
    if (this.hasParents(name)) this.queue.mark(parentsKey(name));
  }

  private useChanged(vip: string): void {
    const key = vipKey(vip);
    this.queue.mark(key, this.writer.statusRestMs(key, USES_EVERY_MS));
    this.queue.mark(parentsKey(vip));
  }

  private hasParents(vip: string): boolean {
    const held = this.options.ledger.view.vip(vip);
    return this.podsByVip.isNamed(vip) || (held !== undefined && held.subnet.uses.parentCount(vip) > 0);
  }

  private compareAll(): void {
    const { clock, chance } = this.options;
    this.markAll();
    this.cancelCompare = clock.after(COMPARE_ALL_MS * (1 - 0.1 * chance.random()), () => this.compareAll());
  }

  /** Subnets first, so that their Vips find them. What the ledger holds for objects that are gone is due as well. */
  private markAll(): void {
    if (!this.followings) return;
    const { view } = this.options.ledger;
    for (const { metadata } of this.followings.subnets.objects()) this.queue.mark(subnetKey(metadata.name));
    for (const { metadata } of this.followings.vips.objects()) this.queue.mark(vipKey(metadata.name));
    for (const { name } of view.vips()) {
      if (view.vipReservedThrough(name) === THROUGH_KUBERNETES) this.queue.mark(vipKey(name));
    }
    this.markParents();
  }

  private markParents(): void {
    for (const name of this.podsByVip.vips()) this.queue.mark(parentsKey(name));
    for (const { name, subnet } of this.options.ledger.view.vips())
      if (subnet.uses.parentCount(name) > 0) this.queue.mark(parentsKey(name));
  }
}

/** Whether anything but the status, or what is nothing to us, has changed. */
function asksForSomethingNew(
  now: KubernetesObject | undefined,
  before: KubernetesObject | undefined,
): boolean {
  const askedBy = ({ spec, metadata }: KubernetesObject): unknown => {
    const { annotations, finalizers, deletionTimestamp } = metadata;
    return [spec, annotations, finalizers, deletionTimestamp];
  };
  return !now || !before || !isDeepStrictEqual(askedBy(now), askedBy(before));
}

/** Who set which field when: often half of an object, and nothing to us. */
function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  const metadata = { ...object.metadata, managedFields: undefined };
  return { ...object, metadata };
}
