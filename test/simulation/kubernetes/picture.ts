// What is in the cluster now, and whatever changes as it changes: for those who play a part in it, and for checkers.
// Objects are the server's own; nobody may change them.
import { keyOf, type KubernetesObject, type Resource } from '@holdfast/kube-api';
import type { SandboxCluster } from '@holdfast/kube-api/testing';

export interface PictureChange {
  /** `pods.`, `statefulsets.apps`: as the server tells kinds apart. */
  readonly kind: string;
  readonly key: string;
  readonly now: KubernetesObject | undefined;
  readonly before: KubernetesObject | undefined;
}

const NONE: ReadonlyMap<string, KubernetesObject> = new Map();

export class Picture {
  private readonly kinds = new Map<string, Map<string, KubernetesObject>>();
  private readonly listeners = new Set<(change: PictureChange) => void>();

  constructor({ store }: SandboxCluster) {
    store.onRevision(({ type, change, object, before }) => {
      const now = change === 'DELETED' ? undefined : (object as unknown as KubernetesObject);
      const key = keyOf(object.metadata);
      const kind = this.kinds.get(type) ?? new Map<string, KubernetesObject>();
      this.kinds.set(type, kind);
      if (now) kind.set(key, now);
      else kind.delete(key);
      const changed = { kind: type, key, now, before: before as unknown as KubernetesObject | undefined };
      for (const listener of this.listeners) listener(changed);
    });
  }

  onChange(listener: (change: PictureChange) => void): void {
    this.listeners.add(listener);
  }

  of(resource: Resource): ReadonlyMap<string, KubernetesObject> {
    return this.kinds.get(objectKindOf(resource)) ?? NONE;
  }

  all(resource: Resource): KubernetesObject[] {
    return [...this.of(resource).values()];
  }
}

export const objectKindOf = ({ plural, group }: Resource): string => `${plural}.${group}`;

/** For people who read a trace. */
export function describeChange({ kind, key, now, before }: PictureChange): string {
  const { metadata, status } = (now ?? before) as KubernetesObject;
  const said = [metadata.uid.slice(0, 8), status?.['phase'], metadata.deletionTimestamp && 'deleting'];
  const how = now ? (before ? 'changes' : 'comes') : 'goes';
  return `${kind} ${key} ${how} ${said.filter(Boolean).join(' ')}`;
}
