// The objects that own addresses: StatefulSets, virtual machines and their instances. Each kind is followed from when
// the first of its Pods, or of its holders, is seen: a cluster without KubeVirt is never asked for it.
import type { Evidence } from '@holdfast/ipam';
import {
  type Following,
  isSameButVersion,
  keyOf,
  type KubernetesApi,
  type KubernetesFault,
  type KubernetesObject,
  type ObjectRef,
  only,
  type Resource,
  RETENTION_ANNOTATION,
} from '@holdfast/kube-api';
import { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from './machine-resources';
import { type Owner, type OwnerName, ownerNameOf } from '../request/pod-identity';

/** Owners whose end was seen; of more, the server is asked. */
const DEPARTED_MAX = 1024;

export interface OwnerObjectsOptions {
  readonly api: KubernetesApi;
  readonly statefulSets: readonly Resource[];
  readonly onChanged: (
    owner: OwnerName,
    now: KubernetesObject | undefined,
    before: KubernetesObject | undefined,
  ) => void;
  /** All objects of a kind are known now. */
  readonly onComplete: () => void;
  readonly onFault: (source: string, fault: KubernetesFault, retryInMs: number) => void;
  readonly onWorksAgain: (source: string) => void;
}

export class OwnerObjects {
  private readonly followings = new Map<Resource, Following>();
  private readonly complete = new Set<Resource>();
  /** By resource and name: an owner may be several objects. */
  private readonly departed = new Map<string, Evidence>();

  constructor(private readonly options: OwnerObjectsOptions) {}

  async stop(): Promise<void> {
    await Promise.all([...this.followings.values()].map((following) => following.stop()));
  }

  /** Whether every object that such an owner may be is known. Begins to follow them. */
  isComplete(kind: Owner['kind']): boolean {
    const resources = this.resourcesOf(kind);
    for (const resource of resources) this.follow(resource, kind);
    return resources.every((resource) => this.complete.has(resource));
  }

  /** What there is of the owner now: a machine may be a VirtualMachine, its instance, or both. */
  find({ kind, namespace, name }: Owner): KubernetesObject[] {
    const found = this.resourcesOf(kind).map((it) => this.followings.get(it)?.get({ namespace, name }));
    return found.filter((object) => object !== undefined);
  }

  instanceOf({ namespace, name, uid }: Owner): KubernetesObject | undefined {
    const instance = this.followings.get(VIRTUAL_MACHINE_INSTANCES)?.get({ namespace, name });
    return uid === undefined || instance?.metadata.uid === uid ? instance : undefined;
  }

  /** The last of it, if the end of some object of it was seen. */
  evidenceOfEnd(owner: Owner): Evidence | undefined {
    const seen = this.resourcesOf(owner.kind).map((it) => this.departed.get(idOf(it, owner)));
    return seen.find((evidence) => evidence !== undefined);
  }

  /**
   * Asks the server itself, by a patch of nothing. Whoever was seen going may be back under the same name while the watch
   * is behind: what was seen speaks only of the very object that the Pod named. @throws KubernetesFault
   */
  async isGone(owner: Owner): Promise<boolean> {
    const { kind, namespace, name, uid } = owner;
    for (const resource of this.resourcesOf(kind)) {
      if (uid !== undefined && this.uidSeenGoing(resource, owner) === uid) continue;
      const result = await this.options.api.patch(resource, { namespace, name }, {});
      const isGoing = result.outcome === 'written' && result.object.metadata.deletionTimestamp !== undefined;
      if (result.outcome !== 'gone' && !isGoing) return false;
    }
    return true;
  }

  /** Whether the server has the very object that a Pod named. @throws KubernetesFault */
  async isThere({ kind, namespace, name, uid }: Owner): Promise<boolean> {
    for (const resource of this.resourcesOf(kind)) {
      const { outcome } = await this.options.api.patch(resource, { namespace, name }, {}, { uid });
      if (outcome === 'written') return true;
    }
    return false;
  }

  /** What of an owner that was seen the server has now. @throws KubernetesFault */
  async latest({ kind, namespace, name }: Owner): Promise<KubernetesObject | undefined> {
    for (const resource of this.resourcesOf(kind)) {
      if (!this.followings.get(resource)?.get({ namespace, name })) continue;
      const result = await this.options.api.patch(resource, { namespace, name }, {});
      return result.outcome === 'written' ? trimOwner(result.object) : undefined;
    }
    return undefined;
  }

  /** Of the object that is being deleted, or that was seen gone. */
  private uidSeenGoing(resource: Resource, { namespace, name }: Owner): string | undefined {
    const { deletionTimestamp, uid } =
      this.followings.get(resource)?.get({ namespace, name })?.metadata ?? {};
    if (uid !== undefined) return deletionTimestamp === undefined ? undefined : uid;
    return this.departed.get(idOf(resource, { namespace, name }))?.uid;
  }

  private resourcesOf(kind: Owner['kind']): readonly Resource[] {
    return kind === 'vm' ? [VIRTUAL_MACHINES, VIRTUAL_MACHINE_INSTANCES] : this.options.statefulSets;
  }

  private follow(resource: Resource, kind: Owner['kind']): void {
    if (this.followings.has(resource)) return;
    const { api, onFault, onWorksAgain, onComplete } = this.options;
    const source = `${resource.plural}.${resource.group}`;
    const following = api.follow(resource, {
      changed: (ref, now, before) => this.changed(resource, kind, ref, now, before),
      faulted: (fault, retryInMs) => onFault(source, fault, retryInMs),
      worksAgain: () => onWorksAgain(source),
      trim: trimOwner,
    });
    this.followings.set(resource, following);
    void following.synced.then((isSynced) => {
      if (!isSynced) return;
      this.complete.add(resource);
      onComplete();
    });
  }

  private changed(
    resource: Resource,
    kind: Owner['kind'],
    { namespace = '', name }: ObjectRef,
    now: KubernetesObject | undefined,
    before: KubernetesObject | undefined,
  ): void {
    const id = idOf(resource, { namespace, name });
    if (now) this.departed.delete(id);
    else if (before) this.remember(id, before);
    if (isSameButVersion(now, before)) return;
    this.options.onChanged(ownerNameOf({ kind, namespace, name }), now, before);
  }

  private remember(id: string, before: KubernetesObject): void {
    this.departed.delete(id);
    this.departed.set(id, ownerEvidence(before));
    const [oldest] = this.departed.keys();
    if (this.departed.size > DEPARTED_MAX && oldest !== undefined) this.departed.delete(oldest);
  }
}

const idOf = (
  { group, plural }: Resource,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string => `${plural}.${group}/${namespace}/${name}`;

/** `statefulset/default/web`, its UID, and how it last was. */
export function ownerEvidence({ kind, metadata }: KubernetesObject): Evidence {
  const { uid, resourceVersion } = metadata;
  return { object: `${kind.toLowerCase()}/${keyOf(metadata)}`, uid, resourceVersion };
}

function trimOwner({ apiVersion, kind, metadata, spec, status }: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = metadata;
  const annotations = only(metadata.annotations ?? {}, (key) => key === RETENTION_ANNOTATION);
  const { replicas, ordinals, reserveOrdinals } = spec ?? {};
  return {
    apiVersion,
    kind,
    metadata: {
      ...{ name, namespace, uid, resourceVersion },
      ...(deletionTimestamp && { deletionTimestamp }),
      ...(annotations && { annotations }),
    },
    spec: { replicas, ordinals, reserveOrdinals },
    status: { migrationState: status?.['migrationState'] },
  };
}
