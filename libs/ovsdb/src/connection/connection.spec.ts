import { duplexPair, type Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { VirtualClock } from '@holdfast/clock/testing';
import { CLIENT_DEFAULTS } from './client-options';
import { type ConnectionLimits, JsonRpcConnection, type RpcReply } from './connection';
import type { OvsdbFault } from '../schema/fault';
import { JsonFramer } from './framer';

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: unknown;
}

/** A connection whose other end is in the test's hands. */
class Wire {
  readonly clock = new VirtualClock();
  readonly received: Message[] = [];
  readonly notified: unknown[] = [];
  readonly faults: OvsdbFault[] = [];
  readonly connection: JsonRpcConnection;
  readonly near: Duplex;
  readonly peer: Duplex;

  constructor(limits: Partial<ConnectionLimits> = {}) {
    const [near, far] = duplexPair();
    this.near = near;
    this.peer = far;
    const framer = new JsonFramer(1e6, (message) => this.received.push(message));
    far.on('data', (chunk: Buffer) => framer.push(chunk));
    const events = {
      notified: (method: string, params: readonly unknown[]) => this.notified.push([method, params]),
      closed: (fault: OvsdbFault) => this.faults.push(fault),
    };
    this.connection = new JsonRpcConnection(near, this.clock, { ...CLIENT_DEFAULTS, ...limits }, events);
  }

  /** Lets what was written arrive. */
  async say(...messages: readonly (object | string)[]): Promise<void> {
    for (const message of messages)
      this.peer.write(typeof message === 'string' ? message : JSON.stringify(message));
    await setImmediate();
    await setImmediate();
  }

  call(method: string): RpcReply[] {
    const replies: RpcReply[] = [];
    this.connection.call(method, [], (reply) => replies.push(reply));
    return replies;
  }
}

describe('JsonRpcConnection', () => {
  it('matches replies to requests in whatever order they come', async () => {
    const wire = new Wire();
    const [first, second] = [wire.connection.request('a', [1]), wire.connection.request('b', [])];
    await wire.say();
    expect(wire.received).toEqual([
      { method: 'a', params: [1], id: 0 },
      { method: 'b', params: [], id: 1 },
    ]);
    await wire.say({ id: 1, result: 'B', error: null }, { id: 0, result: 'A', error: null });
    expect(await Promise.all([first, second])).toEqual(['A', 'B']);
  });

  it('reports a refusal in the server’s words', async () => {
    const wire = new Wire();
    const refusal = expect(wire.connection.request('get_schema', ['x'])).rejects.toMatchObject({
      code: 'request-refused',
      message: 'the server refused get_schema: unknown database (no x)',
    });
    await wire.say({ id: 0, result: null, error: { error: 'unknown database', details: 'no x' } });
    await refusal;
  });

  it('answers echo, passes notifications on, and knows no other method', async () => {
    const wire = new Wire();
    await wire.say({ id: 'e', method: 'echo', params: [7] }, { id: null, method: 'update', params: ['x'] });
    await wire.say({ id: 9, method: 'transact', params: [] });
    expect(wire.received).toEqual([
      { id: 'e', result: [7], error: null },
      { id: 9, result: null, error: 'unknown method' },
    ]);
    expect(wire.notified).toEqual([['update', ['x']]]);
  });

  it('settles a request before it looks at the next message', async () => {
    const wire = new Wire();
    wire.connection.call('monitor', [], () => wire.notified.push('contents'));
    await wire.say('{"id":0,"result":{},"error":null}{"id":null,"method":"update","params":[]}');
    expect(wire.notified).toEqual(['contents', ['update', []]]);
  });

  it('writes no more requests than may be in flight, and refuses more than may wait', async () => {
    const wire = new Wire({ inFlightMax: 2, queuedMax: 1 });
    const [, , waiting, refused] = [wire.call('a'), wire.call('b'), wire.call('c'), wire.call('d')];
    await wire.say();
    expect(wire.received).toHaveLength(2);
    expect(refused).toMatchObject([{ kind: 'lost', written: false, fault: { code: 'too-many-requests' } }]);
    await wire.say({ id: 0, result: 1, error: null });
    expect(wire.received).toHaveLength(3);
    await wire.say({ id: 2, result: 1, error: null });
    expect(waiting).toEqual([{ kind: 'result', result: 1 }]);
  });

  it('on the end distinguishes requests that were written from those that surely were not', async () => {
    const wire = new Wire({ inFlightMax: 1 });
    const [written, queued] = [wire.call('a'), wire.call('b')];
    wire.peer.end();
    await wire.say();
    const late = wire.call('c');
    await wire.say();
    expect([written, queued, late]).toMatchObject([
      [{ kind: 'lost', written: true }],
      [{ kind: 'lost', written: false }],
      [{ kind: 'lost', written: false }],
    ]);
    expect(wire.faults).toMatchObject([{ code: 'connection-lost' }]);
  });

  it.each([
    ['not JSON', 'HTTP/1.1 400', 'malformed-message'],
    ['a reply that was not asked', '{"id":5,"result":1,"error":null}', 'malformed-message'],
    ['a request without params', '{"id":1,"method":"echo"}', 'malformed-message'],
    ['no JSON-RPC', '{}', 'malformed-message'],
    ['too much', `{"a":"${'x'.repeat(3000)}"}`, 'message-too-large'],
  ])('closes on %s', async (_what, text, code) => {
    const wire = new Wire({ messageBytesMax: 2000 });
    const open = wire.call('a');
    await wire.say(text);
    expect(wire.faults).toMatchObject([{ code }]);
    expect(open).toMatchObject([{ kind: 'lost', fault: { code } }]);
    expect(wire.near.destroyed).toBe(true);
  });

  it('calls back once nothing is open', async () => {
    const wire = new Wire();
    wire.call('a');
    let idle = 0;
    wire.connection.onIdle(() => (idle += 1));
    expect(idle).toBe(0);
    await wire.say({ id: 0, result: 1, error: null });
    expect(idle).toBe(1);
  });
});

describe('probing', () => {
  const limits = { probeIntervalMs: 1000 };

  it('asks a silent peer for an echo and gives it up when none comes', async () => {
    const wire = new Wire(limits);
    await wire.clock.advance(999);
    expect(wire.received).toEqual([]);
    await wire.clock.advance(1);
    expect(wire.received).toEqual([{ method: 'echo', params: [], id: 'probe' }]);
    await wire.clock.advance(999);
    expect(wire.faults).toEqual([]);
    await wire.clock.advance(1);
    expect(wire.faults).toMatchObject([{ code: 'peer-silent' }]);
  });

  it('goes on as long as the peer says anything', async () => {
    const wire = new Wire(limits);
    for (let second = 0; second < 20; second += 1) {
      await wire.say({ id: null, method: 'update', params: [] });
      await wire.clock.advance(900);
    }
    expect([wire.received, wire.faults]).toEqual([[], []]);
  });

  it('takes an answer that lay unread while this process was stuck', async () => {
    const wire = new Wire(limits);
    await wire.clock.advance(1000);
    wire.clock.after(1000, () => wire.peer.write('{"id":"probe","result":[],"error":null}'));
    await wire.clock.advance(1000);
    expect(wire.faults).toEqual([]);
    await wire.clock.advance(1000);
    expect(wire.received).toHaveLength(2);
  });

  it('ends with the connection', async () => {
    const wire = new Wire(limits);
    wire.peer.end();
    await wire.clock.advance(10_000);
    expect(wire.faults).toMatchObject([{ code: 'connection-lost' }]);
  });
});
