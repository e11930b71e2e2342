// Any message of a kind, for property tests: every field of it may be empty, plausible or nonsense.
import {
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type MessageShape,
  ScalarType,
  fromJson,
} from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import * as fc from 'fast-check';

const PLAUSIBLE = [
  'ovn-default',
  'pod/default/web-0@net1',
  'statefulset/default/web/0',
  'vip/web',
  '10.16.0.5',
  'fd00::5',
  '10.16.0.0/16',
  '10.16.0.2..10.16.0.9',
  '02:5a:0a:10:00:0a',
  'app: aap1',
  'switch_lb_vip',
  '42',
];

/** Messages that JSON can say (times and durations within protobuf's limits, whole milliseconds). */
export function messageArbitrary<Desc extends DescMessage>(schema: Desc): fc.Arbitrary<MessageShape<Desc>> {
  return jsonArbitrary(schema).map((json) => fromJson(schema, json));
}

export function jsonArbitrary(schema: DescMessage): fc.Arbitrary<JsonObject> {
  const alone = schema.fields.filter(({ oneof }) => !oneof);
  const choices = schema.oneofs.map(({ fields }) =>
    fc.oneof(
      fc.constant({}),
      ...fields.map((field) => fc.record({ [field.jsonName]: fieldArbitrary(field) })),
    ),
  );
  const fields = alone.map((field) => [field.jsonName, fieldArbitrary(field)] as const);
  return fc
    .tuple(fc.record(Object.fromEntries(fields), { requiredKeys: [] }), ...choices)
    .map((parts) => Object.assign({}, ...parts) as JsonObject);
}

function fieldArbitrary(field: DescField): fc.Arbitrary<JsonValue> {
  if (field.fieldKind === 'list') return fc.array(valueArbitrary(field), { maxLength: 4 });
  if (field.fieldKind === 'map') {
    return fc.dictionary(fc.string({ unit: 'binary' }), valueArbitrary(field), { maxKeys: 4 });
  }
  return valueArbitrary(field);
}

function valueArbitrary(field: DescField): fc.Arbitrary<JsonValue> {
  if (field.enum) return fc.constantFrom(...field.enum.values.map(({ name }) => name));
  switch (field.message?.typeName) {
    case undefined:
      return scalarArbitrary(field.scalar);
    case TimestampSchema.typeName:
      return fc
        .date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString());
    case DurationSchema.typeName:
      return fc.nat(400 * 24 * 3_600_000).map((ms) => `${ms / 1000}s`);
    default:
      return jsonArbitrary(field.message as DescMessage);
  }
}

function scalarArbitrary(scalar: ScalarType | undefined): fc.Arbitrary<JsonValue> {
  if (scalar === ScalarType.BOOL) return fc.boolean();
  if (scalar === ScalarType.INT32) return fc.oneof(fc.nat(1100), fc.integer());
  if (scalar === ScalarType.INT64) return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String);
  return fc.oneof(fc.constantFrom(...PLAUSIBLE), fc.string({ unit: 'binary', maxLength: 40 }));
}
