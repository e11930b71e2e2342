// The face that gives Pods their addresses. Watches mark keys, facts mark keys, a slow clock marks all keys; each turn
// of a key makes it right from what is there. Who has what is for the ledger to say: nothing is ever concluded from what
// objects say of themselves, and nothing is remembered that a restart could lose.
//
//   Pods, owners ---+                        +-> ledger.execute (reserve and attach, detach, end)
//   facts ----------+--> due keys --> turn --+-> annotations, Event
//   clock ----------+
//
// One face is meant to work at a time.
import type { Cancel, Chance, Clock } from '@holdfast/clock';
import type { Evidence, Holder, SubnetFact } from '@holdfast/ipam';
import type { MissingAnswer } from '@holdfast/projection';
import { DueQueue, type Fault } from '@holdfast/projection';
import { keptOfObject, keptOfPod } from '@holdfast/kube-api';
import type { ProjectorLedger } from '@holdfast/projection';
import { PodWarnings } from '@holdfast/kube-api';
import { Refusals } from '@holdfast/projection';
import { type FaceFault, Troubles } from '@holdfast/projection';
import type { Following, KubernetesApi, Watcher } from '@holdfast/kube-api';
import { keyOf, type KubernetesObject } from '@holdfast/kube-api';
import { NAMESPACES, PODS, type Resource, STATEFUL_SETS, SUBNETS } from '@holdfast/kube-api';
import { isSameButVersion, objectOf, trimFollowedPod } from '@holdfast/kube-api';
import { isKnownCluster, missingPods, unknownCluster } from './known-cluster';
import { LedgerIndex } from '../context/ledger-index';
import { OwnerEnds } from '../ending/owner-ends';
import { OwnerObjects } from '../owner/owner-objects';
import type { Difference, PodContext } from '../context/pod-context';
import { PodMarks } from './pod-marks';
import { PodRefusals } from '../context/pod-refusals';
import { podKeyOf, PodTurns } from './pod-turns';
import { PodWriter } from '../context/pod-writer';
import { ReservationEnds } from '../ending/reservation-ends';
import { SubnetChoice, trimChoosing } from '../request/subnet-choice';

/** The whole is compared this often, less up to a tenth: against what no watch and no fact told of. */
const COMPARE_ALL_MS = 300_000;
/** Of what nobody saw going: as long as a watch may be behind another, many times over. */
const GRACE_MS = 60_000;
/** Pods whose end was seen and not yet told to the ledger; of more, the server is asked. */
const DEPARTED_MAX = 4096;

type Followed = 'pods' | 'namespaces' | 'subnets';

export interface PodAddressesOptions {
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
  /** For the log: what was found different when all was compared, at the start and on the slow clock. */
  readonly onDifference?: (difference: Difference) => void;
  /** For the log: what failed, and when it is tried again. */
  readonly onFault?: (fault: FaceFault, retryInMs: number) => void;
}

export interface PodAddressesStatus {
  /** Whether the local replicas were complete once. */
  readonly synced: boolean;
  /** Keys that wait for their turn now, or have it. */
  readonly due: number;
  readonly pods: number;
  /** Pods with a NIC to which something was refused. */
  readonly refused: number;
  readonly trouble?: FaceFault;
  readonly lastFault?: FaceFault;
}

export class PodAddresses {
  private readonly queue: DueQueue;
  private readonly troubles: Troubles;
  private readonly refusals: PodRefusals;
  private readonly writer: PodWriter;
  private readonly index: LedgerIndex;
  private readonly owners: OwnerObjects;
  private readonly choice: SubnetChoice;
  private readonly marks: PodMarks;
  private readonly turns: PodTurns;
  private readonly ownerEnds: OwnerEnds;
  private readonly reservationEnds: ReservationEnds;
  private readonly departed = new Map<string, Evidence>();
  /** Keys whose next turn is one of those that compare all. */
  private readonly compared = new Set<string>();
  private followings: Readonly<Record<Followed, Following>> | undefined;
  private podCount = 0;
  private isSynced = false;
  private isKnown = true;
  private syncedAtMs = 0;
  private isStopped = false;
  private cancelCompare: Cancel = () => undefined;
  private stopFacts: () => void = () => undefined;

