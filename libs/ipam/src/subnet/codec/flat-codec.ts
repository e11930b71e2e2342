// The stored form of events whose fields are plain JSON, each in its first version: small aggregates need no more.
import type { StoredEvent } from './codec';

/** @param forms the stored types that are read, such as `VipNameFreed.v1` */
export function flatCodec<Event extends { readonly type: string }>(
  forms: readonly string[],
): { encode(event: Event): StoredEvent; decode(stored: StoredEvent): Event } {
  return {
    encode: ({ type, ...fields }) => ({ type: `${type}.v1`, data: JSON.stringify(fields) }),
    decode: ({ type, data }) => {
      if (!forms.includes(type))
        throw new RangeError(`stored event ${type} is not known to this version of Holdfast`);
      return { type: type.slice(0, -'.v1'.length), ...JSON.parse(data) } as Event;
    },
  };
}
