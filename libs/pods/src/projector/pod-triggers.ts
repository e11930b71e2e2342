// What makes which key due: a Pod's change, its machine's, its Namespace's, a fact, the slow clock. It keeps the indexes by
// which one change finds the few whom it concerns; how they are reconciled is not its business.
import { type Holder, type SubnetFact, type SubnetState, touches, vipHolder } from '@holdfast/ipam';
import type { ProjectorLedger } from '@holdfast/ledger';
import type { Due } from '@holdfast/projection';
import {
  annotationOf,
  isSameButVersion,
  type KubernetesObject,
  RETENTION_ANNOTATION,
  VIP_ANNOTATION,
} from '@holdfast/kube-api';
import { type LedgerIndex, type HeldPlace, vipConcerned } from '../context/ledger-index';
import {
  type IdentityRules,
  ownerBehind,
  type OwnerName,
  ownerNameOf,
  ownerOfPod,
} from '../request/pod-identity';
import type { NicRejections } from '../context/nic-rejections';
import { podKeyOf } from './pod-reconciler';
import type { ReservationEnds } from '../ending/reservation-ends';

export interface PodTriggersOptions {
  readonly ledger: ProjectorLedger;
  readonly index: LedgerIndex;
  readonly rejections: NicRejections;
  readonly rules: IdentityRules;
  readonly ends: Pick<ReservationEnds, 'dueInMs'>;
  /** What is due later than the next resync is left to that. */
  readonly resyncEveryMs: number;
}

export const ownerKeyOf = (owner: OwnerName): string => `owners/${owner}`;
export const placeKeyOf = ({ subnet, holder }: HeldPlace): string => `held/${subnet}/${holder}`;

export class PodTriggers {
  private readonly byVip = new Map<string, Set<string>>();
  private readonly byOwner = new Map<OwnerName, Set<string>>();
  private readonly byNamespace = new Map<string, Set<string>>();

  constructor(private readonly options: PodTriggersOptions) {}

  ofPod(now: KubernetesObject | undefined, before: KubernetesObject | undefined): Due[] {
    if (isSameButVersion(now, before)) return [];
    const key = podKeyOf((now ?? (before as KubernetesObject)).metadata);
    if (before) this.enter(before, key, false);
    if (now) this.enter(now, key, true);
    return [{ key, isNews: true }];
  }

  ofOwner(owner: OwnerName, now: KubernetesObject | undefined, before: KubernetesObject | undefined): Due[] {
    const own = { key: ownerKeyOf(owner), isNews: true };
    // A StatefulSet's status and size change all the time, and are nothing to the Pods that it has.
    const retentions = [now, before].map((it) => it?.metadata.annotations?.[RETENTION_ANNOTATION]);
    const isOfPods = owner.startsWith('vm/') || retentions[0] !== retentions[1];
    return [own, ...(isOfPods ? newsOf(this.byOwner, owner) : [])];
  }

  ofNamespace(name: string): Due[] {
    return newsOf(this.byNamespace, name);
  }

  ofAllPods(): Due[] {
    return [...this.byNamespace.keys()].flatMap((namespace) => newsOf(this.byNamespace, namespace));
  }

  ofFact(fact: SubnetFact): Due[] {
    const { rejections, index } = this.options;
    const { subnet } = fact;
    const touched = touches(fact.event);
    const { definition, holder, continues, takes, gives, user, use } = touched;
    index.apply(subnet, touched);
    const due: Due[] = rejections.allowUnblockedBy(fact).map((key) => ({ key }));
    if (definition) return [...due, ...this.ofAllPods()];
    const vip = vipConcerned(touched);
    if (vip !== undefined) due.push(...this.ofVip(subnet, vip));
    if (user) due.push(...ofObjects([user.object]));
    if (holder === undefined) return due;
    const isAnothers = continues !== undefined;
    // A Vip's users are among those whom the Vip concerns.
    if (vip === undefined && ((takes && gives) || isAnothers)) due.push(...this.ofUsers({ subnet, holder }));
    if (use === 'kept' || isAnothers) due.push(...this.ofRetained({ subnet, holder }));
    if (isAnothers) due.push(...ofOwnerBehind(continues));
    return due;
  }

  /** Pods, Pods that only the ledger knows, owners, and what is kept for a time. */
  all(): Due[] {
    const { index, ledger } = this.options;
    const keys = new Set<string>();
    for (const pods of this.byNamespace.values()) for (const key of pods) keys.add(key);
    for (const object of index.objects()) if (isPod(object)) keys.add(keyOfObject(object));
    for (const owner of index.owners()) keys.add(ownerKeyOf(owner));
    const due: Due[] = [...keys].map((key) => ({ key }));
    for (const state of ledger.view.subnets())
      for (const holder of state.byHolder.keys()) due.push(...this.ofEnd(state, holder));
    return due;
  }

  private ofEnd(state: SubnetState, holder: Holder): Due[] {
    const { ends, resyncEveryMs } = this.options;
    const delayMs = ends.dueInMs(state, holder);
    if (delayMs === undefined || delayMs > resyncEveryMs) return [];
    return [{ key: placeKeyOf({ subnet: state.name, holder }), delayMs }];
  }

  /** The owner may have gone while its last Pod was being detached. */
  private ofRetained({ subnet, holder }: HeldPlace): Due[] {
    const state = this.options.ledger.view.subnet(subnet);
    if (!state) return [];
    const owner = state.users.of(holder)?.retained?.owner ?? holder;
    return [...this.ofEnd(state, holder), ...ofOwnerBehind(owner)];
  }

  private ofVip(subnet: string, name: string): Due[] {
    for (const key of this.byVip.get(name) ?? []) this.options.rejections.allowRetry(key);
    return [...newsOf(this.byVip, name), ...this.ofUsers({ subnet, holder: vipHolder(name) })];
  }

  private ofUsers({ subnet, holder }: HeldPlace): Due[] {
    const users = this.options.ledger.view.subnet(subnet)?.users.usersOf(holder) ?? [];
    return ofObjects(users.map(({ object }) => object));
  }

  private enter(pod: KubernetesObject, key: string, isThere: boolean): void {
    const owner = ownerOfPod(pod, this.options.rules);
    put(this.byNamespace, pod.metadata.namespace ?? '', key, isThere);
    put(this.byVip, annotationOf(pod, VIP_ANNOTATION), key, isThere);
    if (owner) put(this.byOwner, ownerNameOf(owner), key, isThere);
  }
}

const isPod = (object: string): boolean => object.startsWith('pod/');
const keyOfObject = (object: string): string => `pods/${object.slice('pod/'.length)}`;
const ofObjects = (objects: readonly string[]): Due[] =>
  objects.filter(isPod).map((object) => ({ key: keyOfObject(object) }));

function ofOwnerBehind(holder: Holder): Due[] {
  const owner = ownerBehind(holder);
  return owner ? [{ key: ownerKeyOf(ownerNameOf(owner)) }] : [];
}

const newsOf = (index: ReadonlyMap<string, ReadonlySet<string>>, name: string): Due[] =>
  [...(index.get(name) ?? [])].map((key) => ({ key, isNews: true }));

function put(index: Map<string, Set<string>>, name: string, key: string, isThere: boolean): void {
  if (name === '') return;
  const keys = index.get(name) ?? new Set<string>();
  if (isThere) index.set(name, keys.add(key));
  else if (keys.delete(key) && keys.size === 0) index.delete(name);
}
