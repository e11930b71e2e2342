// Finds what is wrong with JSON that is not of a message: which field, what it should be, what it is.
import { type DescField, type DescMessage, type JsonValue, ScalarType, fromJson } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { type Invalid, quoted } from '../checked';

/** The first fault, in the order of the JSON; `undefined` when none of those that are looked for. */
export function findJsonFault(schema: DescMessage, json: JsonValue, path = ''): Invalid | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { field: path || 'request', message: `expected an object, got ${describe(json)}` };
  }
  const seen = new Set<DescField | string>();
  for (const [key, value] of Object.entries(json)) {
    const field = schema.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    if (!field) return { field: join(path, nameOfUnknown(key)), message: `is not known to ${schema.name}` };
    const here = join(path, field.name);
    if (seen.has(field)) return { field: here, message: 'is given twice' };
    if (field.oneof && seen.has(field.oneof.name)) {
      return { field: here, message: `is given beside another ${field.oneof.name}: give one` };
    }
    const fault = value === null ? undefined : findFieldFault(schema, field, value, here);
    if (fault) return fault;
    seen.add(field);
    if (field.oneof && value !== null) seen.add(field.oneof.name);
  }
  return undefined;
}

function findFieldFault(
  schema: DescMessage,
  field: DescField,
  value: JsonValue,
  here: string,
): Invalid | undefined {
  if (field.fieldKind === 'list') {
    if (!Array.isArray(value)) return { field: here, message: `expected a list, got ${describe(value)}` };
    for (const [at, item] of value.entries()) {
      const fault = isReadable(schema, field, [item]) ? undefined : mismatch(field, item, `${here}[${at}]`);
      if (fault) return fault;
    }
    return undefined;
  }
  if (field.fieldKind === 'message' && !TEXT_FORMS.has(field.message.typeName)) {
    return findJsonFault(field.message, value, here);
  }
  return isReadable(schema, field, value) ? undefined : mismatch(field, value, here);
}

/** What a value may be is protobuf's to say. */
function isReadable(schema: DescMessage, field: DescField, value: JsonValue): boolean {
  try {
    fromJson(schema, { [field.jsonName]: value });
    return true;
  } catch {
    return false;
  }
}

const mismatch = (field: DescField, value: JsonValue, here: string): Invalid => ({
  field: here,
  message: `expected ${expectation(field)}, got ${describe(value)}`,
});

/** Messages that are a text in JSON. */
const TEXT_FORMS = new Map([
  [TimestampSchema.typeName as string, 'a time such as "2026-01-31T14:05:00Z"'],
  [DurationSchema.typeName as string, 'a duration such as "300s"'],
]);

function expectation(field: DescField): string {
  if (field.fieldKind === 'map') return 'an object of strings';
  if (field.enum) return `one of ${field.enum.values.map(({ name }) => name).join(', ')}`;
  if (field.message) return TEXT_FORMS.get(field.message.typeName) ?? 'an object';
  if (field.scalar === ScalarType.STRING) return 'a string';
  return field.scalar === ScalarType.BOOL ? 'true or false' : 'a whole number';
}

function describe(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? quoted(value) : String(value);
}

const join = (path: string, name: string): string => (path ? `${path}.${name}` : name);

const nameOfUnknown = (key: string): string => (/^\w{1,64}$/.test(key) ? key : quoted(key));
