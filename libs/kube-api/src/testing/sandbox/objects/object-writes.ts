// Create, replace, patch and delete, with their preconditions. The object's life ends when it is deleted and nobody's
// finalizer holds it.
import type { Admission, ObjectPart } from './admission';
import { jsonPatch, mergePatch, sameJson } from './merge-patch';
import type { ObjectStore } from './object-store';
import {
  alreadyExists,
  badRequest,
  conflict,
  invalidObject,
  MODIFIED,
  notFound,
  success,
  unsupportedMedia,
} from '../definitions/status-failure';
import { BUILT_IN_TYPES, type ResourceType } from '../definitions/resource-type';
import { strategicMergePatch } from './strategic-merge-patch';
import type { SentObject, StoredObject } from '../definitions/stored-object';

export interface WritePlace {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface WriteReply {
  readonly status: number;
  readonly body: object;
}

interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export class ObjectWrites {
  constructor(
    private readonly store: ObjectStore,
    private readonly admission: Admission,
  ) {}

  create(type: ResourceType, namespace: string | undefined, sent: SentObject, dryRun: boolean): WriteReply {
    const object = this.admission.created(type, namespace, sent);
    if (this.store.get(type, namespace, object.metadata.name))
      throw alreadyExists(type, object.metadata.name);
    return { status: 201, body: dryRun ? object : this.store.put(type, object) };
  }

  replace(place: WritePlace, part: ObjectPart, sent: SentObject, dryRun: boolean): WriteReply {
    const before = this.present(place);
    if (!sent.metadata?.resourceVersion && place.type.schema)
      throw invalidObject(place.type, place.name, [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: 0x0: must be specified for an update',
          field: 'metadata.resourceVersion',
        },
      ]);
    return this.update(place, part, before, sent, dryRun);
  }

  patch(
    place: WritePlace,
    part: ObjectPart,
    contentType: string,
    patch: unknown,
    dryRun: boolean,
  ): WriteReply {
    const { type, namespace, name } = place;
    const before = this.store.get(type, namespace, name);
    if (contentType === APPLY && !before) {
      const sent = patch as SentObject;
      return this.create(type, namespace, { ...sent, metadata: { ...sent.metadata, name } }, dryRun);
    }
    if (!before) throw notFound(type, name);
    return this.update(place, part, before, patched(type, contentType, before, patch), dryRun);
  }

  delete(place: WritePlace, preconditions: Preconditions, dryRun: boolean): WriteReply {
    const before = this.present(place);
    const { type, name } = place;
    assertSame(type, before, preconditions);
    const { uid, finalizers } = before.metadata;
    if (dryRun) return { status: 200, body: before };
    if (!finalizers?.length) {
      this.store.remove(type, before);
      return { status: 200, body: type.schema ? success(type, name, uid) : before };
    }
    if (before.metadata.deletionTimestamp) return { status: 200, body: before };
    const { generation } = before.metadata;
    const metadata = {
      ...before.metadata,
      deletionTimestamp: this.admission.now(),
      deletionGracePeriodSeconds: 0,
      ...(generation === undefined ? {} : { generation: generation + 1 }),
    };
    return { status: 200, body: this.store.put(type, { ...before, metadata }) };
  }

  private update(
    place: WritePlace,
    part: ObjectPart,
    before: StoredObject,
    sent: SentObject,
    dryRun: boolean,
  ): WriteReply {
    const { type } = place;
    assertUnchanged(type, part, before, sent.metadata ?? {});
    const after = this.admission.updated(type, part, before, sent);
    if (dryRun || sameJson(before, after)) return { status: 200, body: after };
    if (after.metadata.deletionTimestamp && !after.metadata.finalizers?.length) {
      this.store.remove(type, after);
      return { status: 200, body: after };
    }
    return { status: 200, body: this.store.put(type, after) };
  }

  private present({ type, namespace, name }: WritePlace): StoredObject {
    const object = this.store.get(type, namespace, name);
    if (!object) throw notFound(type, name);
    return object;
  }
}

const APPLY = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

/** Server-side apply is a merge of what was sent: fields have no owners, so none conflicts and none is taken away. */
function patched(type: ResourceType, contentType: string, before: StoredObject, patch: unknown): SentObject {
  const builtIn = BUILT_IN_TYPES.includes(type);
  switch (contentType) {
    case MERGE:
      return mergePatch(before, patch) as SentObject;
    case JSON_PATCH:
      if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
      return jsonPatch(before, patch) as SentObject;
    case APPLY:
      return (builtIn ? strategicMergePatch(before, patch) : mergePatch(before, patch)) as SentObject;
    case STRATEGIC:
      if (builtIn) return strategicMergePatch(before, patch) as SentObject;
      throw unsupportedMedia([JSON_PATCH, MERGE, APPLY]);
    default:
      throw unsupportedMedia(builtIn ? [JSON_PATCH, MERGE, STRATEGIC, APPLY] : [JSON_PATCH, MERGE, APPLY]);
  }
}

/** Custom kinds mind the uid in their own words, and in a write of the status not at all. */
function assertUnchanged(
  type: ResourceType,
  part: ObjectPart,
  object: StoredObject,
  expected: Preconditions,
): void {
  if (!type.schema) return assertSame(type, object, expected);
  assertSame(type, object, { resourceVersion: expected.resourceVersion });
  if (part === 'status' || !expected.uid || expected.uid === object.metadata.uid) return;
  const message = `Invalid value: "${expected.uid}": field is immutable`;
  throw invalidObject(type, object.metadata.name, [
    { reason: 'FieldValueInvalid', message, field: 'metadata.uid' },
  ]);
}

function assertSame(type: ResourceType, object: StoredObject, expected: Preconditions): void {
  const { name, uid, resourceVersion } = object.metadata;
  if (expected.uid && expected.uid !== uid) {
    const why = `the UID in the precondition (${expected.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw conflict(type, name, why);
  }
  if (expected.resourceVersion && expected.resourceVersion !== resourceVersion)
    throw conflict(type, name, MODIFIED);
}
