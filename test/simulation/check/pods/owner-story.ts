// Which objects owned what, and when: whether a StatefulSet has wanted an ordinal, or a machine has been there, all the
// time since some moment.
import type { KubernetesObject } from '@holdfast/kube-api';
import { INSTANCES, MACHINES, STATEFUL_SETS } from '../../kubernetes/cluster';
import { type PictureChange, type Picture, objectKindOf } from '../../kubernetes/picture';
import { isDeleting, ordinalsOf } from '../../kubernetes/workloads/pods';

interface OwnerChange {
  readonly atMs: number;
  readonly uid: string | undefined;
  readonly start: number;
  readonly end: number;
}

const GONE = { uid: undefined, start: 0, end: 0 };

export class OwnerStory {
  /** By `statefulset/apps/red`. */
  private readonly changes = new Map<string, OwnerChange[]>();

  constructor(
    private readonly picture: Picture,
    private readonly nowMs: () => number,
  ) {
    picture.onChange((change) => this.changed(change));
  }

  /** @param owner `statefulset/apps/red/1`, `vm/apps/db` */
  wasDesiredSince(owner: string, sinceMs: number): boolean {
    const [kind, namespace, name, ordinal = '0'] = owner.split('/');
    const changes = this.changes.get(`${kind}/${namespace}/${name}`) ?? [];
    const isDesired = ({ uid, start, end }: Omit<OwnerChange, 'atMs'>): boolean =>
      uid !== undefined && (kind === 'vm' || (Number(ordinal) >= start && Number(ordinal) < end));
    const since = changes.filter((_, at) => (changes[at + 1]?.atMs ?? Infinity) >= sinceMs);
    const isOne = new Set(since.map(({ uid }) => uid)).size === 1;
    const wasThere = (since[0]?.atMs ?? Infinity) <= sinceMs;
    return wasThere && isOne && since.every(isDesired);
  }

  private changed({ kind, key, now }: PictureChange): void {
    if (kind === objectKindOf(STATEFUL_SETS)) {
      const there = now && !isDeleting(now);
      this.add(`statefulset/${key}`, there ? { uid: now.metadata.uid, ...ordinalsOf(now) } : GONE);
    }
    if (kind !== objectKindOf(MACHINES) && kind !== objectKindOf(INSTANCES)) return;
    // Either of the two is enough; which of them does not matter.
    const staying = [MACHINES, INSTANCES].some((resource) => isStaying(this.picture.of(resource).get(key)));
    this.add(`vm/${key}`, staying ? { ...GONE, uid: 'there' } : GONE);
  }

  private add(owner: string, change: Omit<OwnerChange, 'atMs'>): void {
    const changes = this.changes.get(owner) ?? [];
    this.changes.set(owner, changes);
    const last = changes.at(-1);
    if (last?.uid === change.uid && last?.start === change.start && last?.end === change.end) return;
    changes.push({ ...change, atMs: this.nowMs() });
  }
}

const isStaying = (object: KubernetesObject | undefined): boolean =>
  object !== undefined && !isDeleting(object);
