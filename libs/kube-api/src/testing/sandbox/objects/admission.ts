// What becomes of a sent object before it is stored: names, metadata that only the server may write, the schema, the
// status subresource, the generation.
import type { Chance, Clock } from '@holdfast/clock';
import { assertDefinition, establishedStatus } from '../definitions/custom-resources';
import { sameJson } from './merge-patch';
import { leaseAsStored } from '../definitions/lease';
import { badRequest, type Cause, invalidObject } from '../definitions/status-failure';
import { CUSTOM_RESOURCE_DEFINITIONS, groupVersionOf, type ResourceType } from '../definitions/resource-type';
import { applyDefaults, prune } from '../definitions/schema';
import { violations } from '../definitions/schema-validation';
import {
  type SentObject,
  type StoredMeta,
  type StoredObject,
  withoutField,
} from '../definitions/stored-object';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com')";

/** Every object has them, whatever its schema says. */
const TYPE_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);

/** `object`: everything but the status, if that is a subresource. `status`: the status alone. */
export type ObjectPart = 'object' | 'status';

export class Admission {
  constructor(
    private readonly clock: Clock,
    private readonly chance: Chance,
  ) {}

  now(): string {
    return `${new Date(this.clock.now()).toISOString().slice(0, 19)}Z`;
  }

  /** @throws Refusal */
  created(type: ResourceType, namespace: string | undefined, sent: SentObject): StoredObject {
    assertKind(type, sent);
    const meta = sent.metadata ?? {};
    if (meta.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
    const object = this.conforming(type, {
      ...sent,
      apiVersion: groupVersionOf(type),
      kind: type.kind,
      metadata: {
        ...withoutServerFields(meta),
        name: meta.name ?? this.generatedName(type, meta.generateName),
        ...(namespace === undefined ? {} : { namespace }),
        uid: this.chance.uuid(),
        resourceVersion: '',
        ...(type.generations ? { generation: 1 } : {}),
        creationTimestamp: this.now(),
      },
    });
    if (type.statusSubresource) delete object.status;
    if (type.initialStatus) object.status = { ...type.initialStatus } as StoredObject['status'];
    assertName(type, object.metadata.name);
    return this.defined(type, object);
  }

  /** @throws Refusal */
  updated(type: ResourceType, part: ObjectPart, before: StoredObject, sent: SentObject): StoredObject {
    assertKind(type, sent);
    const object = this.conforming(type, {
      ...sent,
      apiVersion: groupVersionOf(type),
      kind: type.kind,
      metadata: { ...withoutServerFields(sent.metadata ?? {}), ...serverFieldsOf(before.metadata) },
    });
    if (part === 'status') {
      const merged: StoredObject = { ...before, status: object.status };
      if (object.status === undefined) delete merged.status;
      return merged;
    }
    if (type.statusSubresource) object.status = before.status;
    if (object.status === undefined) delete object.status;
    assertFinalizers(type, before, object);
    const changed = !sameJson(counted(type, before), counted(type, object));
    if (type.generations && changed) object.metadata.generation = (before.metadata.generation ?? 0) + 1;
    return this.defined(type, object);
  }

  private conforming(type: ResourceType, object: StoredObject): StoredObject {
    if (type.kind === 'Lease') return leaseAsStored(type, object);
    if (!type.schema) return object;
    // What every object has is not the schema's business.
    const { apiVersion, kind, metadata } = object;
    const fitted = applyDefaults(prune(object, type.schema), type.schema) as StoredObject;
    const required = type.schema.required?.filter((field) => !TYPE_FIELDS.has(field));
    const causes = violations(withoutField(fitted, TYPE_FIELDS), { ...type.schema, required });
    if (causes.length > 0) throw invalidObject(type, metadata.name, causes);
    return { ...withoutField(fitted, TYPE_FIELDS), apiVersion, kind, metadata };
  }

  /** A definition is served as soon as it is stored, and says so; the real one takes a moment. */
  private defined(type: ResourceType, object: StoredObject): StoredObject {
    if (type !== CUSTOM_RESOURCE_DEFINITIONS) return object;
    assertDefinition(object);
    return { ...object, status: establishedStatus(object, this.now()) as StoredObject['status'] };
  }

  private generatedName(type: ResourceType, prefix: string | undefined): string {
    if (!prefix)
      throw invalidObject(type, '', [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: name or generateName is required',
          field: 'metadata.name',
        },
      ]);
    return `${prefix}${this.chance.uuid().slice(0, 5)}`;
  }
}

function assertKind(type: ResourceType, sent: SentObject): void {
  const expected = groupVersionOf(type);
  if (sent.apiVersion !== undefined && sent.apiVersion !== expected)
    throw badRequest(
      `the API version in the data (${sent.apiVersion}) does not match the expected API version (${expected})`,
    );
  if (sent.kind === undefined || sent.kind === type.kind) return;
  if (!type.schema)
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): kind is ${sent.kind}`,
    );
  const message = `Invalid value: "${sent.kind}": must be ${type.kind}`;
  throw invalidObject(type, sent.metadata?.name ?? '', [
    { reason: 'FieldValueInvalid', message, field: 'kind' },
  ]);
}

function assertName(type: ResourceType, name: string): void {
  if (name.length <= 253 && SUBDOMAIN.test(name)) return;
  const message = `Invalid value: ${JSON.stringify(name)}: ${NAME_RULE}`;
  throw invalidObject(type, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.name' }]);
}

function assertFinalizers(type: ResourceType, before: StoredObject, after: StoredObject): void {
  if (!before.metadata.deletionTimestamp) return;
  const had = before.metadata.finalizers ?? [];
  const added = (after.metadata.finalizers ?? []).filter((finalizer) => !had.includes(finalizer));
  if (added.length === 0) return;
  const cause: Cause = {
    reason: 'FieldValueForbidden',
    message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
    field: 'metadata.finalizers',
  };
  throw invalidObject(type, before.metadata.name, [cause]);
}

const SERVER_FIELDS = new Set(['managedFields', 'deletionTimestamp', 'deletionGracePeriodSeconds']);

type Unserved = Partial<StoredMeta> & { generateName?: string };

/** What a client may say about an object's metadata. managedFields are not kept: nobody's ownership is tracked. */
function withoutServerFields(meta: Unserved): Unserved {
  const rest = withoutField(meta, SERVER_FIELDS);
  for (const field of ['labels', 'annotations', 'finalizers'])
    if (rest[field] === null || (Array.isArray(rest[field]) && rest[field].length === 0)) delete rest[field];
  return rest;
}

function serverFieldsOf(meta: StoredMeta): StoredMeta {
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp } = meta;
  const { deletionTimestamp, deletionGracePeriodSeconds } = meta;
  const fields = { name, namespace, uid, resourceVersion, generation, creationTimestamp };
  const all = { ...fields, deletionTimestamp, deletionGracePeriodSeconds };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  ) as unknown as StoredMeta;
}

/** What the generation counts changes of: without a status subresource the status too. */
function counted(type: ResourceType, object: StoredObject): unknown {
  const uncounted = type.statusSubresource ? ['metadata', 'status'] : ['metadata'];
  return withoutField(object, new Set(uncounted));
}
