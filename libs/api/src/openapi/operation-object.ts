// One operation as OpenAPI's Operation Object (OpenAPI 3.1.1 section 4.8.10).
import type { DescField, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { type RejectionCode } from '@holdfast/ipam';
import { RejectionSchema } from '../contract';
import type { Operation } from '../operation';
import { pathFields } from '../route';
import { FAULT_CODES, FAULT_STATUS, REJECTION_STATUS, isRejectionCode } from '../status';
import type { Example } from './examples';
import { commentOf, fieldComment, fieldSchema, isRequired, reference } from './schema';

export function operationObject(operation: Operation, example: Example): JsonObject {
  const { name, method, route, subject } = operation;
  const comment = commentOf(`${method.parent.typeName}.${name}`);
  const hasBody = bodyFields(operation) !== undefined;
  return {
    operationId: name,
    tags: [method.parent.name],
    summary: (comment.split(/[.:;](?=\s)/)[0] ?? name).replace(/\s+/g, ' '),
    description: `${comment.split('\n\nRejections:')[0]}\n\ngRPC: \`${operation.grpcPath}\`. NATS: \`${subject}\`.`,
    parameters: parameters(operation, example),
    ...(hasBody && { requestBody: requestBody(operation, example) }),
    responses: {
      200: jsonContent('What was asked for.', reference(operation.response), example.reply),
      ...refusals(rejectionsOf(comment)),
    },
    'x-http-path-template': route.template,
  };
}

/** Fields that the body has; `undefined` when there is none. */
export function bodyFields({ request, route }: Operation): DescField[] | undefined {
  if (route.method === 'GET' || route.method === 'DELETE') return undefined;
  const inPath = pathFields(route);
  return request.fields.filter(({ name }) => !inPath.includes(name));
}

/** A request without what its path says has a schema of its own. */
export const bodyName = ({ request, route }: Operation): string =>
  pathFields(route).length > 0 ? `${request.name}Body` : request.name;

/** Read from what the contract says, so that it is said once. */
export function rejectionsOf(comment: string): RejectionCode[] {
  const [, list = ''] = /Rejections: ([\w,\s]+)\./.exec(comment) ?? [];
  return list.split(/,\s*/).filter(isRejectionCode);
}

function requestBody(operation: Operation, { request }: Example): JsonObject {
  const fields = bodyFields(operation) ?? [];
  const shown = fields.flatMap(({ jsonName }) => {
    const value = request[jsonName];
    return value === undefined ? [] : [[jsonName, value] as const];
  });
  const schema = { $ref: `#/components/schemas/${bodyName(operation)}` };
  return { required: true, content: { 'application/json': { schema, example: Object.fromEntries(shown) } } };
}

function parameters(operation: Operation, { request }: Example): JsonObject[] {
  const inPath = pathFields(operation.route);
  const inQuery = bodyFields(operation) === undefined;
  return operation.request.fields.flatMap((field) => {
    if (inPath.includes(field.name)) return [pathParameter(operation, field, request[field.jsonName])];
    return inQuery ? queryParameters(field, '', request[field.jsonName]) : [];
  });
}

function pathParameter({ route }: Operation, field: DescField, example: JsonValue = ''): JsonObject {
  const isRest = route.segments.some((segment) => segment.field === field.name && segment.isRest);
  const hint = isRest ? ' Slashes in it may be percent-encoded or not.' : '';
  return {
    name: field.name,
    in: 'path',
    required: true,
    description: fieldComment(field) + hint,
    schema: fieldSchema(field),
    example,
  };
}

/** A message's fields become parameters of their own: `options.commandId`. */
function queryParameters(field: DescField, prefix: string, example: JsonValue | undefined): JsonObject[] {
  const schema = fieldSchema(field);
  if (field.message && schema['$ref'] !== undefined) {
    const examples = (example ?? {}) as JsonObject;
    return field.message.fields.flatMap((inner) =>
      queryParameters(inner, `${prefix}${field.jsonName}.`, examples[inner.jsonName]),
    );
  }
  const parameter = { name: prefix + field.jsonName, in: 'query', required: isRequired(field) };
  return [
    { ...parameter, description: fieldComment(field), schema, ...(example !== undefined && { example }) },
  ];
}

function jsonContent(description: string, schema: JsonObject, example?: JsonValue): JsonObject {
  return {
    description,
    content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
  };
}

/** One response for each HTTP status, naming the codes that share it. */
function refusals(codes: readonly RejectionCode[]): JsonObject {
  const codesByStatus = new Map<number, string[]>();
  const add = (status: number, code: string) =>
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  for (const code of codes) add(REJECTION_STATUS[code].http, code);
  for (const code of FAULT_CODES) add(FAULT_STATUS[code].http, code);
  const entries = [...codesByStatus].map(([status, names]) => [
    status,
    jsonContent(`${names.join(', ')}.`, reference(RejectionSchema)),
  ]);
  return Object.fromEntries(entries) as JsonObject;
}
