// Writes to objects: finalizers, statuses, Events; each pinned to the version that it was made from, so that nobody's
// change is lost. And it knows what the replica has not been told yet: a key whose own last write has not come back
// through the watch is not to be judged by the replica.
import type { Clock } from '@holdfast/clock';
import {
  addFinalizer,
  asFault,
  FINALIZER,
  type FinalizerChange,
  type KubernetesApi,
  type KubernetesFault,
  type KubernetesObject,
  removeFinalizer,
  type Resource,
  type WriteResult,
} from '@holdfast/kube-api';
import { type Condition, says, conditionTime } from './conditions';
import type { ResyncDifferences } from './resync-differences';
import type { DueKey } from '@holdfast/projection';
import { dueKeyOf } from './due-key';
import { KeptStatus } from './kept-status';
import type { DesiredStatus } from './desired-status';

/** A watch that takes longer is broken, and its repair may skip the version that is waited for. */
const ECHO_MAX_MS = 5_000;

/** Becomes one Event, however often the object is looked at. */
export interface Warning {
  /** The one that says the same on the object. */
  readonly condition: Condition;
  /** In other words than the condition's, where those change too often. */
  readonly message?: string;
}

/** The object as the server has it now; undefined when it has changed since, or is gone: the watch brings what is. */
export type WrittenObject = KubernetesObject | undefined;

export class ObjectWriter {
  private readonly kept = new Map<string, KeptStatus>();
  private readonly echoes = new Map<DueKey, { readonly resourceVersion: string; readonly untilMs: number }>();
  /** Versions that the watch brought while a write was under way. */
  private readonly overtaking = new Map<DueKey, Set<string>>();
  private readonly statusAtMs = new Map<DueKey, number>();
  private readonly warned = new Map<DueKey, string>();
  private readonly owed = new Set<DueKey>();

  constructor(
    private readonly api: KubernetesApi,
    private readonly clock: Clock,
    /** The cluster's definition keeps more than it used to: every object of the kind may have something to be told. */
    private readonly onMoreKept: (resource: Resource) => void,
    /** To be told of each status that is about to be written. */
    private readonly differences?: Pick<ResyncDifferences, 'statusDiffers'>,
  ) {}

  /** How long to wait at most until the replica shows what was written last; 0 when it does. */
  echoInMs(key: DueKey): number {
    const echo = this.echoes.get(key);
    return echo ? Math.max(0, echo.untilMs - this.clock.monotonic()) : 0;
  }

  /** Whether a write of it is under way: what the watch brings meanwhile may be that. */
  isWriting(key: DueKey): boolean {
    return this.overtaking.has(key);
  }

  /** How long until the last write of the object's status is `everyMs` ago; 0 when it is. */
  statusRestMs(key: DueKey, everyMs: number): number {
    const atMs = this.statusAtMs.get(key);
    return atMs === undefined ? 0 : Math.max(0, atMs + everyMs - this.clock.monotonic());
  }

  /** To be told of every change in the replica; returns whether it is what was waited for. */
  seen(key: DueKey, object: KubernetesObject | undefined): boolean {
    const resourceVersion = object?.metadata.resourceVersion;
    if (resourceVersion !== undefined) this.overtaking.get(key)?.add(resourceVersion);
    if (!object) {
      this.forgetWarning(key);
      this.statusAtMs.delete(key);
    }
    const isEcho = !object || this.echoes.get(key)?.resourceVersion === resourceVersion;
    return isEcho && this.echoes.delete(key);
  }

  /** @throws KubernetesFault */
  async addFinalizer(resource: Resource, object: KubernetesObject): Promise<WrittenObject> {
    const adding = addFinalizer(object, FINALIZER);
    return adding ? this.change(resource, object, adding) : object;
  }

  /** Our finalizer, and annotations that are ours alone. @throws KubernetesFault */
  async claim(
    resource: Resource,
    object: KubernetesObject,
    annotations: Readonly<Record<string, string>>,
  ): Promise<WrittenObject> {
    const adding = addFinalizer(object, FINALIZER);
    const { annotations: there = {}, resourceVersion } = object.metadata;
    const isSaid = Object.entries(annotations).every(([name, value]) => there[name] === value);
    if (!adding && isSaid) return object;
    const metadata = { ...adding?.change.metadata, annotations };
    return this.change(resource, object, { change: { metadata }, expected: { resourceVersion } });
  }

