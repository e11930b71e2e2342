// In which form an answer goes out: the objects themselves, their metadata alone, or a Table. Never protobuf: clients
// that would like it list JSON too.
import { StatusFailure } from '../definitions/status-failure';
import { groupVersionOf, type ResourceType } from '../definitions/resource-type';
import { metadataOf, tableOf } from './tables';
import type { StoredObject } from '../definitions/stored-object';

export type Form = 'object' | 'metadata' | 'table';

/** @throws Refusal 406 */
export function formOf(accept: string): Form {
  const offers = accept.split(',').map((offer) => offer.trim());
  for (const offer of offers) {
    const [media = '', ...parameters] = offer.split(';').map((part) => part.trim());
    if (media !== 'application/json' && media !== 'application/*' && media !== '*/*' && media !== '')
      continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === 'Table') return 'table';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
    if (as === undefined) return 'object';
  }
  throw new StatusFailure(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json',
  );
}

export class Rendering {
  constructor(
    private readonly form: Form,
    private readonly type: ResourceType,
    private readonly includeObject: string,
    private readonly nowMs: number,
  ) {}

  one(object: StoredObject): object {
    if (this.form === 'metadata') return metadataOf(object);
    if (this.form === 'object') return object;
    return this.table([object], { resourceVersion: object.metadata.resourceVersion });
  }

  list(objects: readonly StoredObject[], listMeta: object): object {
    if (this.form === 'table') return this.table(objects, listMeta);
    if (this.form === 'metadata')
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata: listMeta,
        items: objects.map(metadataOf),
      };
    const { listKind } = this.type;
    return { kind: listKind, apiVersion: groupVersionOf(this.type), metadata: listMeta, items: objects };
  }

  private table(objects: readonly StoredObject[], listMeta: object): object {
    return tableOf(this.type, objects, listMeta, { includeObject: this.includeObject, nowMs: this.nowMs });
  }
}
