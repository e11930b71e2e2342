// The local copy of all objects of a kind. It decides what counts as a change; it knows nothing of how it is fed.
import {
  keyOf,
  type KubernetesObject,
  type ObjectKey,
  type ObjectRef,
  objectRefOf,
} from '../port/kubernetes-object';

export type Report = (
  ref: ObjectRef,
  now: KubernetesObject | undefined,
  before: KubernetesObject | undefined,
) => void;

export class ObjectReplica {
  private readonly held = new Map<ObjectKey, KubernetesObject>();

  constructor(private readonly report: Report) {}

  get(ref: ObjectRef): KubernetesObject | undefined {
    return this.held.get(keyOf(ref));
  }

  objects(): IterableIterator<KubernetesObject> {
    return this.held.values();
  }

  /** Takes a whole list for the truth: what it lacks is gone. */
  replace(objects: readonly KubernetesObject[]): void {
    const listed = new Set(objects.map((object) => keyOf(object.metadata)));
    for (const [key, object] of [...this.held]) if (!listed.has(key)) this.remove(object);
    for (const object of objects) this.put(object);
  }

  put(object: KubernetesObject): void {
    const key = keyOf(object.metadata);
    let before = this.held.get(key);
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    if (before && before.metadata.uid !== object.metadata.uid) {
      this.remove(before);
      before = undefined;
    }
    this.held.set(key, object);
    this.report(objectRefOf(object), object, before);
  }

  /** The last state seen is reported as `before`; an object never seen was never reported and needs no report. */
  remove(object: KubernetesObject): void {
    const key = keyOf(object.metadata);
    const before = this.held.get(key);
    if (!before) return;
    this.held.delete(key);
    this.report(objectRefOf(before), undefined, before);
  }
}
