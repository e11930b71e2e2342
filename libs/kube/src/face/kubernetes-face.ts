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
import type { SubnetFact } from '@holdfast/ipam';
import type { Following, KubernetesApi, Watcher } from '../kubernetes-api';
import type { KubernetesObject } from '../kubernetes-object';
import { type Resource, SUBNETS, VIPS } from '../resource';
import type { Context } from './context';
import { DueQueue, type Fault } from './due-queue';
import { type DueKey, dueKeyOf, readDueKey, subnetKey, vipKey } from './due-key';
import { reliefOf } from './helping-facts';
import { type Ledger, THROUGH_KUBERNETES } from './ledger';
import { ObjectWriter } from './object-writer';
import { Refusals } from './refusals';
import { COUNTS_EVERY_MS, SubnetReconciler } from './subnet-reconciler';
import { type FaceFault, Troubles } from './troubles';
import { VipReconciler } from './vip-reconciler';
import type { Projection } from './wanted-status';

/** The whole is compared this often, less up to a tenth: against what no watch and no fact told of. */
const COMPARE_ALL_MS = 300_000;
/** Another who writes the same status would answer each of our writes with one of theirs; this often is enough. */
const RIVAL_REST_MS = 1_000;

export interface KubernetesFaceOptions {
  readonly api: KubernetesApi;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** What another face knows of a Vip's rows; undefined: nothing is said about them. See `projectionChanged`. */
  readonly projectionOf?: (vip: string) => Projection | undefined;
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
  /** Of both kinds: refused by the ledger, and asked again only when something may have helped. */
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
  private readonly objects = { vips: 0, subnets: 0 };
  private followings: { readonly vips: Following; readonly subnets: Following } | undefined;
  private cancelCompare: Cancel = () => undefined;
  private stopFacts: () => void = () => undefined;
  private isSynced = false;
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
  }

  /** True once the replicas are complete and every object is due; false if stopped before. Never rejects. */
  async start(): Promise<boolean> {
    const { api, ledger } = this.options;
    this.stopFacts = ledger.onFacts((facts) => this.takeFacts(facts));
    const vips = api.follow(VIPS, this.watcher(VIPS, 'vips'));
    const subnets = api.follow(SUBNETS, this.watcher(SUBNETS, 'subnets'));
    this.followings = { vips, subnets };
    const complete = await Promise.all([vips.synced, subnets.synced]);
    if (this.isStopped || complete.includes(false)) return false;
    this.isSynced = true;
    this.compareAll();
    this.queue.start();
    return true;
  }

  /** Resolves when the turns under way are over; nothing is asked or written after that. `api` stays open. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopFacts();
    this.cancelCompare();
    await Promise.all([this.followings?.vips.stop(), this.followings?.subnets.stop(), this.queue.stop()]);
  }

  /** To be called when what `projectionOf` says of the Vip is different now. */
  projectionChanged(vip: string): void {
    this.queue.mark(vipKey(vip));
  }

  get status(): KubernetesFaceStatus {
    const { isSynced: synced, objects, troubles } = this;
    const { current: trouble, lastFault } = troubles;
    const counts = { due: this.queue.due, refused: this.refusals.size };
    return { synced, ...counts, ...objects, ...(trouble && { trouble }), ...(lastFault && { lastFault }) };
  }

  private context(): Context {
    const { ledger, clock, projectionOf = () => undefined } = this.options;
    const { writer, refusals } = this;
    return {
      ledger,
      clock,
      writer,
      refusals,
      projectionOf,
      vips: { get: (ref) => this.followings?.vips.get(ref) },
      subnets: { get: (ref) => this.followings?.subnets.get(ref) },
      mark: (key) => this.queue.mark(key),
    };
  }

  private async turn(key: DueKey): Promise<number | undefined> {
    const { plural, name } = readDueKey(key);
    const isVip = plural === VIPS.plural;
    const againInMs = await (isVip ? this.vips : this.subnets).reconcile(name);
    this.troubles.over(key);
    return againInMs;
  }

  private watcher(resource: Resource, kind: 'vips' | 'subnets'): Watcher {
    return {
      changed: ({ name }, now, before) => {
        const key = dueKeyOf(resource, name);
        this.objects[kind] += Number(now !== undefined) - Number(before !== undefined);
        this.troubles.over(kind);
        const isEcho = this.writer.seen(key, now);
        const isNews = asksForSomethingNew(now, before);
        this.queue.mark(key, isEcho || isNews ? 0 : RIVAL_REST_MS, isNews);
      },
      faulted: (fault, retryInMs) => {
        const noted = this.troubles.ofWatch(kind, fault, retryInMs);
        this.options.onFault?.(noted, retryInMs);
      },
      trim: withoutManagedFields,
    };
  }

  private takeFacts(facts: readonly SubnetFact[]): void {
    for (const fact of facts) {
      const { event } = fact;
      if ('name' in event) {
        const key = vipKey(event.name);
        this.refusals.wake(key);
        this.queue.mark(key);
      }
      for (const key of this.refusals.wakeHelped(fact)) this.queue.mark(key);
      const key = subnetKey(fact.subnet);
      const isDefinition = reliefOf(event)?.is === 'definition';
      this.queue.mark(key, isDefinition ? 0 : this.writer.statusRestMs(key, COUNTS_EVERY_MS));
    }
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
