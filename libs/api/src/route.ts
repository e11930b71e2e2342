// Where an operation is over HTTP: a method and a path template in the notation of google.api.http,
// `/v1/subnets/{subnet}/reservations/{holder=**}`, where `{field}` is one segment and `{field=**}`, at the end,
// all that are left. Reads paths and writes them; knows no server.

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Route {
  readonly method: HttpMethod;
  readonly template: string;
  readonly segments: readonly Segment[];
}

/** A literal, or the request field (spelt as in the .proto files) whose value stands there. */
export type Segment =
  | { readonly literal: string; readonly field?: undefined }
  | { readonly field: string; readonly isRest: boolean };

/** Reads "GET /v1/subnets/{name}". */
export function route(text: `${HttpMethod} /${string}`): Route {
  const [method, template] = text.split(' ') as [HttpMethod, string];
  const segments = template.slice(1).split('/').map(readSegment);
  return { method, template, segments };
}

function readSegment(text: string): Segment {
  const [, field, rest] = /^\{(\w+)(=\*\*)?\}$/.exec(text) ?? [];
  return field === undefined ? { literal: text } : { field, isRest: rest !== undefined };
}

export const pathFields = ({ segments }: Route): string[] =>
  segments.flatMap(({ field }) => (field === undefined ? [] : [field]));

/**
 * The fields that the path of a URL (as it came, still percent-encoded) says; `undefined` when it is not of this
 * route. Slashes in the last field may be encoded or not.
 */
export function matchPath({ segments }: Route, path: string): Record<string, string> | undefined {
  const parts = path.slice(1).split('/').map(decode);
  const last = segments[segments.length - 1];
  const hasRest = last?.field !== undefined && last.isRest;
  if (hasRest ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const fields: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    const text = hasRest && segment === last ? joinAll(parts.slice(at)) : parts[at];
    if (text === undefined || text === '') return undefined;
    if (segment.field !== undefined) fields[segment.field] = text;
    else if (segment.literal !== text) return undefined;
  }
  return fields;
}

/** Writes the path of a URL; every field of the route must have a text. */
export function fillPath({ segments }: Route, fields: Readonly<Record<string, string>>): string {
  const parts = segments.map((segment) => {
    if (segment.field === undefined) return segment.literal;
    const text = fields[segment.field] ?? '';
    return segment.isRest ? text.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(text);
  });
  return `/${parts.join('/')}`;
}

function joinAll(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join('/');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
