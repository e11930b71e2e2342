// What makes which key due: a Pod's change, its machine's, its Namespace's, a fact, the slow clock. It keeps the indexes
// by which one change finds the few whom it concerns; what they do in their turn is not its business.
import { type SubnetFact, type SubnetState, vipHolder } from '@holdfast/ipam';
import type { DueQueue } from '@holdfast/projection';
import { reliefOf } from '@holdfast/projection';
import type { ProjectorLedger } from '@holdfast/projection';
import type { KubernetesObject } from '@holdfast/kube-api';
import { annotationOf, isSameButVersion, RETENTION_ANNOTATION, VIP_ANNOTATION } from '@holdfast/kube-api';
import { type LedgerIndex, type Place, vipConcerned } from '../context/ledger-index';
import {
  type IdentityRules,
  ownerBehind,
  type OwnerName,
  ownerNameOf,
  ownerOf,
} from '../request/pod-identity';
import type { PodRefusals } from '../context/pod-refusals';
import { podKeyOf } from './pod-turns';
import type { ReservationEnds } from '../ending/reservation-ends';

export interface PodMarksOptions {
  readonly ledger: ProjectorLedger;
  readonly queue: Pick<DueQueue, 'mark'>;
  readonly index: LedgerIndex;
  readonly refusals: PodRefusals;
  readonly rules: IdentityRules;
  readonly ends: Pick<ReservationEnds, 'dueInMs'>;
  /** The slow clock: what is due later than its next round is left to that. */
  readonly compareAllMs: number;
}

export const ownerKeyOf = (owner: OwnerName): string => `owners/${owner}`;
export const placeKeyOf = ({ subnet, holder }: Place): string => `held/${subnet}/${holder}`;

export class PodMarks {
  private readonly byVip = new Map<string, Set<string>>();
  private readonly byOwner = new Map<OwnerName, Set<string>>();
  private readonly byNamespace = new Map<string, Set<string>>();

  constructor(private readonly options: PodMarksOptions) {}

  podChanged(now: KubernetesObject | undefined, before: KubernetesObject | undefined): void {
    if (isSameButVersion(now, before)) return;
    const key = podKeyOf((now ?? (before as KubernetesObject)).metadata);
    if (before) this.enter(before, key, false);
    if (now) this.enter(now, key, true);
    this.options.queue.mark(key, 0, true);
  }

  ownerChanged(
    owner: OwnerName,
    now: KubernetesObject | undefined,
    before: KubernetesObject | undefined,
  ): void {
    this.options.queue.mark(ownerKeyOf(owner), 0, true);
    // A StatefulSet's status and size change all the time, and are nothing to the Pods that it has.
    const retentions = [now, before].map((it) => it?.metadata.annotations?.[RETENTION_ANNOTATION]);
    if (owner.startsWith('vm/') || retentions[0] !== retentions[1]) this.markOf(this.byOwner, owner);
  }

  namespaceChanged(name: string): void {
    this.markOf(this.byNamespace, name);
  }

  factCame(fact: SubnetFact): void {
    const { refusals, queue, index } = this.options;
    const { event, subnet } = fact;
    index.apply(fact);
    for (const key of refusals.wakeHelped(fact)) queue.mark(key);
    if (reliefOf(event)?.is === 'definition') return this.markAllPods();
    const vip = vipConcerned(event);
    if (vip !== undefined) this.vipChanged(subnet, vip);
    if (event.type === 'UserAttached' || event.type === 'UserDetached') this.markObject(event.user.object);
    if (event.type === 'AddressMoved') this.markUsers({ subnet, holder: event.holder });
    if (event.type === 'ReservationRetained' || event.type === 'RetentionSet')
      this.retained({ subnet, holder: event.holder });
  }

  /** Pods, Pods that only the ledger knows, owners, and what is kept for a time; returns the keys. */
  all(): string[] {
    const { index } = this.options;
    const keys = new Set<string>();
    for (const pods of this.byNamespace.values()) for (const key of pods) keys.add(key);
    for (const object of index.objects()) if (isPod(object)) keys.add(keyOfObject(object));
    for (const owner of index.owners()) keys.add(ownerKeyOf(owner));
    for (const key of keys) this.options.queue.mark(key);
    for (const key of this.markEnding()) keys.add(key);
    return [...keys];
  }

  markAllPods(): void {
    for (const namespace of this.byNamespace.keys()) this.markOf(this.byNamespace, namespace);
  }

  private *markEnding(): Iterable<string> {
    for (const state of this.options.ledger.view.subnets())
      for (const holder of state.byHolder.keys()) {
        const key = this.markEnd(state, { subnet: state.name, holder });
        if (key !== undefined) yield key;
      }
  }

  private markEnd(state: SubnetState, place: Place): string | undefined {
    const dueInMs = this.options.ends.dueInMs(state, place.holder);
    if (dueInMs === undefined || dueInMs > this.options.compareAllMs) return undefined;
    const key = placeKeyOf(place);
    this.options.queue.mark(key, dueInMs);
    return key;
  }

  /** The owner may have gone while its last Pod was being detached. */
  private retained(place: Place): void {
    const state = this.options.ledger.view.subnet(place.subnet);
    if (!state) return;
    this.markEnd(state, place);
    const keptFor = state.users.of(place.holder)?.retained?.owner ?? place.holder;
    const owner = ownerBehind(keptFor);
    if (owner) this.options.queue.mark(ownerKeyOf(ownerNameOf(owner)));
  }

  private vipChanged(subnet: string, name: string): void {
    for (const key of this.byVip.get(name) ?? []) this.options.refusals.wake(key);
    this.markOf(this.byVip, name);
    this.markUsers({ subnet, holder: vipHolder(name) });
  }

  private markUsers({ subnet, holder }: Place): void {
    const users = this.options.ledger.view.subnet(subnet)?.users.usersOf(holder) ?? [];
    for (const { object } of users) this.markObject(object);
  }

  private markObject(object: string): void {
    if (isPod(object)) this.options.queue.mark(keyOfObject(object));
  }

  private markOf(index: ReadonlyMap<string, ReadonlySet<string>>, name: string): void {
    for (const key of index.get(name) ?? []) this.options.queue.mark(key, 0, true);
  }

  private enter(pod: KubernetesObject, key: string, isThere: boolean): void {
    const owner = ownerOf(pod, this.options.rules);
    put(this.byNamespace, pod.metadata.namespace ?? '', key, isThere);
    put(this.byVip, annotationOf(pod, VIP_ANNOTATION), key, isThere);
    if (owner) put(this.byOwner, ownerNameOf(owner), key, isThere);
  }
}

const isPod = (object: string): boolean => object.startsWith('pod/');
const keyOfObject = (object: string): string => `pods/${object.slice('pod/'.length)}`;

function put(index: Map<string, Set<string>>, name: string, key: string, isThere: boolean): void {
  if (name === '') return;
  const keys = index.get(name) ?? new Set<string>();
  if (isThere) index.set(name, keys.add(key));
  else if (keys.delete(key) && keys.size === 0) index.delete(name);
}
