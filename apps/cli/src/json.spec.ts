// What programs read: one JSON document on standard output, whatever happens, and an exit code.
import { systemChance } from '@holdfast/clock';
import { aControlPlane } from './testing/control-plane';
import { startLossyProxy } from './testing/lossy-proxy';
import { Terminal } from './testing/terminal';

const controlPlane = aControlPlane();
let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal(controlPlane().server);
});

const get = async (path: string): Promise<unknown> => (await fetch(controlPlane().server + path)).json();

it.each([
  ['subnet get j1', '/v1/subnets/j1'],
  ['reservation get j1 node/n1', '/v1/subnets/j1/reservations/node/n1'],
  ['reservation list --subnet j1', '/v1/reservations?subnet=j1'],
  ['vip get j1', '/v1/vips/j1'],
  ['vip list --subnet j1', '/v1/vips?subnet=j1'],
  ['subnet free j1 --limit 3', '/v1/subnets/j1/free-addresses?limit=3'],
  ['history 10.1.0.9', '/v1/history?address=10.1.0.9'],
  ['history node/n1', '/v1/history?holder=node%2Fn1'],
  ['history --vip j1', '/v1/history?vip=j1'],
  ['status', '/v1/status'],
])("of %s is the server's message as it is", async (line, path) => {
  // Defined and reserved just so already: answered without a new event.
  await terminal.tell('subnet define j1 --cidr 10.1.0.0/24');
  await terminal.tell('reserve j1 node/n1 --v4 10.1.0.9');
  await terminal.tell('vip reserve j1 --subnet j1 --note x');
  const [printed, got] = [await terminal.json(line), await get(path)].map(withoutTime);
  expect(printed).toEqual(got);
});

it('of who held an address tells who, and by which event', async () => {
  await terminal.tell('subnet define j2 --cidr 10.2.0.0/24');
  await terminal.tell('reserve j2 node/n1 --v4 10.2.0.9 --actor bob');
  expect(await terminal.json('history 10.2.0.9 --at now')).toMatchObject({
    holdings: [
      {
        reservation: { subnet: 'j2', holder: 'node/n1', v4: '10.2.0.9' },
        began: { type: 'AddressReserved', actor: 'bob', through: 'http' },
      },
    ],
  });
});

it('of a list is the whole list, though it comes in pages', async () => {
  await terminal.tell('subnet define j3 --cidr 10.3.0.0/16');
  const holders = Array.from({ length: 1_001 }, (_, at) => `node/n${String(at).padStart(4, '0')}`);
  const reserved = holders.map((holder) =>
    fetch(`${controlPlane().server}/v1/subnets/j3/reservations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ holder }),
    }),
  );
  for (const reply of await Promise.all(reserved)) expect(reply.status).toBe(200);
  await terminal.tell('reserve j3 node/last');
  const list = (await terminal.json('reservation list --subnet j3')) as {
    reservations: { holder: string }[];
    nextPageToken: string;
  };
  expect(list.reservations.map(({ holder }) => holder)).toEqual(['node/last', ...holders]);
  expect(list.nextPageToken).toBe('');
});

it('of a refusal is the refusal, beside the line for people', async () => {
  await terminal.tell('subnet define j4 --cidr 10.4.0.0/24');
  await terminal.tell('reserve j4 node/n1 --v4 10.4.0.9');
  const { code, out, err } = await terminal.type('reserve j4 node/n2 --v4 10.4.0.9 -o json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    code: 'AddressTaken',
    message: expect.stringContaining('node/n1') as string,
    facts: expect.objectContaining({ address: '10.4.0.9', holder: 'node/n1' }) as object,
    retryable: false,
  });
  expect(err).toMatch(/^holdfast: AddressTaken: 10\.4\.0\.9 .* node\/n1; .+\.\n$/);
});

it('names who asked: the user, or whom --actor says', async () => {
  await terminal.tell('subnet define j5 --cidr 10.5.0.0/24');
  await terminal.tell('reserve j5 node/j5');
  await terminal.tell('release j5 node/j5 --actor bob --reason "a test"');
  expect(await terminal.json('history node/j5')).toMatchObject({
    events: [
      { type: 'AddressReserved', actor: 'alice' },
      { type: 'AddressReleased', actor: 'bob', reason: 'a test' },
    ],
  });
});

/** Asks again without a pause. */
const hasty = (server: string): Terminal =>
  new Terminal(server, { chance: { ...systemChance, random: () => 0 } });

describe('when replies are lost', () => {
  it('a command is sent again under its id, and done once', async () => {
    await terminal.tell('subnet define l1 --cidr 10.6.0.0/24');
    const proxy = await startLossyProxy(controlPlane().server, 2);
    try {
      const reply = await hasty(proxy.server).json('reserve l1 node/l1');
      expect(reply).toMatchObject({ reservation: { v4: '10.6.0.2' } });
      expect(proxy.deliveries()).toBe(3);
    } finally {
      await proxy.stop();
    }
    const { position } = (await terminal.json('reserve l1 node/other')) as { position: string };
    const { events } = (await terminal.json(`history node/l1 --at-least-position ${position}`)) as {
      events: unknown[];
    };
    expect(events).toHaveLength(1);
  });

  it('all of them, it tells how to make sure, and that makes sure', async () => {
    await terminal.tell('subnet define l2 --cidr 10.7.0.0/24');
    const proxy = await startLossyProxy(controlPlane().server, Infinity);
    const { code, out, err } = await hasty(proxy.server).type('reserve l2 node/l2 -o json');
    await proxy.stop();
    expect(code).toBe(3);
    const { facts } = JSON.parse(out) as { facts: { commandId: string; issuedAt: string } };
    const flags = `--command-id ${facts.commandId} --issued-at ${facts.issuedAt}`;
    expect(err).toContain(`it may have been done; to make sure, give the same command with ${flags}\n`);
    // Somebody else is given the next address in between.
    await terminal.tell('reserve l2 node/other');
    const again = await terminal.json(`reserve l2 node/l2 ${flags}`);
    expect(again).toMatchObject({ reservation: { v4: '10.7.0.2' }, commandId: facts.commandId });
    const reused = await terminal.type(`reserve l2 node/l3 ${flags}`);
    expect([reused.code, reused.err]).toEqual([1, expect.stringContaining('CommandIdReused')]);
  });

  it('a question is asked again', async () => {
    const proxy = await startLossyProxy(controlPlane().server, 1);
    expect(await hasty(proxy.server).type('status')).toMatchObject({ code: 0 });
    await proxy.stop();
  });
});

/** What time it is changes between two questions. */
function withoutTime(message: unknown): unknown {
  const { clock, ...rest } = message as { readonly clock?: Readonly<Record<string, unknown>> };
  return clock ? { ...rest, clock: { ...clock, time: undefined } } : message;
}
