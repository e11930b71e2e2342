// One watch: what changed since a resourceVersion, then what changes. Selectors are minded: an object that stops
// matching is DELETED for this watcher, one that starts is ADDED.
import type { Cancel, Clock } from '@holdfast/clock';
import type { Rendering } from './negotiation';
import type { ObjectStore, Revision } from '../objects/object-store';
import { expiredVersion } from '../definitions/status-failure';
import { groupVersionOf, typeId } from '../definitions/resource-type';
import type { ApiRoute } from './routes';
import { type Matches, selectorOf } from './selectors';
import type { StoredObject } from '../definitions/stored-object';

export interface WatchSink {
  event(event: { readonly type: string; readonly object: object }): void;
  /** Nothing comes any more. */
  end(): void;
}

export interface WatchRequest {
  readonly route: ApiRoute;
  readonly query: URLSearchParams;
  readonly rendering: Rendering;
  readonly sink: WatchSink;
}

export class WatchStream {
  private readonly cancels: Cancel[] = [];
  private cancelBookmark: Cancel = () => undefined;
  private readonly matches: Matches;
  private silent = false;

  /** @throws Refusal 400 for a selector that cannot be read. */
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly request: WatchRequest,
    private readonly bookmarkMs: number,
    private readonly closed: () => void,
  ) {
    this.matches = selectorOf(request.query);
  }

  /** Sends what there is already, then follows. */
  open(): void {
    const { query, sink } = this.request;
    const from = query.get('resourceVersion') ?? '';
    const past = from === '' || from === '0' ? this.present() : this.store.since(Number(from));
    if (!past) {
      const { code, body } = expiredVersion(from, this.store.oldestRevision);
      sink.event({ type: 'ERROR', object: { ...body, code } });
      return sink.end();
    }
    for (const revision of past) this.send(revision);
    this.cancels.push(this.store.onRevision((revision) => this.send(revision)));
    const seconds = Number(query.get('timeoutSeconds') ?? 0);
    if (seconds > 0) this.cancels.push(this.clock.after(seconds * 1_000, () => this.end()));
    if (query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1')
      this.bookmarkLater();
  }

  /** As if the client had gone. */
  close(): void {
    this.cancelBookmark();
    for (const cancel of this.cancels.splice(0)) cancel();
    this.closed();
  }

  end(): void {
    this.close();
    this.request.sink.end();
  }

  /** From now on nothing is sent, and the client isn't told: a half-open connection. */
  fallSilent(): void {
    this.silent = true;
  }

  private present(): Revision[] {
    const { type, namespace } = this.request.route;
    const objects = this.store.list(type, namespace);
    return objects.map((object) => this.added(object));
  }

  private added(object: StoredObject): Revision {
    const revision = Number(object.metadata.resourceVersion);
    return { revision, type: typeId(this.request.route.type), change: 'ADDED', object, before: undefined };
  }

  private send({ type, change, object, before }: Revision): void {
    const { route, rendering, sink } = this.request;
    if (this.silent || type !== typeId(route.type)) return;
    if (route.namespace !== undefined && object.metadata.namespace !== route.namespace) return;
    const matched = before !== undefined && this.matches(before);
    const is = change !== 'DELETED' && this.matches(object);
    if (!matched && !is) return;
    const seen = is ? (matched ? 'MODIFIED' : 'ADDED') : 'DELETED';
    sink.event({ type: seen, object: rendering.one(object) });
  }

  private bookmarkLater(): void {
    this.cancelBookmark = this.clock.after(this.bookmarkMs, () => {
      const { type } = this.request.route;
      const metadata = { resourceVersion: String(this.store.revision), creationTimestamp: null };
      const object = { kind: type.kind, apiVersion: groupVersionOf(type), metadata };
      if (!this.silent) this.request.sink.event({ type: 'BOOKMARK', object });
      this.bookmarkLater();
    });
  }
}
