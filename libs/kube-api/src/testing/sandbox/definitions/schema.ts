// The part of OpenAPI v3 that structural schemas of CustomResourceDefinitions are made of: defaults and pruning here,
// validation in schema-validation.ts. Not known: x-kubernetes-validations (CEL), which came after Kubernetes 1.20.
import { isRecord } from '../../../rest/checked-object';

export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
}

/** A copy without the fields that the schema does not know. */
export function prune(value: unknown, schema: Schema | undefined): unknown {
  if (!schema) return value;
  if (Array.isArray(value)) return value.map((item) => prune(item, schema.items));
  if (!isRecord(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [field, inner] of Object.entries(value)) {
    const known = schema.properties?.[field];
    if (known) kept[field] = prune(inner, known);
    else if (isRecord(schema.additionalProperties)) kept[field] = prune(inner, schema.additionalProperties);
    else if (keepsUnknown(schema) || (schema['x-kubernetes-embedded-resource'] && isTypeMeta(field)))
      kept[field] = inner;
  }
  return kept;
}

/** A copy with the schema's defaults where a field is absent, or null where null is not allowed. */
export function applyDefaults(value: unknown, schema: Schema | undefined): unknown {
  if (!schema) return value;
  if (Array.isArray(value)) return value.map((item) => applyDefaults(item, schema.items));
  if (!isRecord(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [field, known] of Object.entries(schema.properties ?? {})) {
    if (filled[field] === null && known.default !== undefined && !known.nullable) delete filled[field];
    if (filled[field] === undefined && known.default !== undefined)
      filled[field] = structuredClone(known.default);
    if (filled[field] !== undefined) filled[field] = applyDefaults(filled[field], known);
  }
  if (isRecord(schema.additionalProperties))
    for (const field of Object.keys(filled))
      if (!schema.properties?.[field])
        filled[field] = applyDefaults(filled[field], schema.additionalProperties);
  return filled;
}

function keepsUnknown(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
}

function isTypeMeta(field: string): boolean {
  return field === 'apiVersion' || field === 'kind' || field === 'metadata';
}
