// The port, over anything that can make a call and hold a stream. What a refusal means is decided here, once.
import type { Chance, Clock } from '@holdfast/clock';
import type {
  Change,
  Expected,
  Following,
  KubernetesApi,
  ObjectEvent,
  Watcher,
  WriteResult,
} from '../kubernetes-api';
import type { JsonObject, KubernetesObject, ObjectRef } from '../kubernetes-object';
import { objectPathOf, type Resource } from '../resource';
import { faultOf, isUidMismatch, messageOf, succeeded } from './answers';
import { EventRecord } from './event-record';
import type { KubernetesRest, RestAnswer } from './kubernetes-rest';
import { RestFollowing } from './rest-following';
import { type Door, StatusDoor } from './status-door';

export interface RestKubernetesOptions {
  readonly rest: KubernetesRest;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Who records Events: the FROM of `kubectl describe`. */
  readonly component: string;
}

export class RestKubernetesApi implements KubernetesApi {
  private readonly followings = new Set<RestFollowing>();
  private readonly door: StatusDoor;
  private readonly events: EventRecord;

  constructor(private readonly options: RestKubernetesOptions) {
    this.door = new StatusDoor(options.rest, options.clock);
    this.events = new EventRecord(options.rest, options.clock, options.component);
  }

  follow(resource: Resource, watcher: Watcher): Following {
    const { rest, clock, chance } = this.options;
    const following: RestFollowing = new RestFollowing(rest, resource, watcher, clock, chance, () =>
      this.followings.delete(following),
    );
    this.followings.add(following);
    return following;
  }

  async patch(
    resource: Resource,
    ref: ObjectRef,
    change: Change,
    expected: Expected = {},
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
    expected: Expected = {},
  ): Promise<WriteResult> {
    const door = await this.door.of(resource);
    const first = await this.putStatus(door, resource, ref, status, expected);
    const misled =
      door === 'status'
        ? first.outcome === 'gone'
        : first.outcome === 'written' && this.door.isDoubtful(resource, status, first.object.status);
    if (!misled) return first;
    const now = await this.door.learn(resource);
    return now === door ? first : this.putStatus(now, resource, ref, status, expected);
  }

  recordEvent(event: ObjectEvent): Promise<void> {
    return this.events.add(event);
  }

  async close(): Promise<void> {
    const stopping = [...this.followings].map((following) => following.stop());
    await Promise.all([...stopping, this.options.rest.close()]);
  }

  private async putStatus(
    door: Door,
    resource: Resource,
    ref: ObjectRef,
    status: JsonObject,
    expected: Expected,
  ): Promise<WriteResult> {
    const path = objectPathOf(resource, ref, door === 'status' ? 'status' : undefined);
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

function resultOf(asked: string, answer: RestAnswer): WriteResult {
  if (succeeded(answer)) return { outcome: 'written', object: answer.body as KubernetesObject };
  if (answer.status === 404) return { outcome: 'gone' };
  const message = messageOf(answer);
  if (answer.status === 409 || isUidMismatch(answer)) return { outcome: 'conflict', message };
  throw faultOf(asked, answer.status, message);
}
