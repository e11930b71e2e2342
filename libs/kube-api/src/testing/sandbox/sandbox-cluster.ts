// The sandbox as a thing that answers requests, without a wire. It behaves as kube-apiserver does for what Holdfast and
// kubectl ask of one; the suite that says so runs over both. It stores and tells, and acts on nothing: no Pod runs, no
// controller controls, nothing is collected. Deleting a Namespace removes what is in it at once.
import type { Chance, Clock } from '@holdfast/clock';
import { Admission, type ObjectPart } from './objects/admission';
import { describeApi } from './requests/discovery';
import { formOf, Rendering } from './requests/negotiation';
import { ObjectReads } from './requests/object-reads';
import { ObjectStore } from './objects/object-store';
import { ObjectWrites, type WritePlace, type WriteReply } from './objects/object-writes';
import { badRequest, notFound, StatusFailure } from './definitions/status-failure';
import type { ApiRoute } from './requests/routes';
import { ServedTypes } from './requests/served-types';
import { isRecord } from '../../rest/checked-object';
import type { SentObject, StoredObject } from './definitions/stored-object';
import { type WatchSink, WatchStream } from './requests/watch-stream';

export interface ClusterRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  /** Without parameters. */
  readonly contentType: string;
  /** Parsed; undefined when there was none. */
  readonly body: unknown;
}

export interface ClusterAnswer {
  readonly status: number;
  readonly body: object;
}

/** kube-apiserver sends one about every minute. */
const BOOKMARK_MS = 60_000;

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

export class SandboxCluster {
  readonly store = new ObjectStore();
  private readonly types = new ServedTypes(this.store);
  private readonly reads = new ObjectReads(this.store);
  private readonly writes: ObjectWrites;
  private readonly watches = new Set<WatchStream>();

  constructor(
    private readonly clock: Clock,
    chance: Chance,
    private readonly bookmarkMs = BOOKMARK_MS,
  ) {
    this.writes = new ObjectWrites(this.store, new Admission(clock, chance));
    for (const name of NAMESPACES)
      this.writes.create(this.types.builtIn('Namespace'), undefined, { metadata: { name } }, false);
  }

  handle(request: ClusterRequest): ClusterAnswer {
    try {
      const described = request.method === 'GET' && describeApi(request.path, this.types.all());
      return described ? { status: 200, body: described } : this.serve(request);
    } catch (refused) {
      if (refused instanceof StatusFailure) return { status: refused.code, body: refused.body };
      throw refused;
    }
  }

  static isWatch(this: void, { method, query }: ClusterRequest): boolean {
    return method === 'GET' && ['1', 'true'].includes(query.get('watch') ?? '');
  }

  /** A stream, or the answer that there is none. The stream has been opened: events may have been sent already. */
  watch(request: ClusterRequest, sink: WatchSink): WatchStream | ClusterAnswer {
    const route = this.types.routeOf(request.path);
    if (!route) return this.handle(request);
    try {
      const query = new URLSearchParams(request.query);
      if (route.name !== undefined) query.append('fieldSelector', `metadata.name=${route.name}`);
      const rendering = this.rendering(route, request);
      const watched = { route, query, rendering, sink };
      const stream: WatchStream = new WatchStream(this.store, this.clock, watched, this.bookmarkMs, () =>
        this.watches.delete(stream),
      );
      this.watches.add(stream);
      stream.open();
      return stream;
    } catch (refused) {
      if (refused instanceof StatusFailure) return { status: refused.code, body: refused.body };
      throw refused;
    }
  }

  /** Ends every watch; clients notice. */
  dropWatches(): void {
    for (const stream of [...this.watches]) stream.end();
  }

  /** Watches that are open now never say anything any more; clients are not told. */
  silenceWatches(): void {
    for (const stream of this.watches) stream.fallSilent();
  }

  private serve(request: ClusterRequest): ClusterAnswer {
    const route = this.types.routeOf(request.path);
    if (!route) throw new StatusFailure(404, 'NotFound', 'the server could not find the requested resource');
    if (route.name === undefined) return this.serveCollection(route, request);
    if (route.subresource !== undefined && !(route.subresource === 'status' && route.type.statusSubresource))
      throw notFound(route.type, route.name);
    return this.serveObject({ ...route, name: route.name }, request);
  }

  private serveCollection(route: ApiRoute, request: ClusterRequest): ClusterAnswer {
    const { type, namespace } = route;
    switch (request.method) {
      case 'GET':
        return { status: 200, body: this.reads.list(route, request.query, this.rendering(route, request)) };
      case 'POST': {
        const sent = objectOf(request.body);
        if (type.namespaced) this.assertNamespace(namespace, sent);
        return this.rendered(route, request, this.writes.create(type, namespace, sent, isDryRun(request)));
      }
      case 'DELETE': {
        const objects = this.reads.selected(route, request.query);
        for (const { metadata } of objects)
          this.writes.delete(
            { type, namespace: metadata.namespace, name: metadata.name },
            {},
            isDryRun(request),
          );
        return { status: 200, body: this.rendering(route, request).list(objects, {}) };
      }
      default:
        throw notAllowed();
    }
  }

  private serveObject(place: WritePlace & ApiRoute, request: ClusterRequest): ClusterAnswer {
    const part: ObjectPart = place.subresource === 'status' ? 'status' : 'object';
    const dryRun = isDryRun(request);
    switch (request.method) {
      case 'GET':
        return { status: 200, body: this.reads.get(place, place.name, this.rendering(place, request)) };
      case 'PUT':
        return this.rendered(
          place,
          request,
          this.writes.replace(place, part, objectOf(request.body), dryRun),
        );
      case 'PATCH': {
        const { contentType, body } = request;
        return this.rendered(place, request, this.writes.patch(place, part, contentType, body, dryRun));
      }
      case 'DELETE':
        if (part === 'status') throw notAllowed();
        return this.remove(place, request, dryRun);
      default:
        throw notAllowed();
    }
  }

  private remove(place: WritePlace, request: ClusterRequest, dryRun: boolean): ClusterAnswer {
    const { preconditions = {} } = (request.body ?? {}) as { preconditions?: { uid?: string } };
    const written = this.writes.delete(place, preconditions, dryRun);
    const gone = !this.store.get(place.type, place.namespace, place.name);
    if (gone && !dryRun) this.types.removeContentOf(place.type, written.body as StoredObject);
    return { status: written.status, body: written.body };
  }

  private rendered(route: ApiRoute, request: ClusterRequest, { status, body }: WriteReply): ClusterAnswer {
    return { status, body: this.rendering(route, request).one(body as StoredObject) };
  }

  private rendering({ type }: ApiRoute, { accept, query }: ClusterRequest): Rendering {
    return new Rendering(formOf(accept), type, query.get('includeObject') ?? 'Metadata', this.clock.now());
  }

  private assertNamespace(namespace: string | undefined, sent: SentObject): void {
    if (namespace === undefined) throw badRequest('an object of a namespace must be created in it');
    if (sent.metadata?.namespace !== undefined && sent.metadata.namespace !== namespace)
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    const type = this.types.builtIn('Namespace');
    if (!this.store.get(type, undefined, namespace)) throw notFound(type, namespace);
  }
}

function objectOf(body: unknown): SentObject {
  if (isRecord(body)) return body;
  throw badRequest('the object provided is unrecognized: no JSON object');
}

function isDryRun({ query }: ClusterRequest): boolean {
  return query.getAll('dryRun').includes('All');
}

function notAllowed(): StatusFailure {
  return new StatusFailure(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  );
}
