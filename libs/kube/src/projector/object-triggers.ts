// What makes which key due: a change of an object, a fact, a Pod, the slow clock. It keeps the indexes by which one change finds
// the few whom it concerns; how they are reconciled is not its business.
import { isDeepStrictEqual } from 'node:util';
import { type SubnetEvent, type SubnetFact, touches } from '@holdfast/ipam';
import {
  type Following,
  IP_POOLS,
  type KubernetesObject,
  type Resource,
  SWITCH_LB_RULES,
  VIPS,
} from '@holdfast/kube-api';
import { type ActiveRejections, type Due, type DueKey } from '@holdfast/projection';
import { dueKeyOf, parentsKey, poolKey, ruleKey, subnetKey, vipKey } from '../object/due-key';
import type { ProjectorLedger } from '@holdfast/ledger';
import type { ObjectWriter } from '../object/object-writer';
import { PodsByVip } from '../parent/pods-by-vip';
import { SelectedPods } from '../rule/selected-pods';
import { namesOfHeldPools } from '../pool/held-pools';
import { PoolsBySubnet } from '../pool/pools-by-subnet';
import { namesOfHeldRules } from '../rule/held-rules';
import { RulesByVip } from '../rule/rules-by-vip';
import { COUNTS_EVERY_MS } from '../subnet/subnet-reconciler';

/** Another who writes the same status would answer each of our writes with one of theirs; this often is enough. */
const RIVAL_REST_MS = 1_000;
/** A Vip's status follows its users at most this often: they come and go by the hundred. */
const USES_EVERY_MS = 1_000;
/** A rule's Pods change several at a time; what comes within this time becomes one command. */
const BACKENDS_SETTLE_MS = 100;

export interface ObjectTriggersOptions {
  readonly ledger: ProjectorLedger;
  readonly writer: ObjectWriter;
  readonly rejections: ActiveRejections;
  /** Something tells of the key in time. */
  readonly endResync: (key: DueKey) => void;
}

export class ObjectTriggers {
  readonly podsByVip = new PodsByVip();
  readonly selectedPods = new SelectedPods();
  readonly poolsBySubnet = new PoolsBySubnet();
  private readonly rulesByVip = new RulesByVip();

  constructor(private readonly options: ObjectTriggersOptions) {}

  ofObject(
    resource: Resource,
    name: string,
    now: KubernetesObject | undefined,
    before: KubernetesObject | undefined,
  ): Due[] {
    const { writer, endResync } = this.options;
    const key = dueKeyOf(resource, name);
    const isEcho = writer.seen(key, now);
    const isNews = isOtherRequest(now, before);
    const due: Due[] = [{ key, delayMs: isEcho || isNews ? 0 : RIVAL_REST_MS, isNews }];
    if (!isNews) return due;
    if (!isEcho && !writer.isWriting(key)) endResync(key);
    if (resource === SWITCH_LB_RULES) this.rulesByVip.changed(name, now);
    if (resource === IP_POOLS) this.poolsBySubnet.changed(name, now);
    // What its object asks for decides whether somebody new is let in.
    if (resource === VIPS && this.podsByVip.isNamed(name)) due.push({ key: parentsKey(name), isNews: true });
    return due;
  }

  /** Somebody said that the object is gone for good. */
  ofVanished(resource: Resource, name: string): Due {
    return { key: dueKeyOf(resource, name), isNews: true };
  }

  ofPod(now: KubernetesObject | undefined, before: KubernetesObject | undefined): Due[] {
    const vips = this.podsByVip.changed(now, before).map(parentsKey);
    for (const key of vips) this.options.endResync(key);
    const rules = this.selectedPods.podChanged(now, before).map(ruleKey);
    return [
      ...vips.map((key) => ({ key, isNews: true })),
      ...rules.map((key) => ({ key, delayMs: BACKENDS_SETTLE_MS, isNews: true })),
    ];
  }

