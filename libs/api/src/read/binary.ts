// Binary form to message, strictly: protobuf's readers keep unknown fields and take a known one as whatever type
// they expect; here both are refused by name.
import {
  type DescField,
  type DescMessage,
  type MessageShape,
  ScalarType,
  fromBinary,
} from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type Checked, type Invalid, bad, valid } from '../checked';

export function messageFromBinary<Desc extends DescMessage>(
  schema: Desc,
  payload: Uint8Array,
): Checked<MessageShape<Desc>> {
  try {
    const fault = findWireFault(schema, new BinaryReader(payload), payload.length, '');
    return fault ? { invalid: fault } : valid(fromBinary(schema, payload));
  } catch {
    return bad('request', `is no ${schema.typeName} in binary form`);
  }
}

/** @throws Error when the bytes are not of protobuf's wire format at all */
function findWireFault(
  schema: DescMessage,
  reader: BinaryReader,
  end: number,
  path: string,
): Invalid | undefined {
  const counts = new Map<DescField, number>();
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const field = schema.fields.find((it) => it.number === number);
    if (!field) {
      return { field: `${path}#${number}`, message: `is a field number not known to ${schema.name}` };
    }
    const at = counts.get(field) ?? 0;
    counts.set(field, at + 1);
    const here = `${path}${field.name}${field.fieldKind === 'list' ? `[${at}]` : ''}`;
    if (!wireTypes(field).includes(wireType)) {
      return {
        field: here,
        message: `has wire type ${WireType[wireType]}, expected ${WireType[wireTypeOf(field)]}`,
      };
    }
    if (field.fieldKind === 'map') {
      const fault = findEntryFault(reader, reader.uint32() + reader.pos, here);
      if (fault) return fault;
    } else if (field.message) {
      const fault = findWireFault(field.message, reader, reader.uint32() + reader.pos, `${here}.`);
      if (fault) return fault;
    } else {
      reader.skip(wireType, number);
    }
  }
  if (reader.pos > end) throw new RangeError('a field ends beyond its message');
  return undefined;
}

/** Of a map, which has texts by texts (a spec holds the contract to that): 1 is the key, 2 the value. */
function findEntryFault(reader: BinaryReader, end: number, here: string): Invalid | undefined {
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    if (number > 2) return { field: `${here}.#${number}`, message: 'is a field number not known to a map' };
    if (wireType !== WireType.LengthDelimited) {
      return { field: here, message: `has wire type ${WireType[wireType]}, expected LengthDelimited` };
    }
    reader.skip(wireType, number);
  }
  if (reader.pos > end) throw new RangeError('a field ends beyond its entry');
  return undefined;
}

/** Numbers of a list may come one by one or packed. */
function wireTypes(field: DescField): WireType[] {
  const own = wireTypeOf(field);
  return field.fieldKind === 'list' ? [own, WireType.LengthDelimited] : [own];
}

/** The contract has no other scalars than these; a spec holds it to that. */
function wireTypeOf(field: DescField): WireType {
  if (field.fieldKind === 'map' || field.message || field.scalar === ScalarType.STRING)
    return WireType.LengthDelimited;
  return WireType.Varint;
}

/** Scalars that requests may have. */
export const REQUEST_SCALARS: readonly ScalarType[] = [
  ScalarType.STRING,
  ScalarType.BOOL,
  ScalarType.INT32,
  // google.protobuf.Timestamp and Duration
  ScalarType.INT64,
];
