// Which Pods the selectors of rules have, kept up with each Pod's change, so that neither a Pod's event nor a rule's reconcile
// looks at all Pods. A rule whose selector changes looks at those of its namespace, once.
import { isDeepStrictEqual } from 'node:util';
import {
  type Address,
  formatAddress,
  type LabelSelector,
  matchesLabels,
  parseLabelSelector,
} from '@holdfast/ipam';
import { addressesOfPod, isServing, keyOf, type KubernetesObject, type ObjectKey } from '@holdfast/kube-api';

interface Selection {
  readonly namespace: string;
  readonly entries: readonly string[];
  readonly selector: LabelSelector;
  /** Those that serve: what each adds to the backends. */
  readonly serving: Map<ObjectKey, readonly Address[]>;
}

const NO_PODS: ReadonlyMap<ObjectKey, KubernetesObject> = new Map();

export class SelectedPods {
  private readonly podsOf = new Map<string, Map<ObjectKey, KubernetesObject>>();
  private readonly selections = new Map<string, Selection>();
  private readonly rulesOf = new Map<string, Set<string>>();

  /** Returns the rules whose backends this changes. */
  podChanged(now: KubernetesObject | undefined, before: KubernetesObject | undefined): string[] {
    const { metadata } = now ?? (before as KubernetesObject);
    const [key, namespace] = [keyOf(metadata), metadata.namespace ?? ''];
    const pods = this.podsOf.get(namespace) ?? new Map<ObjectKey, KubernetesObject>();
    if (now) this.podsOf.set(namespace, pods.set(key, now));
    else pods.delete(key);
    if (pods.size === 0) this.podsOf.delete(namespace);
    return [...(this.rulesOf.get(namespace) ?? [])].filter((rule) => this.update(rule, key, now));
  }

  /** What the rule selects from now on; the entries have been read before. */
  select(rule: string, namespace: string, entries: readonly string[]): void {
    const known = this.selections.get(rule);
    if (known?.namespace === namespace && isDeepStrictEqual(known.entries, entries)) return;
    this.drop(rule);
    const { selector } = parseLabelSelector(entries);
    if (!selector) return;
    this.selections.set(rule, { namespace, entries, selector, serving: new Map() });
    this.rulesOf.set(namespace, (this.rulesOf.get(namespace) ?? new Set()).add(rule));
    for (const [key, pod] of this.podsOf.get(namespace) ?? NO_PODS) this.update(rule, key, pod);
  }

  drop(rule: string): void {
    const known = this.selections.get(rule);
    if (!known) return;
    this.selections.delete(rule);
    const rules = this.rulesOf.get(known.namespace);
    rules?.delete(rule);
    if (rules?.size === 0) this.rulesOf.delete(known.namespace);
  }

  /** Of the Pods that it selects and that serve: each address once, in no order. */
  addressesOf(rule: string): Address[] {
    const serving = this.selections.get(rule)?.serving.values() ?? [];
    return [...new Set([...serving].flat())];
  }

  /** Whether the Pod adds something else to the rule's backends than it did. */
  private update(rule: string, key: ObjectKey, pod: KubernetesObject | undefined): boolean {
    const { selector, serving } = this.selections.get(rule) as Selection;
    const isIn = pod && isServing(pod) && matchesLabels(selector, pod.metadata.labels ?? {});
    const adds = isIn ? addressesOfPod(pod) : [];
    const added = serving.get(key) ?? [];
    if (adds.length > 0) serving.set(key, adds);
    else serving.delete(key);
    return adds.map(formatAddress).join() !== added.map(formatAddress).join();
  }
}
