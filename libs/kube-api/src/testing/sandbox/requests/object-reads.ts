// Get, and list in pages. A page after the first shows the objects as they are then: the sandbox keeps no snapshots.
import type { Rendering } from './negotiation';
import type { ObjectStore } from '../objects/object-store';
import { badRequest, expiredVersion, notFound } from '../definitions/status-failure';
import type { ApiRoute } from './routes';
import { selectorOf } from './selectors';
import type { StoredObject } from '../definitions/stored-object';

interface Token {
  readonly revision: number;
  readonly after: string;
}

export class ObjectReads {
  constructor(private readonly store: ObjectStore) {}

  get(route: ApiRoute, name: string, rendering: Rendering): object {
    const object = this.store.get(route.type, route.namespace, name);
    if (!object) throw notFound(route.type, name);
    return rendering.one(object);
  }

  list(route: ApiRoute, query: URLSearchParams, rendering: Rendering): object {
    const token = this.tokenOf(query.get('continue'));
    const matching = this.selected(route, query).filter((object) => !token || keyOf(object) > token.after);
    const limit = Number(query.get('limit') ?? 0);
    const page = limit > 0 ? matching.slice(0, limit) : matching;
    const remainingItemCount = matching.length - page.length;
    const revision = token?.revision ?? this.store.revision;
    const last = page.at(-1);
    const more =
      remainingItemCount > 0 && last
        ? { continue: encode({ revision, after: keyOf(last) }), remainingItemCount }
        : {};
    return rendering.list(page, { resourceVersion: String(revision), ...more });
  }

  selected(route: ApiRoute, query: URLSearchParams): StoredObject[] {
    return this.store.list(route.type, route.namespace).filter(selectorOf(query));
  }

  private tokenOf(sent: string | null): Token | undefined {
    if (!sent) return undefined;
    const token = decode(sent);
    if (token.revision < this.store.oldestRevision)
      throw expiredVersion(String(token.revision), this.store.oldestRevision);
    return token;
  }
}

function keyOf({ metadata }: StoredObject): string {
  return `${metadata.namespace ?? ''}\u0000${metadata.name}`;
}

function encode(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decode(sent: string): Token {
  try {
    return JSON.parse(Buffer.from(sent, 'base64url').toString()) as Token;
  } catch {
    throw badRequest('continue key is not valid');
  }
}
