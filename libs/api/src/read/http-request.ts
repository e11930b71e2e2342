// An HTTP request as the message that it says: fields come in the path, and the rest in the body (POST, PUT,
// PATCH: JSON) or in the query (GET, DELETE: `?limit=5&options.commandId=...`, a list by repeating its name).
import type { DescField, DescMessage, JsonObject, JsonValue, MessageShape } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { type Checked, type Invalid, andThen, bad, quoted, valid } from '../checked';
import type { Operation } from '../operation';
import { messageFromJsonValue } from './json';
import { type ReadRequest, decodeRequest, understand } from './request';

export interface HttpRequest {
  /** From `findHttpOperation`. */
  readonly pathFields: Readonly<Record<string, string>>;
  /** What follows the `?` of the URL, still percent-encoded. */
  readonly query?: string;
  readonly body?: Uint8Array;
}

export function readHttpRequest<Request extends DescMessage, Meaning>(
  operation: Operation<Request, DescMessage, Meaning>,
  request: HttpRequest,
): ReadRequest<Meaning> {
  const message = readMessage(operation, request);
  return understand(
    operation,
    andThen(message, (read) => withPathFields(operation.request, read, request.pathFields)),
  );
}

function readMessage<Request extends DescMessage>(
  { request: schema, route }: Operation<Request>,
  { query = '', body = new Uint8Array() }: HttpRequest,
): Checked<MessageShape<Request>> {
  if (route.method === 'GET' || route.method === 'DELETE') {
    if (body.length > 0) return bad('request', `of method ${route.method} has no body: use the query`);
    return andThen(queryToJson(schema, new URLSearchParams(query)), (json) =>
      messageFromJsonValue(schema, json),
    );
  }
  if (query !== '') return bad('request', `of method ${route.method} has no query: use the body`);
  return decodeRequest(schema, body, 'json');
}

/** What the path says may be said again, but not otherwise. */
function withPathFields<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  pathFields: Readonly<Record<string, string>>,
): Checked<MessageShape<Desc>> {
  const values = message as unknown as Record<string, unknown>;
  for (const field of schema.fields) {
    const text = pathFields[field.name];
    if (text === undefined) continue;
    const given = values[field.localName];
    if (given !== '' && given !== text) return bad(field.name, 'is another one than in the path');
    values[field.localName] = text;
  }
  return valid(message);
}

function queryToJson(schema: DescMessage, query: URLSearchParams): Checked<JsonObject> {
  const json: JsonObject = {};
  for (const key of new Set(query.keys())) {
    const fault = setField(schema, json, key.split('.'), query.getAll(key), key);
    if (fault) return { invalid: fault };
  }
  return valid(json);
}

function setField(
  schema: DescMessage,
  json: JsonObject,
  [name, ...rest]: readonly string[],
  texts: readonly string[],
  key: string,
): Invalid | undefined {
  const field = schema.fields.find((it) => it.name === name || it.jsonName === name);
  if (!field) return { field: quoted(key), message: 'is no query parameter here' };
  if (rest.length > 0) {
    if (field.fieldKind !== 'message') return { field: quoted(key), message: 'is no query parameter here' };
    const child = (json[field.name] ??= {});
    if (typeof child !== 'object') return { field: key, message: `is at odds with ${field.name}` };
    return setField(field.message, child as JsonObject, rest, texts, key);
  }
  if (Object.hasOwn(json, field.name)) return { field: key, message: 'is given twice' };
  if (field.fieldKind === 'list') {
    json[field.name] = texts.map((text) => toJson(field, text));
    return undefined;
  }
  if (texts.length > 1) return { field: key, message: 'is given twice' };
  json[field.name] = toJson(field, texts[0] ?? '');
  return undefined;
}

/** Texts that are no texts in JSON; numbers and names may be. */
function toJson(field: DescField, text: string): JsonValue {
  const isBool = field.scalar === ScalarType.BOOL;
  return isBool && (text === 'true' || text === 'false') ? text === 'true' : text;
}
