// Which Pods name which Vip, so that neither's change costs a look at all the others; and who ceased to, until somebody
// has drawn the conclusion. Fed by the watch of Pods; it decides nothing.
import { isDeepStrictEqual } from 'node:util';
import { keyOf, type KubernetesObject, type ObjectKey, trimPod, vipsNamedBy } from '@holdfast/kube-api';

/** A Vip has at most so many parents (libs/ipam, PARENTS_MAX): of more Pods nobody needs to know why they left. */
const DEPARTED_MAX = 256;

/** A Pod that names the Vip no more, as it last was. */
export interface Departure {
  readonly pod: KubernetesObject;
  readonly reason: 'Pod deleted' | 'annotation removed';
}

const NOBODY: ReadonlyMap<ObjectKey, never> = new Map<ObjectKey, never>();

export class PodsByVip {
  private readonly naming = new Map<string, Map<ObjectKey, KubernetesObject>>();
  private readonly departed = new Map<string, Map<ObjectKey, Departure>>();

  /** Returns the Vips for which this may change something. */
  changed(now: KubernetesObject | undefined, before: KubernetesObject | undefined): string[] {
    const [named, unnamed] = [vipsNamedBy(now), vipsNamedBy(before)];
    if (named.length + unnamed.length === 0) return [];
    const key = keyOf((now ?? (before as KubernetesObject)).metadata);
    for (const vip of unnamed) if (!named.includes(vip)) this.leave(vip, key, now, before);
    for (const vip of named) this.enter(vip, key, now as KubernetesObject);
    return isSame(now, before) ? [] : [...new Set([...named, ...unnamed])];
  }

  /** In the order of their names. */
  podsNaming(vip: string): KubernetesObject[] {
    const pods = [...(this.naming.get(vip) ?? NOBODY)];
    return pods.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pod]) => pod);
  }

  vips(): Iterable<string> {
    return this.naming.keys();
  }

  isNamed(vip: string): boolean {
    return this.naming.has(vip);
  }

  departures(vip: string): Departure[] {
    return [...(this.departed.get(vip) ?? NOBODY).values()];
  }

  /** What was told of those who left was drawn the conclusion from. */
  forgetDepartures(vip: string, seen: readonly Departure[]): void {
    const departed = this.departed.get(vip);
    for (const departure of seen) {
      const key = keyOf(departure.pod.metadata);
      if (departed?.get(key) === departure) departed.delete(key);
    }
    if (departed?.size === 0) this.departed.delete(vip);
  }

  private enter(vip: string, key: ObjectKey, pod: KubernetesObject): void {
    const pods = this.naming.get(vip) ?? new Map<ObjectKey, KubernetesObject>();
    this.naming.set(vip, pods.set(key, pod));
    const departed = this.departed.get(vip);
    departed?.delete(key);
    if (departed?.size === 0) this.departed.delete(vip);
  }

  private leave(
    vip: string,
    key: ObjectKey,
    now: KubernetesObject | undefined,
    before: KubernetesObject | undefined,
  ): void {
    const pods = this.naming.get(vip);
    pods?.delete(key);
    if (pods?.size === 0) this.naming.delete(vip);
    const departed = this.departed.get(vip) ?? new Map<ObjectKey, Departure>();
    const reason = now ? 'annotation removed' : 'Pod deleted';
    departed.set(key, { pod: now ?? (before as KubernetesObject), reason });
    const [oldest] = departed.keys();
    if (departed.size > DEPARTED_MAX && oldest !== undefined) departed.delete(oldest);
    this.departed.set(vip, departed);
  }
}

/** Most of what happens to a Pod leaves what is read of it here as it was. */
function isSame(now: KubernetesObject | undefined, before: KubernetesObject | undefined): boolean {
  if (!now || !before) return false;
  const versionless = (pod: KubernetesObject): unknown => {
    const { metadata, ...rest } = trimPod(pod);
    return [{ ...metadata, resourceVersion: '' }, rest];
  };
  return isDeepStrictEqual(versionless(now), versionless(before));
}
