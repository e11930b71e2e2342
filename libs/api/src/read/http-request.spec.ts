import { create, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { httpCall } from '../http-client';
import { findHttpOperation, operationList, operations } from '../operations';
import { examples } from '../openapi/examples';
import { pathFields } from '../route';
import { messageArbitrary } from '../testing';
import { type HttpRequest, readHttpRequest } from './http-request';
import { readRequest } from './request';

const utf8 = new TextEncoder();
const body = (json: unknown) => utf8.encode(JSON.stringify(json));
const byName = operationList.map((operation) => [operation.name, operation] as const);

/** As a transport does it. */
function receive({ method, path, body: text }: { method: string; path: string; body?: string }) {
  const url = new URL(path, 'http://holdfast');
  const { operation, pathFields: fields } = findHttpOperation(method, url.pathname) as {
    operation: (typeof operationList)[number];
    pathFields: Record<string, string>;
  };
  return readHttpRequest(operation, {
    pathFields: fields,
    query: url.search.slice(1),
    body: utf8.encode(text ?? ''),
  });
}

describe('reading an HTTP request', () => {
  it('takes fields from the path and the body', () => {
    const request = { pathFields: { subnet: 'a', holder: 'pod/b/c' }, body: body({ v4: '10.0.0.1' }) };
    expect(readHttpRequest(operations.MoveAddress, request).meaning?.command).toMatchObject({
      subnet: 'a',
      holder: 'pod/b/c',
    });
  });

  it('takes fields from the path and the query', () => {
    const query = 'reason=all+gone&options.commandId=c-1&options.issued_at=2026-01-31T14:05:00Z';
    const request = { pathFields: { subnet: 'a', holder: 'pod/b/c' }, query };
    expect(readHttpRequest(operations.ReleaseAddress, request).meaning).toEqual({
      command: { type: 'ReleaseAddress', subnet: 'a', holder: 'pod/b/c', reason: 'all gone' },
      commandId: 'c-1',
      issuedAtMs: Date.UTC(2026, 0, 31, 14, 5),
    });
    const list = { pathFields: { subnet: 'a' }, query: 'family=IPV6&limit=5' };
    expect(readHttpRequest(operations.ListFreeAddresses, list).meaning).toMatchObject({
      family: 6,
      limit: 5,
    });
  });

  it('lets the body repeat the path', () => {
    const request = { pathFields: { name: 'a' }, body: body({ name: 'a', cooling: '1s' }) };
    expect(readHttpRequest(operations.ReviseSubnet, request).rejected).toBeUndefined();
  });

  it.each<[string, keyof typeof operations, HttpRequest, string]>([
    [
      'a body against the path',
      'ReviseSubnet',
      { pathFields: { name: 'a' }, body: body({ name: 'b' }) },
      'name',
    ],
    ['a query against the path', 'GetSubnet', { pathFields: { name: 'a' }, query: 'name=b' }, 'name'],
    [
      'a query beside a body',
      'ReviseSubnet',
      { pathFields: { name: 'a' }, query: 'x=1', body: body({}) },
      'request',
    ],
    ['a body where none is', 'GetSubnet', { pathFields: { name: 'a' }, body: body({}) }, 'request'],
    ['an unknown parameter', 'ListSubnets', { pathFields: {}, query: 'verbose=1' }, '"verbose"'],
    [
      'an unknown one inside',
      'RetireSubnet',
      { pathFields: { name: 'a' }, query: 'options.x=1' },
      '"options.x"',
    ],
    ['one inside a text', 'ListSubnets', { pathFields: {}, query: 'pageToken.x=1' }, '"pageToken.x"'],
    ['one given twice', 'ListSubnets', { pathFields: {}, query: 'pageSize=1&pageSize=2' }, 'pageSize'],
    ['one spelt twice', 'ListSubnets', { pathFields: {}, query: 'pageSize=1&page_size=2' }, 'page_size'],
    ['a message as text', 'RetireSubnet', { pathFields: { name: 'a' }, query: 'options=x' }, 'options'],
    [
      'a message twice',
      'RetireSubnet',
      { pathFields: { name: 'a' }, query: 'options=x&options.actor=y' },
      'options.actor',
    ],
    ['inside a time', 'WhoHeld', { pathFields: { address: '::1' }, query: 'at.seconds=5' }, 'at'],
    ['a number that is none', 'ListSubnets', { pathFields: {}, query: 'pageSize=many' }, 'page_size'],
    ['a prototype', 'ListSubnets', { pathFields: {}, query: '__proto__.x=1' }, '"__proto__.x"'],
    ['a bad path', 'GetSubnet', { pathFields: { name: 'A' } }, 'name'],
    ['no JSON', 'DefineSubnet', { pathFields: {}, body: utf8.encode('name=a') }, 'request'],
  ])('refuses %s', (_, name, request, field) => {
    const { rejected } = readHttpRequest(operations[name] as (typeof operationList)[number], request);
    expect(rejected).toMatchObject({ code: 'InvalidArgument', facts: { field } });
  });

  it.each(byName)('%s: what the client writes is read as it was', (name, operation) => {
    const whole = examples[name as keyof typeof examples].request;
    const required = pathFields(operation.route);
    fc.assert(
      fc.property(messageArbitrary(operation.request), (arbitrary) => {
        const fields = Object.fromEntries(required.map((field) => [field, whole[field]]));
        const message = create(operation.request, { ...arbitrary, ...fields });
        const direct = readRequest(operation, toBinary(operation.request, message), 'binary');
        expect(receive(httpCall(operation, message))).toEqual(direct);
      }),
      { numRuns: 60 },
    );
  });
});
