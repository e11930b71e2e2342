// The port: what projectors ask of a cluster. Five members. It follows kinds, writes to objects that others
// created, and says what happened; it refuses to create or delete objects, because those are their users'.
import type { KubernetesFault } from './kubernetes-fault';
import type { JsonObject, KubernetesObject, ObjectRef } from './kubernetes-object';
import type { Resource } from './resource';

export interface KubernetesApi {
  /**
   * Holds a local replica of every object of `resource` and reports each change, until stopped: list, then watch, and
   * again whenever the watch ends, the history is gone (410) or nothing was compared for long. It never gives up and
   * never hurries: every failure, retryable or not, is reported to `watcher.faulted` and tried again with backoff,
   * because permissions and definitions come and go in a cluster.
   * @throws KubernetesFault `kubernetes-closed`
   */
  follow(resource: Resource, watcher: Watcher): Following;

  /**
   * Changes metadata or spec by JSON merge patch (RFC 7386): `null` removes a field, a list replaces the whole list.
   * @throws KubernetesFault
   */
  patch(
    resource: Resource,
    ref: ObjectRef,
    change: ObjectChange,
    expected?: ObjectPrecondition,
  ): Promise<WriteResult>;

  /**
   * Merges `status` into the object's status: through the status subresource where the cluster's definition of the
   * kind has one, otherwise on the object itself. Fields that the definition does not know are dropped by the server
   * in silence, so compare with `object.status` of the result before counting on them.
   * @throws KubernetesFault
   */
  patchStatus(
    resource: Resource,
    ref: ObjectRef,
    status: JsonObject,
    expected?: ObjectPrecondition,
  ): Promise<WriteResult>;

  /**
   * Records a core/v1 Event on an object. The same type, reason and message on the same object raise the count of one
   * Event, also across restarts, for as long as the cluster keeps it (one hour by default).
   * @throws KubernetesFault
   */
  recordEvent(event: ObjectEvent): Promise<void>;

  /** Stops every follower and lets go of all connections; calls under way fail with `kubernetes-closed`. */
  close(): Promise<void>;
}

export interface Watcher {
  /**
   * One object changed: `before` and `now` are undefined when there was, or is, none. An object that was deleted and
   * created again while nobody looked is reported as two changes, so that a uid never turns into another in one.
   * Called in order and never after `stop()`. It must not throw: that is a bug, and ends the process.
   */
  changed(ref: ObjectRef, now: KubernetesObject | undefined, before: KubernetesObject | undefined): void;
  /** The replica may be behind; it is tried again in `retryInMs`. */
  faulted?(fault: KubernetesFault, retryInMs: number): void;
  /** After a fault: the server answers again, and changes will be reported as they come. */
  worksAgain?(): void;
  /** What the replica keeps of an object, to save memory; must keep `metadata`. All of it when absent. */
  trim?(object: KubernetesObject): KubernetesObject;
}

export interface Following {
  /** True once the first whole list was reported; false if stopped before. Never rejects. */
  readonly synced: Promise<boolean>;
  get(ref: ObjectRef): KubernetesObject | undefined;
  objects(): IterableIterator<KubernetesObject>;
  /** After it resolved nothing is reported any more. Not to be awaited inside `changed` or `faulted`. */
  stop(): Promise<void>;
}

/** A JSON merge patch of everything but the status. */
export interface ObjectChange {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string | null>> | null;
    readonly annotations?: Readonly<Record<string, string | null>> | null;
    /** Replaces the whole list: give `resourceVersion` with it, or another's finalizer may be lost. */
    readonly finalizers?: readonly string[] | null;
  };
  readonly spec?: JsonObject;
}

/** What must still be so for the write to happen. */
export interface ObjectPrecondition {
  /** It is the same object, not a later one of the same name. For a status, without the other, this costs a read. */
  readonly uid?: string;
  /** Nothing about it has changed since; implies the same uid. */
  readonly resourceVersion?: string;
}

export type WriteResult =
  /** As the server has it now. A patch that changes nothing is written too, and gives the same resourceVersion. */
  | { readonly outcome: 'written'; readonly object: KubernetesObject }
  /** Nothing was written: what was expected is no longer so. The follower brings, or has brought, what is. */
  | { readonly outcome: 'conflict'; readonly message: string }
  /** Nothing was written: there is no such object. */
  | { readonly outcome: 'gone' };

export interface ObjectEvent {
  readonly regarding: KubernetesObject;
  readonly type: 'Normal' | 'Warning';
  /** One word in CamelCase, for programs. */
  readonly reason: string;
  /** For people; cut at 1,024 characters. */
  readonly message: string;
}
