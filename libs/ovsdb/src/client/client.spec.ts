import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '@holdfast/clock/testing';
import type { OvsdbClient } from './client';
import type { OvsdbFault } from '../schema/fault';
import { operationsOf } from '../transact/operations';
import type { DatabaseSchema } from '../schema/schema';
import { OVN_Northbound, type OVN_Northbound_Tables } from '../testing/generated/northbound';
import { OvsdbLab } from '../testing/lab';

const { insert, select, wait } = operationsOf(OVN_Northbound);

let lab: OvsdbLab;

beforeAll(async () => {
  lab = await OvsdbLab.start();
});
afterAll(() => lab.stop());

/** The next fault that keeps a client from being connected. */
function nextFault(client: Pick<OvsdbClient, 'onState'>): Promise<OvsdbFault> {
  return new Promise((resolve) => {
    const end = client.onState((state) => {
      if (state.status !== 'connecting' || !state.fault) return;
      end();
      resolve(state.fault);
    });
  });
}

describe('OvsdbClient', () => {
  it('reports its states and takes nothing before it is connected or after it is closed', async () => {
    const client = lab.open();
    const states: string[] = [];
    client.onState(({ status }) => states.push(status));
    await expect(client.transact([select('ACL', [])])).rejects.toMatchObject({ code: 'not-connected' });
    await client.whenConnected();
    expect(client.state).toEqual({ status: 'connected', remote: lab.server.unix });
    await client.close();
    await client.close();
    expect(states).toEqual(['connected', 'closed']);
    await expect(client.transact([select('ACL', [])])).rejects.toMatchObject({ code: 'not-connected' });
    await expect(client.whenConnected()).rejects.toMatchObject({ code: 'closed' });
    await expect(client.replicate({ ACL: {} }).whenSynced()).rejects.toMatchObject({ code: 'closed' });
    await expect(client.lock('late').whenHeld()).rejects.toMatchObject({ code: 'closed' });
  });

  it('lets go of who waits when it is closed or they give up', async () => {
    const client = lab.open({ remotes: 'unix:/nonexistent' });
    const replica = client.replicate({ ACL: {} });
    const waiting = [client.whenConnected(), replica.whenSynced(), client.lock('a').whenHeld()];
    const giveUp = new AbortController();
    const given = expect(client.whenConnected(giveUp.signal)).rejects.toBe('enough');
    giveUp.abort('enough');
    await given;
    const rejected = waiting.map((each) => expect(each).rejects.toMatchObject({ code: 'closed' }));
    await client.close();
    await Promise.all(rejected);
    expect(replica.fault).toMatchObject({ code: 'closed' });
  });

  it('waits on closing for the transactions that are open', async () => {
    const client = await lab.connect();
    const open = client.transact([insert('Address_Set', { name: 'parting' })]);
    await client.close();
    expect(await open).toMatchObject({ outcome: 'committed' });
  });

  it('does not wait for one that may never end', async () => {
    const client = await lab.connect();
    const never = client.transact([
      wait('Address_Set', { where: [], columns: ['name'], until: '==', rows: [{ name: 'never' }] }),
    ]);
    const unknown = expect(never).rejects.toMatchObject({ code: 'transaction-outcome-unknown' });
    await client.close();
    await unknown;
  });

  it('goes on to the next remote when one cannot be reached', async () => {
    const client = await lab.connect({ remotes: `unix:/nonexistent,${lab.server.unix}` });
    expect(client.state).toEqual({ status: 'connected', remote: lab.server.unix });
  });

  it('says why it is not connected, and pauses longer from one attempt to the next', async () => {
    const clock = new VirtualClock();
    const chance = { random: () => 0.999, uuid: () => '' };
    const client = lab.open({ remotes: 'unix:/nonexistent', clock, chance, reconnectMaxMs: 100 });
    expect(await nextFault(client)).toMatchObject({ code: 'connection-failed', retryable: true });
    const pauses: number[] = [];
    let failedMs = clock.monotonic();
    client.onState(() => {
      pauses.push(clock.monotonic() - failedMs);
      failedMs = clock.monotonic();
    });
    while (pauses.length < 4) await clock.advance(1);
    expect(pauses[3]).toBeGreaterThan(pauses[0]!);
    expect(Math.max(...pauses)).toBeLessThan(200);
  });

  it('does not use a server that lacks the database', async () => {
    const nowhere: DatabaseSchema<OVN_Northbound_Tables> = { ...OVN_Northbound, name: 'Nowhere' };
    const client = lab.open({ database: nowhere });
    expect(await nextFault(client)).toMatchObject({
      code: 'server-unfit',
      message: expect.stringContaining('does not serve the database') as string,
    });
  });

  it.each([
    ['malformed bytes', ['SSH-2.0-OpenSSH\r\n'], 'malformed-message'],
    ['an oversized message', [`{"id":null,"method":"${'x'.repeat(5000)}`], 'message-too-large'],
    [
      'no schema for an answer',
      ['{"id":0,"error":"unknown method"}', '{"id":1,"result":7}'],
      'invalid-schema',
    ],
    ['nothing but its end', [''], 'connection-lost'],
  ])('leaves a peer that sends %s', async (_what, answers, code) => {
    const peer = createServer((socket: Socket) => {
      const left = [...answers];
      socket.on('error', () => undefined);
      socket.on('data', () => (left[0] ? socket.write(left.shift()!) : socket.end()));
    }).listen(0, '127.0.0.1');
    await once(peer, 'listening');
    const { port } = peer.address() as AddressInfo;
    const client = lab.open({ remotes: `tcp:127.0.0.1:${port}`, messageBytesMax: 4000 });
    expect(await nextFault(client)).toMatchObject({ code });
    await client.close();
    peer.close();
  });

  it('gives up a server that stopped answering, and takes it back', async () => {
    const client = await lab.connect({ probeIntervalMs: 50 });
    const fault = nextFault(client);
    lab.server.freeze(true);
    const open = expect(client.transact([insert('Address_Set', { name: 'frozen' })])).rejects.toMatchObject({
      code: 'transaction-outcome-unknown',
    });
    expect(await fault).toMatchObject({ code: 'peer-silent' });
    await open;
    lab.server.freeze(false);
    await client.whenConnected();
  });

  it('keeps to its own defaults where an option is undefined', async () => {
    const client = await lab.connect({ inFlightMax: undefined as never, leaderOnly: undefined as never });
    expect(await client.transact([select('ACL', [])])).toMatchObject({ outcome: 'committed' });
  });
});
