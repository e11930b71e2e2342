// A request message as an HTTP request: what read/http-request reads, written.
import {
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
  create,
  toJson,
} from '@bufbuild/protobuf';
import type { Operation } from '../operation';
import { type HttpMethod, fillPath, pathFields } from '../route';

export interface HttpCall {
  readonly method: HttpMethod;
  /** With the query, percent-encoded. */
  readonly path: string;
  /** JSON. Absent: the call has no body. */
  readonly body?: string;
}

export function httpCall<Request extends DescMessage>(
  { request: schema, route }: Operation<Request>,
  request: MessageInitShape<Request>,
): HttpCall {
  const json = toJson(schema, create(schema, request)) as JsonObject;
  const path: Record<string, string> = {};
  for (const field of pathFields(route)) {
    const { jsonName } = schema.fields.find(({ name }) => name === field) ?? { jsonName: field };
    path[field] = String(json[jsonName] ?? '');
    delete json[jsonName];
  }
  refuseDotSegments(Object.values(path));
  const { method } = route;
  if (method !== 'GET' && method !== 'DELETE') {
    return { method, path: fillPath(route, path), body: JSON.stringify(json) };
  }
  const query = new URLSearchParams(toPairs(json)).toString();
  return { method, path: fillPath(route, path) + (query && `?${query}`) };
}

/**
 * Every URL parser folds `.` and `..` away (RFC 3986 section 5.2.4), also percent-encoded: the call would be another.
 * @throws RangeError
 */
function refuseDotSegments(values: readonly string[]): void {
  const stray = values.find((value) => value.split('/').some((segment) => /^\.{0,2}$/.test(segment)));
  if (stray !== undefined) throw new RangeError(`${JSON.stringify(stray)} cannot stand in the path of a URL`);
}

function toPairs(value: JsonValue, key = ''): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((item) => toPairs(item, key));
  if (typeof value !== 'object' || value === null) return [[key, String(value)]];
  return Object.entries(value).flatMap(([name, item]) => toPairs(item, key ? `${key}.${name}` : name));
}
