// What a structural schema refuses, worded as kube-apiserver words it. That the keys of a list that is a map are unique
// is not looked at; kube-apiserver itself does not look in a status.
import { isIP } from 'node:net';
import type { Cause } from './status-failure';
import type { Schema } from './schema';
import { isRecord } from '../../../rest/checked-object';

/** Every violation, in order of the field's path. */
export function violations(value: unknown, schema: Schema): Cause[] {
  return [...check(value, schema, '')].sort((a, b) => (a.field < b.field ? -1 : 1));
}

function* check(value: unknown, schema: Schema, path: string): Generator<Cause> {
  if (value === null && schema.nullable) return;
  const actual = typeOf(value);
  if (!isOfType(value, schema)) {
    const type = schema.type ?? 'integer or string';
    yield bad(path, `"${actual}"`, `must be of type ${type}: "${actual}"`);
    return;
  }
  yield* checkValue(value, schema, path);
  if (typeof value === 'string') yield* checkString(value, schema, path);
  if (typeof value === 'number') yield* checkNumber(value, schema, path);
  if (Array.isArray(value)) yield* checkList(value, schema, path);
  if (isRecord(value)) yield* checkRecord(value, schema, path);
  yield* checkLogic(value, schema, path);
}

function* checkValue(value: unknown, schema: Schema, path: string): Generator<Cause> {
  if (!schema.enum || schema.enum.some((allowed) => JSON.stringify(allowed) === JSON.stringify(value)))
    return;
  const allowed = schema.enum.map((one) => JSON.stringify(one)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed}`;
  yield { reason: 'FieldValueNotSupported', message, field: path };
}

function* checkString(value: string, schema: Schema, path: string): Generator<Cause> {
  const said = JSON.stringify(value);
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength)
    yield bad(path, said, `should be at least ${schema.minLength} chars long`);
  if (schema.maxLength !== undefined && length > schema.maxLength)
    yield bad(path, said, `should be at most ${schema.maxLength} chars long`);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
    yield bad(path, said, `should match '${schema.pattern}'`);
  if (schema.format !== undefined && !isOfFormat(value, schema.format))
    yield bad(path, said, `must be of type ${schema.format}: ${said}`);
}

function* checkNumber(value: number, schema: Schema, path: string): Generator<Cause> {
  if (schema.minimum !== undefined && value < schema.minimum)
    yield bad(path, String(value), `should be greater than or equal to ${schema.minimum}`);
  if (schema.maximum !== undefined && value > schema.maximum)
    yield bad(path, String(value), `should be less than or equal to ${schema.maximum}`);
}

function* checkList(value: readonly unknown[], schema: Schema, path: string): Generator<Cause> {
  if (schema.minItems !== undefined && value.length < schema.minItems)
    yield bad(path, String(value.length), `should have at least ${schema.minItems} items`);
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    yield bad(path, String(value.length), `should have at most ${schema.maxItems} items`);
  for (const [index, item] of value.entries())
    if (schema.items) yield* check(item, schema.items, `${path}[${index}]`);
}

function* checkRecord(value: Record<string, unknown>, schema: Schema, path: string): Generator<Cause> {
  for (const field of schema.required ?? [])
    if (value[field] === undefined)
      yield { reason: 'FieldValueRequired', message: 'Required value', field: join(path, field) };
  for (const [field, inner] of Object.entries(value)) {
    const known = schema.properties?.[field];
    if (known) yield* check(inner, known, join(path, field));
    else if (isRecord(schema.additionalProperties))
      yield* check(inner, schema.additionalProperties, join(path, field));
  }
}

function* checkLogic(value: unknown, schema: Schema, path: string): Generator<Cause> {
  const passes = (inner: Schema): boolean => check(value, inner, path).next().done === true;
  for (const inner of schema.allOf ?? []) yield* check(value, inner, path);
  const said = JSON.stringify(value);
  if (schema.anyOf && !schema.anyOf.some(passes))
    yield bad(path, said, 'must validate at least one schema (anyOf)');
  if (schema.oneOf && schema.oneOf.filter(passes).length !== 1)
    yield bad(path, said, 'must validate one and only one schema (oneOf)');
  if (schema.not && passes(schema.not)) yield bad(path, said, 'must not validate the schema (not)');
}

function bad(field: string, value: string, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${field} in body ${why}`, field };
}

function isOfType(value: unknown, schema: Schema): boolean {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' || Number.isInteger(value);
  if (!schema.type) return true;
  return typeOf(value) === schema.type || (schema.type === 'number' && typeOf(value) === 'integer');
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** Formats that the sandbox does not know pass, as do those that kube-apiserver does not know. */
function isOfFormat(value: string, format: string): boolean {
  switch (format) {
    case 'date-time':
      return /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value);
    case 'ipv4':
      return isIP(value) === 4;
    case 'ipv6':
      return isIP(value) === 6;
    case 'mac':
      return /^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/.test(value);
    default:
      return true;
  }
}

function join(path: string, field: string): string {
  return path ? `${path}.${field}` : field;
}
