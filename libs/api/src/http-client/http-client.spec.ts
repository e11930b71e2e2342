// The client against a real HTTP server that answers as a transport does.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { reject } from '@holdfast/ipam';
import { encodeReply } from '../present/encode';
import { presentRefusal } from '../present/rejection';
import { type Operations, findHttpOperation, operations } from '../operations';
import type { MeaningOf } from '../operation';
import { readHttpRequest } from '../read/http-request';
import { type Refusal, fault } from '../status';
import { CallFault } from './call-fault';
import { HttpClient } from './http-client';

type Answer = { status: number; body: string | Uint8Array } | Refusal | 'hang';

describe('HttpClient', () => {
  let answer: Answer;
  let received: { meaning: unknown; headers: http.IncomingHttpHeaders }[] = [];
  let client: HttpClient;

  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://holdfast');
      const found = findHttpOperation(request.method ?? '', url.pathname);
      if (!found.operation) throw new Error(`no operation at ${url.pathname}`);
      const { operation, pathFields } = found;
      const read = readHttpRequest(operation, {
        pathFields,
        query: url.search.slice(1),
        body: Buffer.concat(chunks),
      });
      received.push({ meaning: read.rejected ?? read.meaning, headers: request.headers });
      if (answer === 'hang') return;
      if ('code' in answer) {
        const { status, payload } = presentRefusal(answer, 'json');
        response.writeHead(status.http).end(payload);
      } else {
        response.writeHead(answer.status).end(answer.body);
      }
    });
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    client = new HttpClient({ baseUrl, headers: { 'x-test': 'yes' } });
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    received = [];
  });

  it('sends what is asked and reads the reply', async () => {
    const reply = {
      reservation: { subnet: 'a', holder: 'pod/b/c', v4: '10.0.0.2', mac: '02:00:0a:00:00:02' },
      commandId: 'c-1',
    };
    answer = { status: 200, body: encodeReply(operations.ReserveAddress, reply, 'json') };
    const outcome = await client.call('ReserveAddress', { subnet: 'a', holder: 'pod/b/c', v4: '10.0.0.2' });
    expect(outcome.reply).toMatchObject(reply);
    const meaning: Partial<MeaningOf<Operations['ReserveAddress']>> = {
      command: { type: 'ReserveAddress', subnet: 'a', holder: 'pod/b/c' as never, v4: 0x0a000002 },
    };
    expect(received).toEqual([{ meaning, headers: expect.objectContaining({ 'x-test': 'yes' }) }]);
  });

  it('overlooks what a newer server says besides', async () => {
    answer = { status: 200, body: '{"vips": [], "nextPageToken": "t", "position": "1", "new": {}}' };
    expect((await client.call('ListVips', {})).reply).toMatchObject({ nextPageToken: 't', vips: [] });
  });

  it('turns refusals into values', async () => {
    const { rejected } = reject('SubnetNotFound', 'There is no subnet a; define it first.', { subnet: 'a' });
    answer = rejected;
    expect(await client.call('GetSubnet', { name: 'a' })).toEqual({ rejected });
    answer = { status: 418, body: '{"code": "NewCode", "message": "m"}' };
    expect(await client.call('GetSubnet', { name: 'a' })).toEqual({
      rejected: { code: 'NewCode', message: 'm', facts: {} },
    });
    answer = { status: 409, body: '{"code": "FrontTaken", "message": "m"}' };
    expect(await client.call('GetVip', { name: 'web' })).toMatchObject({
      rejected: { code: 'VipPortTaken' },
    });
  });

  it.each<[string, Answer, object]>([
    [
      'a fault',
      fault('Overloaded', 'too much', { waiting: '9' }).rejected,
      { code: 'Overloaded', retryable: true, facts: { waiting: '9' } },
    ],
    ['a defect', fault('Internal', 'oh').rejected, { code: 'Internal', retryable: false, message: 'oh' }],
    [
      'a fault that is newer',
      { status: 503, body: '{"code": "New", "message": "m", "retryable": true}' },
      { code: 'Unavailable', retryable: true, message: 'New: m' },
    ],
    ['a proxy', { status: 502, body: '<html>Bad Gateway</html>' }, { code: 'Unavailable', retryable: true }],
    [
      'another server',
      { status: 404, body: '{"statusCode": 404, "error": "Not Found"}' },
      { code: 'Internal', retryable: false },
    ],
    ['nonsense', { status: 200, body: 'hello' }, { code: 'Internal', retryable: false }],
    ['the wrong shape', { status: 200, body: '{"subnet": 5}' }, { code: 'Internal', retryable: false }],
  ])('throws a CallFault for %s', async (_, given, expected) => {
    answer = given;
    const fault = await client.call('GetSubnet', { name: 'a' }).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(CallFault);
    expect(fault).toMatchObject(expected);
  });

  it('throws a retryable CallFault when nobody listens', async () => {
    const free = http.createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const nobody = new HttpClient({ baseUrl: `http://127.0.0.1:${port}` });
    await expect(nobody.call('GetStatus', {})).rejects.toMatchObject({
      code: 'Unavailable',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('stops when its signal says so', async () => {
    answer = 'hang';
    const abort = new AbortController();
    const call = client.call('GetStatus', {}, { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a path', () => {
  it.each(['../../b', 'pod/../b', 'pod//b', '.'])('never becomes another through %j', async (holder) => {
    const client = new HttpClient({
      baseUrl: 'http://127.0.0.1:9',
      fetch: () => Promise.reject(new Error('sent')),
    });
    await expect(client.call('ReleaseAddress', { subnet: 'a', holder, reason: '' })).rejects.toThrow(
      RangeError,
    );
  });
});
