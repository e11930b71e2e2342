// An HTTP request as what it means. It is read by libs/api alone, so that every transport refuses the same.
import { type Operation, codingOf, fault, matchPath, readHttpRequest } from '@holdfast/api';
import { RejectionException } from './rejection.filter';

/** What is read of Fastify's request. */
export interface IncomingRequest {
  readonly method: string;
  /** As it came: percent-encoded, with the query. */
  readonly url: string;
  readonly ip: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** @throws RejectionException when the request says nothing that can be carried out */
export function readMeaning(operation: Operation, request: IncomingRequest): unknown {
  const [path, query] = splitUrl(request.url);
  const body = request.body instanceof Uint8Array ? request.body : undefined;
  const named = codingOf(body && header(request, 'content-type'));
  if (named.rejected) throw new RejectionException(named.rejected);
  if (named.coding !== 'json') {
    const message = 'HTTP is spoken in JSON here; binary messages go over gRPC or NATS.';
    throw new RejectionException(fault('Unimplemented', message).rejected, { status: 415 });
  }
  const pathFields = matchPath(operation.route, path) ?? {};
  const read = readHttpRequest(operation, { pathFields, query, body });
  if (read.rejected) throw new RejectionException(read.rejected);
  return read.meaning;
}

export function splitUrl(url: string): [path: string, query?: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}

function header(request: IncomingRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
