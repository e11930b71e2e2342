// What makes which key due: a change of an object, a fact, a Pod, the slow clock. It keeps the indexes by which one
// change finds the few whom it concerns; what they do in their turn is not its business.
import { isDeepStrictEqual } from 'node:util';
import {
  holderParts,
  isVipHolder,
  isVipUse,
  type SubnetEvent,
  type SubnetFact,
  type VipUseEvent,
} from '@holdfast/ipam';
import type { Following } from '../kubernetes-api';
import type { KubernetesObject } from '../kubernetes-object';
import { IP_POOLS, type Resource, SWITCH_LB_RULES, VIPS } from '../resource';
import { type DueKey, dueKeyOf, parentsKey, poolKey, ruleKey, subnetKey, vipKey } from './due-key';
import type { Differences } from './differences';
import type { DueQueue } from './due-queue';
import { reliefOf } from './helping-facts';
import type { Ledger } from './ledger';
import type { ObjectWriter } from './object-writer';
import { PodsByVip } from './pods/pods-by-vip';
import { SelectedPods } from './pods/selected-pods';
import { namesOfHeldPools } from './pools/held-pools';
import { PoolsBySubnet } from './pools/pools-by-subnet';
import type { Refusals } from './refusals';
import { namesOfHeldRules } from './rules/held-rules';
import { RulesByVip } from './rules/rules-by-vip';
import { COUNTS_EVERY_MS } from './subnet-reconciler';

/** Another who writes the same status would answer each of our writes with one of theirs; this often is enough. */
const RIVAL_REST_MS = 1_000;
/** A Vip's status follows its users at most this often: they come and go by the hundred. */
const USES_EVERY_MS = 1_000;
/** A rule's Pods change several at a time; what comes within this time becomes one order. */
const BACKENDS_SETTLE_MS = 100;

export interface DueMarksOptions {
  readonly ledger: Ledger;
  readonly queue: Pick<DueQueue, 'mark'>;
  readonly writer: ObjectWriter;
  readonly refusals: Refusals;
  readonly differences: Pick<Differences, 'begin' | 'over'>;
}

export class DueMarks {
  readonly podsByVip = new PodsByVip();
  readonly selectedPods = new SelectedPods();
  readonly poolsBySubnet = new PoolsBySubnet();
  private readonly rulesByVip = new RulesByVip();

  constructor(private readonly options: DueMarksOptions) {}

  objectChanged(
    resource: Resource,
    name: string,
    now: KubernetesObject | undefined,
    before: KubernetesObject | undefined,
  ): void {
    const { queue, writer, differences } = this.options;
    const key = dueKeyOf(resource, name);
    const isEcho = writer.seen(key, now);
    const isNews = asksForSomethingNew(now, before);
    queue.mark(key, isEcho || isNews ? 0 : RIVAL_REST_MS, isNews);
    if (!isNews) return;
    if (!isEcho && !writer.isWriting(key)) differences.over(key);
    if (resource === SWITCH_LB_RULES) this.rulesByVip.changed(name, now);
    if (resource === IP_POOLS) this.poolsBySubnet.changed(name, now);
    // What its object asks for decides whether somebody new is let in.
    if (resource === VIPS && this.podsByVip.isNamed(name)) queue.mark(parentsKey(name), 0, true);
  }

  /** Somebody said that the object is gone for good. */
  vanished(resource: Resource, name: string): void {
    this.options.queue.mark(dueKeyOf(resource, name), 0, true);
  }

  podChanged(now: KubernetesObject | undefined, before: KubernetesObject | undefined): void {
    const { queue, differences } = this.options;
    for (const vip of this.podsByVip.changed(now, before)) {
      differences.over(parentsKey(vip));
      queue.mark(parentsKey(vip), 0, true);
    }
    for (const rule of this.selectedPods.podChanged(now, before))
      queue.mark(ruleKey(rule), BACKENDS_SETTLE_MS, true);
  }

  factCame(fact: SubnetFact): void {
    const { queue, writer, refusals } = this.options;
    const { event } = fact;
    for (const key of refusals.wakeHelped(fact)) queue.mark(key);
    this.wakeRules(event);
    // Who uses a Vip is nothing that a Subnet's counts tell of.
    if (isVipUse(event)) return this.useChanged(event);
    if ('name' in event) this.vipChanged(event.name);
    if ('holder' in event && isVipHolder(event.holder)) this.statusChanged(holderParts(event.holder).name);
    const key = subnetKey(fact.subnet);
    this.options.differences.over(key);
    const isDefinition = reliefOf(event)?.is === 'definition';
    queue.mark(key, isDefinition ? 0 : writer.statusRestMs(key, COUNTS_EVERY_MS));
  }

  /** Subnets first, so that their Vips find them. What the ledger holds for objects that are gone is due as well. */
  markAll(followings: Readonly<Record<'vips' | 'subnets' | 'rules' | 'pools', Following>>): void {
    const { ledger } = this.options;
    const { view } = ledger;
    for (const { metadata } of followings.subnets.objects()) this.compare(subnetKey(metadata.name));
    for (const { name } of view.subnets())
      if (view.ownerOfSubnet(name)?.kind === 'KubernetesObject') this.compare(subnetKey(name));
    for (const { metadata } of followings.pools.objects()) this.compare(poolKey(metadata.name));
    for (const name of namesOfHeldPools(view)) this.compare(poolKey(name));
    for (const { metadata } of followings.vips.objects()) this.compare(vipKey(metadata.name));
    for (const { metadata } of followings.rules.objects()) this.compare(ruleKey(metadata.name));
    for (const { name } of view.vips())
      if (view.ownerOfVip(name)?.kind === 'KubernetesObject') this.compare(vipKey(name));
    this.markUses();
  }

  /** Parents and backends: what needs the whole list of Pods, or of rules. */
  private markUses(): void {
    const { ledger } = this.options;
    for (const name of this.podsByVip.vips()) this.compare(parentsKey(name));
    for (const { name, subnet } of ledger.view.vips())
      if (subnet.uses.parentCount(name) > 0) this.compare(parentsKey(name));
    for (const name of namesOfHeldRules(ledger.view)) this.compare(ruleKey(name));
  }

  private compare(key: DueKey): void {
    this.options.differences.begin(key);
    this.options.queue.mark(key);
  }

  private vipChanged(name: string): void {
    const { queue, refusals, ledger } = this.options;
    const key = vipKey(name);
    this.options.differences.over(key);
    refusals.wake(key);
    queue.mark(key);
    const parents = ledger.view.vip(name)?.subnet.uses.parentCount(name) ?? 0;
    if (parents > 0 || this.podsByVip.isNamed(name)) queue.mark(parentsKey(name));
  }

  private statusChanged(vip: string): void {
    const { queue, writer } = this.options;
    const key = vipKey(vip);
    this.options.differences.over(key);
    queue.mark(key, writer.statusRestMs(key, USES_EVERY_MS));
  }

  private useChanged(event: VipUseEvent): void {
    const { queue } = this.options;
    this.statusChanged(event.vip);
    if ('rule' in event) queue.mark(ruleKey(event.rule));
    else queue.mark(parentsKey(event.vip));
  }

  private wakeRules(event: SubnetEvent): void {
    const { queue, refusals } = this.options;
    for (const rule of this.rulesByVip.concernedBy(event)) {
      refusals.wake(ruleKey(rule));
      queue.mark(ruleKey(rule));
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