  constructor(private readonly options: PodAddressesOptions) {
    const { api, ledger, clock, chance } = options;
    this.troubles = new Troubles(clock);
    const onFault = (fault: Fault, key: string, retryInMs: number): void =>
      this.told(this.troubles.ofObject(key, fault), retryInMs);
    this.queue = new DueQueue({ clock, chance, turn: (key) => this.turn(key), onFault });
    this.refusals = new PodRefusals(new Refusals(clock, chance));
    this.writer = new PodWriter(api, clock);
    this.index = new LedgerIndex(() => ledger.view);
    this.owners = this.ownerObjects();
    this.choice = new SubnetChoice({
      view: () => ledger.view,
      namespaces: { get: (ref) => this.followings?.namespaces.get(ref) },
      subnets: { objects: () => this.followings?.subnets.objects() ?? [].values() },
    });
    const context = this.context();
    this.turns = new PodTurns(context, new PodWarnings(api, clock));
    this.ownerEnds = new OwnerEnds(context);
    this.reservationEnds = new ReservationEnds(context);
    const { queue, index, refusals, reservationEnds: ends } = this;
    const parts = { ledger, queue, index, refusals, ends, rules: context.rules };
    this.marks = new PodMarks({ ...parts, compareAllMs: COMPARE_ALL_MS });
  }

  /** True once Pods, Namespaces and Subnets are known and due; false if stopped before. Never rejects. */
  async start(): Promise<boolean> {
    const { api, ledger } = this.options;
    this.index.fill();
    this.stopFacts = ledger.onFacts((facts) => this.takeFacts(facts));
    this.followings = {
      pods: api.follow(PODS, this.podWatcher()),
      namespaces: api.follow(NAMESPACES, this.namespaceWatcher()),
      subnets: api.follow(SUBNETS, this.subnetWatcher()),
    };
    const synced = await Promise.all(Object.values(this.followings).map((following) => following.synced));
    if (this.isStopped || synced.includes(false)) return false;
    this.isSynced = true;
    this.syncedAtMs = this.options.clock.now();
    const { pods, subnets } = this.followings;
    this.isKnown = isKnownCluster(ledger.view, { pods: pods.objects(), subnets: subnets.objects() });
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
    const stopping = followings.map((following) => following.stop());
    await Promise.all([...stopping, this.owners.stop(), this.queue.stop()]);
  }

  get status(): PodAddressesStatus {
    const { current, lastFault } = this.troubles;
    // First: nobody else says that nothing is given up.
    const unknown = !this.isKnown && { atMs: this.syncedAtMs, ...unknownCluster(this.missing().length) };
    const trouble = unknown || current;
    const counts = { due: this.queue.due, pods: this.podCount, refused: this.refusals.size };
    return { synced: this.isSynced, ...counts, ...(trouble && { trouble }), ...(lastFault && { lastFault }) };
  }

  /**
   * Releases the brake on mass release for Pods: those that are missing now are gone for good, and are given up as any that
   * nobody saw going.
   * @param missing how many are missing, as `status.trouble` told whoever decided this
   * @returns them, as `pod/namespace/name`; or why nothing is given up
   */
  acceptMissing(missing: number): MissingAnswer {
    if (this.isKnown) return { refused: 'no Pod is held back' };
    const accepted = this.missing();
    if (accepted.length !== missing)
      return { refused: `${accepted.length} Pods are missing, not ${missing}; look again` };
    this.isKnown = true;
    this.compare();
    return { accepted };
  }

  private missing(): string[] {
    return missingPods(this.options.ledger.view, this.followings?.pods.objects() ?? []);
  }

  private context(): PodContext {
    const { api, ledger, clock, statefulSets = [STATEFUL_SETS], keepVmIp = true } = this.options;
    const { owners, index, refusals, writer, choice } = this;
    return {
      ...{ api, ledger, clock, owners, index, refusals, writer, choice },
      rules: { statefulSetGroups: new Set(statefulSets.map(({ group }) => group)), keepVmIp },
      pods: { get: (ref) => this.followings?.pods.get(ref) },
      namespaces: { get: (ref) => this.followings?.namespaces.get(ref) },
      evidenceOfEnd: (uid) => this.departed.get(uid),
      isKnownCluster: () => this.isKnown,
      graceMs: this.options.graceMs ?? GRACE_MS,
      differs: (key, difference) => {
        if (this.compared.has(key)) this.options.onDifference?.(difference);
      },
    };
  }

