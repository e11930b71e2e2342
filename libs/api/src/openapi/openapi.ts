// The HTTP side of the contract as an OpenAPI 3.1 document, made from the descriptors, their comments and the
// table of operations: nothing is said twice, so nothing can differ.
import type { DescEnum, DescMessage, JsonObject } from '@bufbuild/protobuf';
import { RejectionSchema } from '../contract';
import { contractServices } from '../grpc';
import type { Operation } from '../operation';
import { type OperationName, operationList } from '../operations';
import { pathFields } from '../route';
import { examples } from './examples';
import { bodyFields, bodyName, operationObject } from './operation-object';
import { type MessageRole, commentOf, enumSchema, messageSchema, typesWithin } from './schema';

const DESCRIPTION = `The address ledger for OVN and Kubernetes networks.

Field names are in lowerCamelCase; unknown fields, wrong types and bodies of more than 256 KiB are refused. A reply
whose status is not 200 has a \`Rejection\` as its body. Repeat a command whose reply was lost as it was, with the
same \`options.commandId\`. Every reply says at which \`position\` of the log it was given; give that to a query as
\`atLeastPosition\` to read what was written.`;

export function openapi(): JsonObject {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Holdfast',
      version: 'v1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: contractServices.map(({ name, typeName }) => ({ name, description: commentOf(typeName) })),
    paths: paths(),
    components: { schemas: schemas() },
  };
}

function paths(): JsonObject {
  const items: Record<string, JsonObject> = {};
  for (const operation of operationList) {
    const path = operation.route.template.replaceAll('=**', '');
    const item = (items[path] ??= {});
    item[operation.route.method.toLowerCase()] = operationObject(
      operation,
      examples[operation.name as OperationName],
    );
  }
  return items;
}

function schemas(): JsonObject {
  const found = new Map<string, JsonObject>();
  const requests = operationList.map(({ request }) => request);
  for (const operation of operationList) {
    if (bodyFields(operation)) found.set(bodyName(operation), bodySchema(operation));
  }
  for (const type of typesWithin(requests)) {
    // A request itself is told of by its body or its parameters.
    if (!requests.some((request) => request === type)) found.set(type.name, typeSchema(type, 'request'));
  }
  for (const type of typesWithin([RejectionSchema, ...operationList.map(({ response }) => response)])) {
    found.set(type.name, typeSchema(type, found.has(type.name) ? 'both' : 'reply'));
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isEnum = (type: DescMessage | DescEnum): type is DescEnum => type.kind === 'enum';

const typeSchema = (type: DescMessage | DescEnum, role: MessageRole): JsonObject =>
  isEnum(type) ? enumSchema(type) : messageSchema(type, role);

const bodySchema = ({ request, route }: Operation): JsonObject =>
  messageSchema(request, 'request', pathFields(route));
