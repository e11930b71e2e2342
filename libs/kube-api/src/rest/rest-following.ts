// Follows one kind: list, watch, and again. The replica is behind at times and wrong never.
//
//   list -> replace replica -> synced -> watch -> each event -> replica
//    ^                                     |
//    |                                     +---- ended in an orderly way: watch again from the last resourceVersion
//    +---- 410, refused, broken, ERROR event, or a list is due
//
// After a broken connection the server may be one that was restored from a backup, whose versions are older than the
// last one seen; a watch from there would be silent for long, so the whole is compared.
import { Backoff, type Chance, type Clock, sleep } from '@holdfast/clock';
import type { Following, Watcher } from '../port/kubernetes-api';
import type { KubernetesFault } from '../port/kubernetes-fault';
import type { KubernetesObject, ObjectRef } from '../port/kubernetes-object';
import { collectionPathOf, type Resource } from '../port/resource';
import { answerFault } from './answers';
import { isObject, isRecord, isVersioned, noObject } from './checked-object';
import type { KubernetesRest, WatchEnd, WatchEvent } from './kubernetes-rest';
import { listAll } from './object-list';
import { ObjectReplica } from './replica';
import { asFault } from './unreachable';

/** After a failure: soon back after an API server's restart, and no burden on one that is sick. */
const RETRY = { firstMs: 200, maxMs: 10_000 };
/** A watch that lived this long was healthy: its end is no failure, and the next one starts at once. */
const HEALTHY_MS = 5_000;
/** A watch may lose an event without anybody's knowing; comparing with a whole list this often bounds the harm. */
const RELIST_MS = 600_000;
/** The server ends a watch after this time; spread, so that the watches of one client do not all end together. */
const WATCH_SECONDS = { least: 300, spread: 300 };

export class RestFollowing implements Following {
  readonly synced: Promise<boolean>;
  private settleSynced: (synced: boolean) => void = () => undefined;
  private readonly stopping = new AbortController();
  private readonly replica: ObjectReplica;
  private readonly running: Promise<void>;
  /** Where to watch from; undefined when only a list can tell. */
  private resourceVersion: string | undefined;
  private relistDueMs = 0;
  private eventsSeen = 0;
  /** A fault was reported, and no watch was opened since. */
  private isFaulted = false;
  /** An event of the watch under way ended it; the fault is what it told, if that was one. */
  private endedByEvent: { readonly fault: KubernetesFault | undefined } | undefined;

  constructor(
    private readonly rest: KubernetesRest,
    private readonly resource: Resource,
    private readonly watcher: Watcher,
    private readonly clock: Clock,
    private readonly chance: Chance,
  ) {
    this.synced = new Promise((resolve) => (this.settleSynced = resolve));
    this.replica = new ObjectReplica((ref, now, before) => {
      if (!this.stopping.signal.aborted) this.watcher.changed(ref, now, before);
    });
    this.running = this.run();
  }

  get(ref: ObjectRef): KubernetesObject | undefined {
    return this.replica.get(ref);
  }

  objects(): IterableIterator<KubernetesObject> {
    return this.replica.objects();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.settleSynced(false);
    await this.running;
  }

