// The contract's messages and enums as JSON Schema (2020-12), in the form that ProtoJSON gives them.
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonObject,
  ScalarType,
} from '@bufbuild/protobuf';
import { DurationSchema, FeatureSet_FieldPresence, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { FIELD_SPELLINGS } from '../field-spelling';
import { COMMENTS } from '../generated/comments';

/**
 * Requests say which fields are required, and take no others; replies say which are always there. What stands in both
 * says what is so of both.
 */
export type MessageRole = 'request' | 'reply' | 'both';

/** What the contract says of a full name, with the field names in it as JSON has them. */
export const commentOf = (name: string): string =>
  (COMMENTS[name] ?? '').replace(/`[\w.]+`/g, (quoted) =>
    quoted.replace(/\w+/g, (word) => FIELD_SPELLINGS.get(word) ?? word),
  );

export const reference = (type: DescMessage | DescEnum): JsonObject => ({
  $ref: `#/components/schemas/${type.name}`,
});

export function messageSchema(
  message: DescMessage,
  role: MessageRole,
  without: readonly string[] = [],
): JsonObject {
  const fields = message.fields.filter(({ name }) => !without.includes(name));
  const required = fields.filter((field) => isAlwaysThere(field, role)).map(({ jsonName }) => jsonName);
  return {
    type: 'object',
    description: commentOf(message.typeName),
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(fields.map((field) => [field.jsonName, describedSchema(field)])),
    ...(role === 'request' && { additionalProperties: false }),
  };
}

export function enumSchema(type: DescEnum): JsonObject {
  const meanings = type.values.map(({ name }) => `\`${name}\`: ${commentOf(`${type.typeName}.${name}`)}`);
  return {
    type: 'string',
    description: [commentOf(type.typeName), ...meanings].join('\n\n'),
    enum: type.values.map(({ name }) => name),
  };
}

const describedSchema = (field: DescField): JsonObject => ({
  ...fieldSchema(field),
  description: fieldComment(field),
});

export function fieldSchema(field: DescField): JsonObject {
  if (field.fieldKind === 'list') return { type: 'array', items: valueSchema(field) };
  if (field.fieldKind === 'map') return { type: 'object', additionalProperties: valueSchema(field) };
  return valueSchema(field);
}

const REQUIRED = 'Required. ';

export const fieldComment = (field: DescField): string => rawComment(field).replace(REQUIRED, '');

export const isRequired = (field: DescField): boolean => rawComment(field).startsWith(REQUIRED);

const rawComment = (field: DescField): string => commentOf(`${field.parent.typeName}.${field.name}`);

function isAlwaysThere(field: DescField, role: MessageRole): boolean {
  if (role !== 'reply') return isRequired(field);
  const isCollection = field.fieldKind === 'list' || field.fieldKind === 'map';
  return isCollection || field.presence === FeatureSet_FieldPresence.IMPLICIT;
}

/** ProtoJSON: https://protobuf.dev/programming-guides/json */
function valueSchema(field: DescField): JsonObject {
  if (field.enum) return reference(field.enum);
  switch (field.message?.typeName) {
    case undefined:
      return scalarSchema(field.scalar);
    case TimestampSchema.typeName:
      return { type: 'string', format: 'date-time' };
    case DurationSchema.typeName:
      return { type: 'string', pattern: '^-?[0-9]+([.][0-9]{1,9})?s$' };
    default:
      return reference(field.message as DescMessage);
  }
}

function scalarSchema(scalar: ScalarType | undefined): JsonObject {
  if (scalar === ScalarType.BOOL) return { type: 'boolean' };
  if (scalar === ScalarType.INT32) return { type: 'integer', format: 'int32' };
  if (scalar === ScalarType.UINT32) return { type: 'integer', format: 'uint32', minimum: 0 };
  if (scalar === ScalarType.INT64) return { type: 'string', format: 'int64', pattern: '^-?[0-9]+$' };
  return { type: 'string' };
}

/** The messages and enums that are told of in `messages`, these included; not those that are texts in JSON. */
export function typesWithin(messages: readonly DescMessage[]): (DescMessage | DescEnum)[] {
  const found = new Set<DescMessage | DescEnum>();
  const add = (type: DescMessage | DescEnum): void => {
    if (found.has(type) || type.file.proto.package !== 'holdfast.v1') return;
    found.add(type);
    if (type.kind === 'enum') return;
    for (const field of type.fields) {
      if (field.message) add(field.message);
      if (field.enum) add(field.enum);
    }
  };
  messages.forEach(add);
  return [...found];
}