  /** @throws KubernetesFault */
  async removeFinalizer(resource: Resource, object: KubernetesObject): Promise<WrittenObject> {
    const removing = removeFinalizer(object, FINALIZER);
    return removing ? this.change(resource, object, removing) : object;
  }

  /** Asks the server itself whether there is such an object, by a patch of nothing. @throws KubernetesFault */
  async exists(resource: Resource, name: string): Promise<boolean> {
    return (await this.api.patch(resource, { name }, {})).outcome !== 'gone';
  }

  /**
   * Makes the object say what is wanted, and warn of it once. The status goes first in importance: an Event that cannot
   * be recorded does not keep it back, and is owed.
   * @throws KubernetesFault
   */
  async publish(
    resource: Resource,
    object: KubernetesObject,
    desired: DesiredStatus,
    warning?: Warning,
  ): Promise<WrittenObject> {
    const key = dueKeyOf(resource, object.metadata.name);
    const fault = warning ? await this.warn(key, object, warning) : this.forgetWarning(key);
    const written = await this.writeStatus(resource, object, desired);
    if (fault) throw fault;
    return written;
  }

  private async writeStatus(
    resource: Resource,
    object: KubernetesObject,
    desired: DesiredStatus,
  ): Promise<WrittenObject> {
    const kept = this.keptOf(resource);
    const status = kept.patchOf(object, desired, conditionTime(this.clock.now()));
    if (!status) return object;
    const { name, resourceVersion } = object.metadata;
    // What we wrote a moment ago is being kept up, not found different.
    if (this.statusRestMs(dueKeyOf(resource, name), ECHO_MAX_MS) === 0)
      this.differences?.statusDiffers(resource, object, desired.fields['observedPosition']);
    this.statusAtMs.set(dueKeyOf(resource, name), this.clock.monotonic());
    const written = await this.echoed(resource, object, () =>
      this.api.patchStatus(resource, object.metadata, status, { resourceVersion }),
    );
    if (written && kept.learn(object, desired, status, written)) this.onMoreKept(resource);
    return written;
  }

  private change(
    resource: Resource,
    object: KubernetesObject,
    { change, expected }: FinalizerChange,
  ): Promise<WrittenObject> {
    return this.echoed(resource, object, () => this.api.patch(resource, object.metadata, change, expected));
  }

  private async echoed(
    resource: Resource,
    before: KubernetesObject,
    write: () => Promise<WriteResult>,
  ): Promise<WrittenObject> {
    const key = dueKeyOf(resource, before.metadata.name);
    const overtaking = new Set<string>();
    this.overtaking.set(key, overtaking);
    try {
      const result = await write();
      if (result.outcome !== 'written') return undefined;
      const { resourceVersion } = result.object.metadata;
      if (resourceVersion !== before.metadata.resourceVersion && !overtaking.has(resourceVersion))
        this.echoes.set(key, { resourceVersion, untilMs: this.clock.monotonic() + ECHO_MAX_MS });
      return result.object;
    } finally {
      this.overtaking.delete(key);
    }
  }

  /** Once for each thing said, also across restarts: the object itself tells what it was told. */
  private async warn(
    key: DueKey,
    regarding: KubernetesObject,
    { condition, message = condition.message }: Warning,
  ): Promise<KubernetesFault | undefined> {
    const text = `${condition.reason}: ${message}`;
    if (this.warned.get(key) === text) return undefined;
    const { reason } = condition;
    const sought = message === condition.message ? condition : { ...condition, message: undefined };
    const isReported = says(regarding.status?.['conditions'], sought) && !this.owed.has(key);
    try {
      if (!isReported) await this.api.recordEvent({ regarding, type: 'Warning', reason, message });
      this.warned.set(key, text);
      this.owed.delete(key);
      return undefined;
    } catch (thrown) {
      this.owed.add(key);
      return asFault(thrown);
    }
  }

  private forgetWarning(key: DueKey): undefined {
    this.warned.delete(key);
    this.owed.delete(key);
  }

  private keptOf({ plural }: Resource): KeptStatus {
    let kept = this.kept.get(plural);
    if (!kept) this.kept.set(plural, (kept = new KeptStatus()));
    return kept;
  }
}
