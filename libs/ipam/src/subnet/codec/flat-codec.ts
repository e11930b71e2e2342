// The stored form of events whose fields are plain JSON: small aggregates need no more.
import type { StoredEvent } from './codec';

/**
 * @param forms the stored types that are read, such as `VipNameFreed.v1`
 * @param formOf which form the event is written in: the oldest that says all there is to say
 */
export function flatCodec<Event extends { readonly type: string }>(
  forms: readonly string[],
  formOf: (event: Event) => number = () => 1,
): { encode(event: Event): StoredEvent; decode(stored: StoredEvent): Event } {
  return {
    encode: (event) => {
      const { type, ...fields } = event;
      return { type: `${type}.v${formOf(event)}`, data: JSON.stringify(fields) };
    },
    decode: ({ type, data }) => {
      if (!forms.includes(type))
        throw new RangeError(`stored event ${type} is not known to this version of Holdfast`);
      return { type: type.slice(0, type.lastIndexOf('.v')), ...JSON.parse(data) } as Event;
    },
  };
}