  ofFact(fact: SubnetFact): Due[] {
    const { writer, rejections, endResync } = this.options;
    const { event } = fact;
    const due: Due[] = rejections.allowUnblockedBy(fact).map((key) => ({ key }));
    due.push(...this.ofRules(event));
    const { definition, holder, vip, takes, gives, parent, rule } = touches(event);
    // What stands before a Vip is nothing that a Subnet's counts tell of.
    if (vip !== undefined && rule !== undefined)
      return [...due, this.ofVipStatus(vip), { key: ruleKey(rule) }];
    if (vip !== undefined && parent !== undefined)
      return [...due, this.ofVipStatus(vip), { key: parentsKey(vip) }];
    const isOfUsers = holder !== undefined && !takes && !gives;
    if (vip !== undefined) due.push(...(isOfUsers ? [this.ofVipStatus(vip)] : this.ofVip(vip)));
    const key = subnetKey(fact.subnet);
    endResync(key);
    return [...due, { key, delayMs: definition ? 0 : writer.statusRestMs(key, COUNTS_EVERY_MS) }];
  }

  /** Subnets first, so that their Vips find them. What the ledger holds for objects that are gone is due as well. */
  *all(followings: Readonly<Record<'vips' | 'subnets' | 'rules' | 'pools', Following>>): Generator<Due> {
    const { view } = this.options.ledger;
    for (const { metadata } of followings.subnets.objects()) yield { key: subnetKey(metadata.name) };
    for (const { name } of view.subnets())
      if (view.ownerOfSubnet(name)?.kind === 'KubernetesObject') yield { key: subnetKey(name) };
    for (const { metadata } of followings.pools.objects()) yield { key: poolKey(metadata.name) };
    for (const name of namesOfHeldPools(view)) yield { key: poolKey(name) };
    for (const { metadata } of followings.vips.objects()) yield { key: vipKey(metadata.name) };
    for (const { metadata } of followings.rules.objects()) yield { key: ruleKey(metadata.name) };
    for (const { name } of view.vips())
      if (view.ownerOfVip(name)?.kind === 'KubernetesObject') yield { key: vipKey(name) };
    yield* this.allUses();
  }

  /** Parents and backends: what needs the whole list of Pods, or of rules. */
  private *allUses(): Generator<Due> {
    const { view } = this.options.ledger;
    for (const name of this.podsByVip.vips()) yield { key: parentsKey(name) };
    for (const { name, subnet } of view.vips())
      if (subnet.uses.parentCount(name) > 0) yield { key: parentsKey(name) };
    for (const name of namesOfHeldRules(view)) yield { key: ruleKey(name) };
  }

  private ofVip(name: string): Due[] {
    const { rejections, ledger, endResync } = this.options;
    const key = vipKey(name);
    endResync(key);
    rejections.allowRetry(key);
    const parents = ledger.view.vip(name)?.subnet.uses.parentCount(name) ?? 0;
    const hasParents = parents > 0 || this.podsByVip.isNamed(name);
    return [{ key }, ...(hasParents ? [{ key: parentsKey(name) }] : [])];
  }

  private ofVipStatus(vip: string): Due {
    const { writer, endResync } = this.options;
    const key = vipKey(vip);
    endResync(key);
    return { key, delayMs: writer.statusRestMs(key, USES_EVERY_MS) };
  }

  private ofRules(event: SubnetEvent): Due[] {
    const keys = [...this.rulesByVip.concernedBy(event)].map(ruleKey);
    for (const key of keys) this.options.rejections.allowRetry(key);
    return keys.map((key) => ({ key }));
  }
}

/** Whether anything but the status, or what is nothing to us, has changed. */
function isOtherRequest(now: KubernetesObject | undefined, before: KubernetesObject | undefined): boolean {
  const requestOf = ({ spec, metadata }: KubernetesObject): unknown => {
    const { annotations, labels, finalizers, deletionTimestamp } = metadata;
    return [spec, annotations, labels, finalizers, deletionTimestamp];
  };
  return !now || !before || !isDeepStrictEqual(requestOf(now), requestOf(before));
}
