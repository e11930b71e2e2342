// The port, over anything that can make a call and hold a stream. What a refusal means is decided here, once.
import type { Chance, Clock } from '@holdfast/clock';
import type {
  ObjectChange,
  ObjectPrecondition,
  Following,
  KubernetesApi,
  ObjectEvent,
  Watcher,
  WriteResult,
} from '../port/kubernetes-api';
import { KubernetesFault } from '../port/kubernetes-fault';
import type { JsonObject, ObjectRef } from '../port/kubernetes-object';
import { objectPathOf, type Resource } from '../port/resource';
import { answerFault, isUidMismatch, messageOf, succeeded } from './answers';
import { objectIn } from './checked-object';
import { EventRecord } from './event-record';
import type { KubernetesRest, RestAnswer } from './kubernetes-rest';
import { RestFollowing } from './rest-following';
import { SharedFollowings } from './shared-following';
import { type StatusPath, StatusPaths } from './status-path';

/** The object may change between reading and writing; who writes that often is reconciled again soon. */
const PINNED_ATTEMPTS_MAX = 4;

export interface RestKubernetesOptions {
  readonly rest: KubernetesRest;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Who records Events: the FROM of `kubectl describe`. */
  readonly component: string;
}

export class RestKubernetesApi implements KubernetesApi {
  private readonly followings: SharedFollowings;
  private readonly statusPath: StatusPaths;
  private closed = false;
  private readonly events: EventRecord;

  constructor(private readonly options: RestKubernetesOptions) {
    this.statusPath = new StatusPaths(options.rest, options.clock);
    this.events = new EventRecord(options.rest, options.clock, options.component);
    const { rest, clock, chance } = options;
    this.followings = new SharedFollowings(
      (resource, watcher) => new RestFollowing(rest, resource, watcher, clock, chance),
    );
  }

  follow(resource: Resource, watcher: Watcher): Following {
    if (this.closed)
      throw new KubernetesFault('kubernetes-closed', 'the connection to Kubernetes was closed', false);
    return this.followings.follow(resource, watcher);
  }

  async patch(
    resource: Resource,
    ref: ObjectRef,
    change: ObjectChange,
    expected: ObjectPrecondition = {},
  ): Promise<WriteResult> {
    const body = { ...change, metadata: { ...change.metadata, ...expected } };
    return resultOf(
      `patch ${resource.kind} ${ref.name}`,
      await this.merge(objectPathOf(resource, ref), body),
    );
  }

  async patchStatus(
    resource: Resource,
    ref: ObjectRef,
    status: JsonObject,
    expected: ObjectPrecondition = {},
  ): Promise<WriteResult> {
    if (expected.resourceVersion || !expected.uid) return this.writeStatus(resource, ref, status, expected);
    // A custom kind's status subresource ignores the uid that comes with a patch, but minds the resourceVersion.
    let result: WriteResult = { outcome: 'gone' };
    for (let attempt = 0; attempt < PINNED_ATTEMPTS_MAX; attempt += 1) {
      const pinned = await this.pin(resource, ref, expected.uid);
      if ('outcome' in pinned) return pinned;
      result = await this.writeStatus(resource, ref, status, pinned);
      if (result.outcome !== 'conflict') return result;
    }
    return result;
  }

  recordEvent(event: ObjectEvent): Promise<void> {
    return this.events.add(event);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.followings.stop(), this.options.rest.close()]);
  }

  /** The version of the object while it is still the same one. */
  private async pin(
    resource: Resource,
    ref: ObjectRef,
    uid: string,
  ): Promise<ObjectPrecondition | WriteResult> {
    const answer = await this.options.rest.call({ method: 'GET', path: objectPathOf(resource, ref) });
    if (answer.status === 404) return { outcome: 'gone' };
    if (!succeeded(answer))
      throw answerFault(`read ${resource.kind} ${ref.name}`, answer.status, messageOf(answer));
    const { metadata } = objectIn(answer.body, `read ${resource.kind} ${ref.name}`);
    if (metadata.uid === uid) return { resourceVersion: metadata.resourceVersion };
    return { outcome: 'conflict', message: `${ref.name} is another object now: its uid is ${metadata.uid}` };
  }

  private async writeStatus(
    resource: Resource,
    ref: ObjectRef,
    status: JsonObject,
    expected: ObjectPrecondition,
  ): Promise<WriteResult> {
    const statusPath = await this.statusPath.of(resource);
    const first = await this.putStatus(statusPath, resource, ref, status, expected);
    const misled =
      statusPath === 'status'
        ? first.outcome === 'gone'
        : first.outcome === 'written' && this.statusPath.isDoubtful(resource, status, first.object.status);
    if (!misled) return first;
    const now = await this.statusPath.learn(resource);
    return now === statusPath ? first : this.putStatus(now, resource, ref, status, expected);
  }

  private async putStatus(
    statusPath: StatusPath,
    resource: Resource,
    ref: ObjectRef,
    status: JsonObject,
    expected: ObjectPrecondition,
  ): Promise<WriteResult> {
    const path = objectPathOf(resource, ref, statusPath === 'status' ? 'status' : undefined);
    const answer = await this.merge(path, { metadata: expected, status });
    return resultOf(`patch the status of ${resource.kind} ${ref.name}`, answer);
  }

  private merge(path: string, body: unknown): Promise<RestAnswer> {
    return this.options.rest.call({
      method: 'PATCH',
      path,
      body,
      contentType: 'application/merge-patch+json',
    });
  }
}

function resultOf(request: string, answer: RestAnswer): WriteResult {
  if (succeeded(answer)) return { outcome: 'written', object: objectIn(answer.body, request) };
  if (answer.status === 404) return { outcome: 'gone' };
  const message = messageOf(answer);
  if (answer.status === 409 || isUidMismatch(answer)) return { outcome: 'conflict', message };
  throw answerFault(request, answer.status, message);
}
