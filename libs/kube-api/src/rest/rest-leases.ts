// Leases over anything that can make a call and hold a stream. Each write is pinned to the version that it was made from, and
// leaves alone what others keep on the object.
import { type Clock, sleep } from '@holdfast/clock';
import { KubernetesFault } from '../port/kubernetes-fault';
import { keyOf, type KubernetesObject, type ObjectRef } from '../port/kubernetes-object';
import type { LeaseRecord, Leases, LeaseWrite, SeenLease } from '../port/leases';
import { apiVersionOf, collectionPathOf, LEASES, objectPathOf } from '../port/resource';
import { answerFault, messageOf, succeeded } from './answers';
import { isObject, objectIn } from './checked-object';
import type { KubernetesRest, RestAnswer, WatchEvent } from './kubernetes-rest';

/** The watch is a hint beside reads that come as often: nothing waits for it. */
const WATCH_AGAIN_MS = 2_000;
/** As long as any watch of ours; an idle one costs nothing. */
const WATCH_SECONDS = 540;

/** The record on the wire; RFC 3339 in UTC with microseconds (metav1.MicroTime). */
interface Spec {
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number | null;
  readonly acquireTime?: string | null;
  readonly renewTime?: string | null;
  readonly leaseTransitions?: number | null;
}

export class RestLeases implements Leases {
  constructor(
    private readonly rest: KubernetesRest,
    private readonly clock: Clock,
  ) {}

  async read(lease: ObjectRef): Promise<SeenLease | undefined> {
    const answer = await this.rest.call({ method: 'GET', path: objectPathOf(LEASES, lease) });
    if (answer.status === 404) return undefined;
    if (!succeeded(answer)) throw refused('read', lease, answer);
    return seenOf(objectIn(answer.body, 'read a Lease'));
  }

  async write(lease: ObjectRef, record: LeaseRecord, seen: SeenLease | undefined): Promise<LeaseWrite> {
    const answer = await (seen
      ? this.rest.call({
          ...{ method: 'PATCH', path: objectPathOf(LEASES, lease), contentType: MERGE_PATCH },
          body: { metadata: { resourceVersion: seen.resourceVersion }, spec: specOf(record) },
        })
      : this.rest.call({
          ...{ method: 'POST', path: collectionPathOf(LEASES, lease.namespace) },
          body: {
            ...{ apiVersion: apiVersionOf(LEASES), kind: LEASES.kind, metadata: lease },
            spec: specOf(record),
          },
        }));
    if (succeeded(answer))
      return { outcome: 'written', lease: seenOf(objectIn(answer.body, 'write a Lease')) };
    const isGone = seen !== undefined && answer.status === 404;
    if (answer.status === 409 || isGone) return { outcome: 'conflict', message: messageOf(answer) };
    throw refused(seen ? 'write' : 'create', lease, answer);
  }

  watch(lease: ObjectRef, changed: (seen: SeenLease | undefined) => void): () => void {
    const stopping = new AbortController();
    void this.watchAgain(lease, changed, stopping.signal);
    return () => stopping.abort();
  }

  close(): Promise<void> {
    return this.rest.close();
  }

  /** How it ends is nobody's fault: whoever may not watch still reads, and hears there what is wrong. */
  private async watchAgain(
    lease: ObjectRef,
    changed: (seen: SeenLease | undefined) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const path = collectionPathOf(LEASES, lease.namespace);
    const query = {
      fieldSelector: `metadata.name=${lease.name}`,
      timeoutSeconds: String(WATCH_SECONDS),
    };
    const take = ({ type, object }: WatchEvent): void => {
      if (type === 'DELETED') changed(undefined);
      else if ((type === 'ADDED' || type === 'MODIFIED') && isObject(object)) changed(seenOf(object));
    };
    while (!signal.aborted) {
      await this.rest.watch(path, query, take, signal);
      await sleep(this.clock, WATCH_AGAIN_MS, signal);
    }
  }
}

const MERGE_PATCH = 'application/merge-patch+json';

function refused(what: string, lease: ObjectRef, answer: RestAnswer): KubernetesFault {
  return answerFault(`${what} the Lease ${keyOf(lease)}`, answer.status, messageOf(answer));
}

function seenOf({ metadata, spec = {} }: KubernetesObject): SeenLease {
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = spec as Spec;
  const acquiredAtMs = epochOf(acquireTime);
  const renewedAtMs = epochOf(renewTime);
  return {
    record: {
      holder: holderIdentity ?? '',
      durationMs: 1000 * (leaseDurationSeconds ?? 0),
      ...(acquiredAtMs !== undefined && { acquiredAtMs }),
      ...(renewedAtMs !== undefined && { renewedAtMs }),
      transitions: leaseTransitions ?? 0,
    },
    text: JSON.stringify([
      ...[holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions],
    ]),
    resourceVersion: metadata.resourceVersion,
  };
}

function specOf({ holder, durationMs, acquiredAtMs, renewedAtMs, transitions }: LeaseRecord): Spec {
  return {
    holderIdentity: holder,
    leaseDurationSeconds: Math.round(durationMs / 1000),
    ...(acquiredAtMs !== undefined && { acquireTime: microTime(acquiredAtMs) }),
    ...(renewedAtMs !== undefined && { renewTime: microTime(renewedAtMs) }),
    leaseTransitions: transitions,
  };
}

/** The server refuses a MicroTime that has not exactly six digits. */
const microTime = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, -1)}000Z`;

/** Undefined also for what is no time: it is for people. */
function epochOf(time: string | null | undefined): number | undefined {
  const epochMs = Date.parse(time ?? '');
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
