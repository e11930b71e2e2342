// Kubernetes Events that count instead of piling up. An Event's name is derived from what it says, so that saying it
// again, from whichever process, finds the Event that is there.
import { createHash } from 'node:crypto';
import type { Clock } from '@holdfast/clock';
import type { ObjectEvent } from '../port/kubernetes-api';
import { collectionPathOf, EVENTS, objectPathOf } from '../port/resource';
import { answerFault, isNamespaceTerminating, messageOf, succeeded } from './answers';
import { objectIn } from './checked-object';
import type { KubernetesRest, RestAnswer } from './kubernetes-rest';

/** The longest message that the API takes in an Event (events.k8s.io/v1, `note`). */
const MESSAGE_BYTES_MAX = 1024;
/** Longest name of an object (RFC 1123 subdomain), less the dot and the digest. */
const NAME_CHARACTERS_MAX = 253 - 17;
/** Others may count the same Event at the same time, or it may expire under us; one lost count is no harm. */
const ATTEMPTS_MAX = 4;

export class EventRecord {
  constructor(
    private readonly rest: KubernetesRest,
    private readonly clock: Clock,
    private readonly component: string,
  ) {}

  /** @throws KubernetesFault */
  async add(event: ObjectEvent): Promise<void> {
    const said = { ...event, message: cut(event.message) };
    const namespace = event.regarding.metadata.namespace ?? 'default';
    const name = nameOf(said, this.component);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const created = await this.create(said, namespace, name);
      if (succeeded(created) || isPointless(created)) return;
      if (created.status !== 409) throw answerFault('create an Event', created.status, messageOf(created));
      if (await this.count(namespace, name)) return;
    }
  }

  private create(event: ObjectEvent, namespace: string, name: string): Promise<RestAnswer> {
    const { apiVersion, kind, metadata } = event.regarding;
    const now = timestamp(this.clock.now());
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion,
        kind,
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
      },
      type: event.type,
      reason: event.reason,
      message: event.message,
      source: { component: this.component },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    return this.rest.call({ method: 'POST', path: collectionPathOf(EVENTS, namespace), body });
  }

  /** False when it must be tried again: the Event expired, or another counted it meanwhile. */
  private async count(namespace: string, name: string): Promise<boolean> {
    const path = objectPathOf(EVENTS, { namespace, name });
    const read = await this.rest.call({ method: 'GET', path });
    if (read.status === 404) return false;
    if (!succeeded(read)) throw answerFault('read an Event', read.status, messageOf(read));
    const there = objectIn(read.body, 'read an Event');
    const count = typeof there['count'] === 'number' ? there['count'] : 1;
    const patched = await this.rest.call({
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body: {
        metadata: { resourceVersion: there.metadata.resourceVersion },
        count: count + 1,
        lastTimestamp: timestamp(this.clock.now()),
      },
    });
    if (patched.status === 409 || patched.status === 404) return false;
    if (!succeeded(patched)) throw answerFault('count an Event', patched.status, messageOf(patched));
    return true;
  }
}

/** The namespace is gone or going: nobody is left to read it. */
function isPointless(answer: RestAnswer): boolean {
  return answer.status === 404 || isNamespaceTerminating(answer);
}

function nameOf(event: ObjectEvent, component: string): string {
  const { name, uid } = event.regarding.metadata;
  const said = JSON.stringify([uid, component, event.type, event.reason, event.message]);
  const digest = createHash('sha256').update(said).digest('hex').slice(0, 16);
  return `${name.slice(0, NAME_CHARACTERS_MAX).replace(/[.-]+$/, '')}.${digest}`;
}

function cut(message: string): string {
  const bytes = Buffer.from(message, 'utf8');
  if (bytes.length <= MESSAGE_BYTES_MAX) return message;
  // An ellipsis is three bytes; a character cut in two decodes to U+FFFD, which is taken off.
  return `${bytes
    .subarray(0, MESSAGE_BYTES_MAX - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}

/** RFC 3339 in UTC to the second, as Kubernetes writes times. */
function timestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