  private ownerObjects(): OwnerObjects {
    const { api, statefulSets = [STATEFUL_SETS] } = this.options;
    return new OwnerObjects({
      api,
      statefulSets,
      onChanged: (owner, now, before) => this.marks.ownerChanged(owner, now, before),
      // Those who waited for it look again: Pods, and what is kept for its objects.
      onComplete: () => this.isSynced && this.compare(),
      onFault: (source, fault, retryInMs) =>
        this.told(this.troubles.ofWatch(source, fault, retryInMs), retryInMs),
      onAlive: (source) => this.troubles.over(source),
    });
  }

  private async turn(key: string): Promise<number | undefined> {
    const [kind, first = '', ...rest] = key.split('/');
    const againInMs =
      kind === 'pods'
        ? await this.turns.reconcile(key, { namespace: first, name: rest.join('/') })
        : kind === 'owners'
          ? await this.ownerEnds.reconcile(key, [first, ...rest].join('/'))
          : await this.reservationEnds.reconcile(key, { subnet: first, holder: rest.join('/') as Holder });
    this.troubles.over(key);
    // What is not settled yet, such as what must be missed for a while, is still of that comparison.
    if (againInMs === undefined) this.compared.delete(key);
    return againInMs;
  }

  private podWatcher(): Watcher {
    return this.watcher('pods', keptOfPod, (ref, now, before) => {
      this.podCount += Number(now !== undefined) - Number(before !== undefined);
      this.writer.seen(keyOf(ref), now);
      if (!now && before) this.remember(before);
      // The replica keeps what others read of Pods, too; only what is read here is news.
      const [is, was] = [now && trimFollowedPod(now), before && trimFollowedPod(before)];
      if (this.isSynced && !isSameButVersion(is, was)) this.compared.delete(podKeyOf(ref));
      this.marks.podChanged(is, was);
    });
  }

  private namespaceWatcher(): Watcher {
    return this.watcher('namespaces', trimChoosing, ({ name }, now, before) => {
      if (!isSameButVersion(now, before)) this.marks.namespaceChanged(name);
    });
  }

  private subnetWatcher(): Watcher {
    return this.watcher('subnets', keptOfObject, (_, now, before) => {
      if (isSameButVersion(now && trimChoosing(now), before && trimChoosing(before))) return;
      this.choice.forget();
      this.marks.markAllPods();
    });
  }

  private watcher(kind: Followed, trim: Watcher['trim'], changed: Watcher['changed']): Watcher {
    return {
      changed: (ref, now, before) => {
        this.troubles.over(kind);
        changed(ref, now, before);
      },
      faulted: (fault, retryInMs) => this.told(this.troubles.ofWatch(kind, fault, retryInMs), retryInMs),
      trim,
    };
  }

  /** Its UID never comes again; it is told to the ledger in the turn that follows. */
  private remember(pod: KubernetesObject): void {
    const { uid, resourceVersion } = pod.metadata;
    this.departed.set(uid, { object: objectOf(pod), uid, resourceVersion });
    const [oldest] = this.departed.keys();
    if (this.departed.size > DEPARTED_MAX && oldest !== undefined) this.departed.delete(oldest);
  }

  private takeFacts(facts: readonly SubnetFact[]): void {
    for (const fact of facts) this.marks.factCame(fact);
  }

  private told(fault: FaceFault, retryInMs: number): void {
    this.options.onFault?.(fault, retryInMs);
  }

  private compare(): void {
    for (const key of this.marks.all()) this.compared.add(key);
  }

  private compareAll(): void {
    const { clock, chance } = this.options;
    this.compare();
    this.cancelCompare = clock.after(COMPARE_ALL_MS * (1 - 0.1 * chance.random()), () => this.compareAll());
  }
}
