// CustomResourceDefinitions: what they must be, and the kind that each defines.
import { type Cause, invalidObject } from './status-failure';
import { type PrinterColumn, CUSTOM_RESOURCE_DEFINITIONS, type ResourceType } from './resource-type';
import type { Schema } from './schema';
import { isRecord } from '../../../rest/checked-object';
import type { StoredObject } from './stored-object';

interface Names {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
}

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly subresources?: { readonly status?: object };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
}

interface DefinitionSpec {
  readonly group: string;
  readonly scope: string;
  readonly names: Names;
  readonly versions: readonly Version[];
}

const CREATED: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The kind in its storage version; the sandbox serves no other and converts nothing. */
export function definedType(definition: StoredObject): ResourceType | undefined {
  const { group, scope, names, versions } = specOf(definition);
  const version = versions.find(({ storage, served }) => storage && served);
  if (!version) return undefined;
  return {
    group,
    version: version.name,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    namespaced: scope === 'Namespaced',
    statusSubresource: version.subresources?.status !== undefined,
    generations: true,
    columns: version.additionalPrinterColumns ?? [CREATED],
    schema: version.schema?.openAPIV3Schema,
  };
}

/** Part of what kube-apiserver asks of a definition: enough to notice one that could never be installed. */
export function assertDefinition(definition: StoredObject): void {
  const causes = [...problemsOf(definition)];
  if (causes.length > 0) throw invalidObject(CUSTOM_RESOURCE_DEFINITIONS, definition.metadata.name, causes);
}

/** What the server says of a definition that it serves. */
export function establishedStatus(definition: StoredObject, now: string): Record<string, unknown> {
  const { names, versions } = specOf(definition);
  const condition = (type: string, reason: string, message: string): object => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: now,
  });
  return {
    acceptedNames: names,
    storedVersions: versions.filter(({ storage }) => storage).map(({ name }) => name),
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
  };
}

function* problemsOf(definition: StoredObject): Generator<Cause> {
  const required = (field: string): Cause => ({
    reason: 'FieldValueRequired',
    message: 'Required value',
    field,
  });
  const spec = definition.spec as Partial<DefinitionSpec> | undefined;
  if (!spec?.group) yield required('spec.group');
  if (!spec?.scope) yield required('spec.scope');
  if (!spec?.names?.plural) yield required('spec.names.plural');
  if (!spec?.names?.kind) yield required('spec.names.kind');
  const expected = `${spec?.names?.plural}.${spec?.group}`;
  if (definition.metadata.name !== expected) {
    const message = `Invalid value: "${definition.metadata.name}": must be spec.names.plural+"."+spec.group`;
    yield { reason: 'FieldValueInvalid', message, field: 'metadata.name' };
  }
  if (!spec?.versions?.some(({ storage }) => storage)) yield required('spec.versions');
  for (const [index, version] of (spec?.versions ?? []).entries()) {
    const field = `spec.versions[${index}].schema.openAPIV3Schema`;
    const schema = version.schema?.openAPIV3Schema;
    if (!isRecord(schema)) yield required(field);
    else yield* untyped(schema, field);
  }
}

/** A structural schema says the type of everything it names. */
function* untyped(schema: Schema, field: string): Generator<Cause> {
  const free = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  if (!schema.type && !free)
    yield {
      reason: 'FieldValueRequired',
      message: 'Required value: must not be empty for specified object fields',
      field: `${field}.type`,
    };
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    yield* untyped(inner, `${field}.properties[${name}]`);
  if (schema.items) yield* untyped(schema.items, `${field}.items`);
}

function specOf(definition: StoredObject): DefinitionSpec {
  return definition.spec as unknown as DefinitionSpec;
}
