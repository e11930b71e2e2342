import { ScalarType, create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  CommandOptionsSchema,
  DefineSubnetRequestSchema,
  IpFamily,
  ReserveAddressRequestSchema,
} from '../contract';
import { operationList } from '../operations';
import { typesWithin } from '../openapi/schema';
import { REQUEST_SCALARS, messageFromBinary } from './binary';

const read = (writer: BinaryWriter) => messageFromBinary(DefineSubnetRequestSchema, writer.finish());
const text = (number: number, value: string) =>
  new BinaryWriter().tag(number, WireType.LengthDelimited).string(value);
const nested = (number: number, inner: BinaryWriter) =>
  new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(inner.finish());

describe('strict binary form', () => {
  it('takes what protobuf writes', () => {
    const request = create(DefineSubnetRequestSchema, {
      name: 'a',
      cidrs: ['10.0.0.0/8', 'fd00::/64'],
      noGateway: true,
      cooling: { seconds: 300n, nanos: 5 },
      options: { commandId: 'x', issuedAt: { seconds: 1n } },
    });
    expect(
      messageFromBinary(DefineSubnetRequestSchema, toBinary(DefineSubnetRequestSchema, request)),
    ).toEqual({
      value: request,
    });
  });

  it('takes lists of numbers packed or one by one', () => {
    const packed = nested(6, new BinaryWriter().int32(1).int32(2));
    const apart = new BinaryWriter().tag(6, WireType.Varint).int32(1).tag(6, WireType.Varint).int32(2);
    for (const writer of [packed, apart]) {
      expect(messageFromBinary(ReserveAddressRequestSchema, writer.finish())).toMatchObject({
        value: { families: [IpFamily.IPV4, IpFamily.IPV6] },
      });
    }
  });

  it.each([
    ['an unknown field', text(10, 'x'), '#10', /^is a field number not known to DefineSubnetRequest$/],
    [
      'an unknown group',
      new BinaryWriter().tag(10, WireType.StartGroup).tag(10, WireType.EndGroup),
      '#10',
      /^is a field/,
    ],
    ['an unknown field inside', nested(15, text(9, 'x')), 'options.#9', /not known to CommandOptions$/],
    [
      'one further inside',
      nested(15, nested(2, text(3, 'x'))),
      'options.issued_at.#3',
      /not known to Timestamp$/,
    ],
    [
      'a number for a text',
      new BinaryWriter().tag(1, WireType.Varint).int32(5),
      'name',
      /wire type Varint, expected LengthDelimited$/,
    ],
    ['a text for a flag', text(4, 'true'), 'no_gateway', /wire type LengthDelimited, expected Varint$/],
    [
      'a number in a list',
      text(2, '10.0.0.0/8').tag(2, WireType.Bit64).fixed64(1),
      'cidrs[1]',
      /wire type Bit64/,
    ],
    [
      'a number for a message',
      new BinaryWriter().tag(15, WireType.Bit32).fixed32(1),
      'options',
      /wire type Bit32/,
    ],
    [
      'a text that is no UTF-8',
      new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(new Uint8Array([0xff])),
      'request',
      /binary form$/,
    ],
    [
      'a length beyond the end',
      new BinaryWriter().tag(1, WireType.LengthDelimited).uint32(100),
      'request',
      /binary form$/,
    ],
    [
      'a length beyond the message',
      nested(15, new BinaryWriter().tag(1, WireType.LengthDelimited).uint32(5)).raw(new Uint8Array(9)),
      'request',
      /binary form$/,
    ],
    [
      'a number for a map',
      new BinaryWriter().tag(9, WireType.Varint).int32(5),
      'labels',
      /wire type Varint, expected LengthDelimited$/,
    ],
    [
      "a number for a map's value",
      nested(9, text(1, 'team').tag(2, WireType.Varint).int32(5)),
      'labels',
      /wire type Varint, expected LengthDelimited$/,
    ],
    [
      'what a map does not have',
      nested(9, text(3, 'team')),
      'labels.#3',
      /^is a field number not known to a map$/,
    ],
    [
      "a length beyond a map's entry",
      nested(9, new BinaryWriter().tag(1, WireType.LengthDelimited).uint32(9)).raw(new Uint8Array(9)),
      'request',
      /binary form$/,
    ],
    ['half a tag', new BinaryWriter().raw(new Uint8Array([0x80])), 'request', /binary form$/],
    ['field number 0', new BinaryWriter().raw(new Uint8Array([0x00])), 'request', /binary form$/],
    [
      'JSON',
      new BinaryWriter().raw(new TextEncoder().encode('{"name": "a"}')),
      'options',
      /wire type StartGroup/,
    ],
  ])('refuses %s', (_, writer, field, message) => {
    const { invalid } = read(writer) as { invalid: { field: string; message: string } };
    expect(invalid).toEqual({ field, message: expect.stringMatching(message) });
  });

  it('is not brought down by groups in groups', () => {
    const groups = new Uint8Array(100_000).fill((9 << 3) | WireType.StartGroup);
    expect(messageFromBinary(CommandOptionsSchema, groups)).toMatchObject({ invalid: { field: '#9' } });
  });

  it('knows every kind of scalar that requests have', () => {
    const messages = typesWithin(operationList.map(({ request }) => request));
    const fields = messages.flatMap((type) => (type.kind === 'message' ? type.fields : []));
    const scalars = fields.flatMap(({ scalar }) => (scalar === undefined ? [] : [scalar]));
    expect(scalars.filter((scalar) => !REQUEST_SCALARS.includes(scalar))).toEqual([]);
    const maps = fields.flatMap((field) => (field.fieldKind === 'map' ? [field] : []));
    const others = maps.filter(({ mapKey, scalar }) =>
      [mapKey, scalar].some((it) => it !== ScalarType.STRING),
    );
    expect(others.map(String)).toEqual([]);
  });
});
