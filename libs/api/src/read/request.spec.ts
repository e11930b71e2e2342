import { toBinary, toJsonString } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { operationList, operations } from '../operations';
import { examples } from '../openapi/examples';
import { jsonArbitrary, messageArbitrary } from '../testing';
import { codingOf } from './coding';
import { MESSAGE_BYTES_MAX, readRequest } from './request';

const utf8 = new TextEncoder();
const byName = operationList.map((operation) => [operation.name, operation] as const);
const REFUSED = { rejected: { code: 'InvalidArgument', facts: { field: expect.any(String) } } };

describe('reading a request', () => {
  it.each(byName)('%s: the example means something', (name, operation) => {
    const { request } = examples[name as keyof typeof examples];
    const read = readRequest(operation, utf8.encode(JSON.stringify(request)), 'json');
    expect(read.rejected).toBeUndefined();
  });

  it('names the field first in its message', () => {
    expect(readRequest(operations.GetVip, utf8.encode('{"name": "A"}'), 'json')).toEqual({
      rejected: {
        code: 'InvalidArgument',
        message:
          'name: expected a DNS subdomain (1 to 253 of a-z0-9.-, first and last alphanumeric), got "A"',
        facts: { field: 'name' },
      },
    });
  });

  it.each(['json', 'binary'] as const)('refuses what is too large in %s', (coding) => {
    const large = utf8.encode(JSON.stringify({ name: 'x'.repeat(MESSAGE_BYTES_MAX) }));
    expect(readRequest(operations.GetVip, large, coding)).toMatchObject({
      rejected: { facts: { field: 'request' }, message: expect.stringContaining('at most 262144') },
    });
  });

  it('takes the largest list of exclusions there may be', () => {
    const excluded = Array.from(
      { length: 4096 },
      (_, at) => `2001:db8:1234:5678:9abc:def0:1234:${at.toString(16)}`,
    );
    const request = utf8.encode(JSON.stringify({ name: 'a', cidrs: ['2001:db8::/32'], excluded }));
    expect(readRequest(operations.DefineSubnet, request, 'json').rejected).toBeUndefined();
  });
});

/** What the Subnet calls it, which knows only parents of Vips. */
const typeOf = (operation: string): string => operation.replace('VipParent', 'Parent');

describe.each(byName)('%s', (_, operation) => {
  it('answers any JSON with a meaning or an InvalidArgument', () => {
    const soup = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((it) => JSON.stringify(it)),
    );
    const almost = fc
      .tuple(jsonArbitrary(operation.request), fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 1 }))
      .map(([json, more]) => JSON.stringify({ ...json, ...more }));
    fc.assert(
      fc.property(fc.oneof(soup, almost), (text) => {
        const read = readRequest(operation, utf8.encode(text), 'json');
        if (read.rejected) expect(read).toMatchObject(REFUSED);
        else
          expect(read.meaning).toHaveProperty(
            operation.kind === 'command' ? 'command.type' : 'type',
            typeOf(operation.name),
          );
      }),
      { numRuns: 60 },
    );
  });

  it('answers any bytes with a meaning or an InvalidArgument', () => {
    const mangled = fc
      .tuple(messageArbitrary(operation.request), fc.nat(), fc.nat(255))
      .map(([message, at, byte]) => {
        const bytes = toBinary(operation.request, message);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), mangled), (bytes) => {
        const read = readRequest(operation, bytes, 'binary');
        if (read.rejected) expect(read).toMatchObject(REFUSED);
      }),
      { numRuns: 60 },
    );
  });

  it('reads the same from JSON and from the binary form', () => {
    fc.assert(
      fc.property(messageArbitrary(operation.request), (message) => {
        const json = utf8.encode(toJsonString(operation.request, message));
        const binary = toBinary(operation.request, message);
        expect(readRequest(operation, binary, 'binary')).toEqual(readRequest(operation, json, 'json'));
      }),
      { numRuns: 60 },
    );
  });
});

describe('media types', () => {
  it.each([
    [undefined, 'json'],
    ['application/json', 'json'],
    ['Application/JSON; charset=utf-8', 'json'],
    ['application/protobuf', 'binary'],
  ])('%s is %s', (type, coding) => {
    expect(codingOf(type)).toEqual({ coding });
  });

  it('refuses others', () => {
    expect(codingOf('text/plain')).toMatchObject({ rejected: { facts: { field: 'content-type' } } });
  });
});