  private async run(): Promise<void> {
    const backoff = new Backoff(RETRY, this.chance);
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const startedMs = this.clock.monotonic();
      const seenBefore = this.eventsSeen;
      const fault = await this.listAndWatch();
      const healthy = this.clock.monotonic() - startedMs >= HEALTHY_MS;
      if (healthy || this.eventsSeen > seenBefore) backoff.reset();
      if (signal.aborted || (healthy && !fault)) continue;
      const retryInMs = backoff.nextDelayMs();
      if (fault) {
        this.isFaulted = true;
        this.watcher.faulted?.(fault, retryInMs);
      }
      await sleep(this.clock, retryInMs, signal);
    }
  }

  /** Returns when it has to be done again, with the fault if that is why. */
  private async listAndWatch(): Promise<KubernetesFault | undefined> {
    try {
      if (this.resourceVersion === undefined || this.clock.monotonic() >= this.relistDueMs) await this.list();
      if (this.stopping.signal.aborted) return undefined;
      return this.faultOfEnd(await this.watch());
    } catch (cause) {
      const fault = asFault(cause);
      return this.stopping.signal.aborted ? undefined : fault;
    }
  }

  private async list(): Promise<void> {
    const list = await unlessAborted(listAll(this.rest, this.resource), this.stopping.signal);
    if (!list) return;
    this.replica.replace(list.objects.map((object) => this.kept(object)));
    this.resourceVersion = list.resourceVersion;
    this.relistDueMs = this.clock.monotonic() + RELIST_MS * (1 - 0.1 * this.chance.random());
    this.settleSynced(true);
  }

  private async watch(): Promise<WatchEnd> {
    const seconds = WATCH_SECONDS.least + Math.floor(WATCH_SECONDS.spread * this.chance.random());
    const query = {
      resourceVersion: this.resourceVersion ?? '',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(seconds),
    };
    const relist = new AbortController();
    const end = (): void => relist.abort();
    const cancel = this.clock.after(Math.max(0, this.relistDueMs - this.clock.monotonic()), end);
    this.stopping.signal.addEventListener('abort', end);
    try {
      const path = collectionPathOf(this.resource);
      return await this.rest.watch(
        path,
        query,
        (event) => this.take(event, end),
        relist.signal,
        () => this.opened(),
      );
    } finally {
      cancel();
      this.stopping.signal.removeEventListener('abort', end);
    }
  }

  /** A list alone proves little: who may list need not be allowed to watch. */
  private opened(): void {
    if (!this.isFaulted || this.stopping.signal.aborted) return;
    this.isFaulted = false;
    this.watcher.worksAgain?.();
  }

  private take({ type, object }: WatchEvent, end: () => void): void {
    if (type !== 'ERROR' && type !== 'BOOKMARK' && isObject(object)) {
      if (type === 'DELETED') this.replica.remove(object);
      else this.replica.put(this.kept(object));
      return this.seen(object.metadata);
    }
    if (type === 'BOOKMARK' && isVersioned(object)) return this.seen(object.metadata);
    // Whatever it says, where the stream stands is no longer known.
    this.resourceVersion = undefined;
    const fault = type === 'ERROR' && isRecord(object) ? this.faultIn(object) : noObject(this.request);
    this.endedByEvent = { fault };
    end();
  }

  private seen({ resourceVersion }: { readonly resourceVersion: string }): void {
    this.eventsSeen += 1;
    this.resourceVersion = resourceVersion;
  }

  private faultOfEnd(end: WatchEnd): KubernetesFault | undefined {
    const event = this.endedByEvent;
    this.endedByEvent = undefined;
    if (event) return event.fault;
    if (end.ended === 'closed') return undefined;
    // Too many requests: the version is not what is wrong, and a list would make it worse.
    if (end.ended !== 'refused' || end.status !== 429) this.resourceVersion = undefined;
    return end.ended === 'broken' ? end.fault : this.refusal(end.status, end.message);
  }

  /** 410 is an ordinary thing to be told after a long silence, not a fault: the list that follows repairs it. */
  private refusal(status: number, message: string): KubernetesFault | undefined {
    return status === 410 ? undefined : answerFault(this.request, status, message);
  }

  /** What the Status of an ERROR event says. */
  private faultIn({ code, message }: Record<string, unknown>): KubernetesFault | undefined {
    return this.refusal(
      typeof code === 'number' ? code : 500,
      typeof message === 'string' ? message : 'ERROR event',
    );
  }

  private get request(): string {
    return `watch ${this.resource.plural}`;
  }

  private kept(object: KubernetesObject): KubernetesObject {
    return this.watcher.trim ? this.watcher.trim(object) : object;
  }
}

/** Undefined as soon as the signal is aborted: whoever stops does not wait for a server that does not answer. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
