// What etcd is to kube-apiserver: objects by key, one revision for all, and a history that is forgotten after a while.
import type { StoredObject } from '../definitions/stored-object';
import { type ResourceType, typeId } from '../definitions/resource-type';

export interface Revision {
  readonly revision: number;
  readonly type: string;
  readonly change: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
  readonly before: StoredObject | undefined;
}

/** Of the history: a watch from before that is told 410, as by kube-apiserver's watch cache. */
const HISTORY_MAX = 1_000;

export class ObjectStore {
  private current = 1;
  /** A watch may start from here or later. */
  private oldest = 1;
  private history: Revision[] = [];
  private readonly byType = new Map<string, Map<string, StoredObject>>();
  private readonly listeners = new Set<(revision: Revision) => void>();

  get revision(): number {
    return this.current;
  }

  get oldestRevision(): number {
    return this.oldest;
  }

  get(type: ResourceType, namespace: string | undefined, name: string): StoredObject | undefined {
    return this.byType.get(typeId(type))?.get(storeKey(namespace, name));
  }

  /** In order of namespace, then name. */
  list(type: ResourceType, namespace?: string): StoredObject[] {
    const objects = [...(this.byType.get(typeId(type)) ?? new Map<string, StoredObject>()).entries()];
    return objects
      .filter(([, object]) => namespace === undefined || object.metadata.namespace === namespace)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  /** Stores the object under a new resourceVersion, and returns it so. */
  put(type: ResourceType, object: StoredObject): StoredObject {
    const before = this.get(type, object.metadata.namespace, object.metadata.name);
    const stored = this.numbered(object);
    const objects = this.byType.get(typeId(type)) ?? new Map<string, StoredObject>();
    objects.set(storeKey(stored.metadata.namespace, stored.metadata.name), stored);
    this.byType.set(typeId(type), objects);
    this.record(type, before ? 'MODIFIED' : 'ADDED', stored, before);
    return stored;
  }

  remove(type: ResourceType, object: StoredObject): StoredObject {
    const { namespace, name } = object.metadata;
    this.byType.get(typeId(type))?.delete(storeKey(namespace, name));
    const last = this.numbered(object);
    this.record(type, 'DELETED', last, object);
    return last;
  }

  /** Everything after `revision`, or undefined when that is no longer known. */
  since(revision: number): readonly Revision[] | undefined {
    if (revision < this.oldest) return undefined;
    return this.history.filter((entry) => entry.revision > revision);
  }

  onRevision(listener: (revision: Revision) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets the history: whoever asks from an earlier revision is told 410. */
  compact(): void {
    this.history = [];
    this.oldest = this.current;
  }

  private numbered(object: StoredObject): StoredObject {
    this.current += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.current) } };
  }

  private record(
    type: ResourceType,
    change: Revision['change'],
    object: StoredObject,
    before: StoredObject | undefined,
  ): void {
    const revision = { revision: this.current, type: typeId(type), change, object, before };
    this.history.push(revision);
    if (this.history.length > HISTORY_MAX) this.oldest = this.history.shift()?.revision ?? this.oldest;
    for (const listener of [...this.listeners]) listener(revision);
  }
}

/** Sorts by namespace, then name: the separator is below every character of a name. */
function storeKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}\u0000${name}`;
}
