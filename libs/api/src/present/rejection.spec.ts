import { fromBinary, fromJsonString } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { AnySchema, anyUnpack } from '@bufbuild/protobuf/wkt';
import { REJECTION_CODES, invalid } from '@holdfast/ipam';
import { RejectionSchema } from '../contract';
import { FAULT_CODES, type Refusal, fault, statusOf } from '../status';
import { readJson } from '../testing';
import { presentRefusal, rejectionMessage, statusDetails } from './rejection';

const factsOfCode = (code: string) =>
  code === 'InvalidArgument' ? { subnet: 's', field: 'name' } : { subnet: 's' };

const refusals: Refusal[] = [
  ...REJECTION_CODES.map(
    (code) => ({ code, message: `${code} it is.`, facts: factsOfCode(code) }) as Refusal,
  ),
  ...FAULT_CODES.map((code) => fault(code, `${code} it is.`, { subnet: 's' }).rejected),
];

describe.each(refusals.map((refusal) => [refusal.code, refusal] as const))('%s', (code, refusal) => {
  const presented = {
    code,
    message: `${code} it is.`,
    facts: factsOfCode(code),
    retryable: statusOf(refusal).retryable,
  };

  it('is told in both codings, with its status', () => {
    const json = presentRefusal(refusal, 'json');
    const binary = presentRefusal(refusal, 'binary');
    expect([json.status, json.message]).toEqual([statusOf(refusal), `${code} it is.`]);
    expect(JSON.parse(new TextDecoder().decode(json.payload))).toEqual(presented);
    expect(fromJsonString(RejectionSchema, new TextDecoder().decode(json.payload))).toMatchObject(presented);
    expect(fromBinary(RejectionSchema, binary.payload)).toMatchObject(presented);
  });

  it('is a detail of the gRPC status', () => {
    const reader = new BinaryReader(statusDetails(refusal));
    expect([reader.tag()[0], reader.int32()]).toEqual([1, statusOf(refusal).grpc]);
    expect([reader.tag()[0], reader.string()]).toEqual([2, `${code} it is.`]);
    expect(reader.tag()[0]).toBe(3);
    expect(anyUnpack(fromBinary(AnySchema, reader.bytes()), RejectionSchema)).toMatchObject(presented);
    expect(reader.pos).toBe(reader.len);
  });
});

describe('the field that is bad', () => {
  const { rejected } = invalid('options.command_id', 'is required');

  it('is spelt as the caller spells it', () => {
    expect(rejectionMessage(rejected, 'binary')).toMatchObject({
      message: 'options.command_id: is required',
      facts: { field: 'options.command_id' },
    });
    expect(rejectionMessage(rejected, 'json')).toMatchObject({
      message: 'options.commandId: is required',
      facts: { field: 'options.commandId' },
    });
  });

  it.each([
    ['no_such_field', 'no_such_field'],
    ['"page_size!"', '"page_size!"'],
    ['selector[2]', 'selector[2]'],
  ])('%s stays as it is when it is none of ours', (field, presented) => {
    expect(rejectionMessage(invalid(field, 'x').rejected, 'json').facts['field']).toBe(presented);
  });

  it.each([
    [{ holder: 'x' }, 'holder: expected'],
    [
      { vip: 'a', fromTime: '2026-01-02T00:00:00Z', toTime: '2026-01-02T00:00:00Z' },
      'toTime: expected a time after fromTime',
    ],
    [{ vip: 'a', pageToken: 'page_token' }, 'pageToken: expected the nextPageToken of this list'],
    [
      { vip: 'a', subnet: 'page_token' },
      'subnet: expected a DNS subdomain (1 to 253 of a-z0-9.-, first and last alphanumeric), got "page_token"',
    ],
  ])('and so are the others that are named, but not what the caller wrote: %j', (request, message) => {
    const refusal = readJson('GetHistory', request).rejected as Refusal;
    expect(rejectionMessage(refusal, 'json').message).toContain(message);
  });

  it('is told in one line', () => {
    expect(rejectionMessage(fault('Internal', 'a\r\nb').rejected, 'json').message).toBe('a b');
  });
});
