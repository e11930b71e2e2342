// What a caller knows of a transaction when the server dies: committed, surely not sent, or unknown; and an
// unknown one can be settled by reading.
import { OvsdbFault, type OvsdbFaultCode } from '../schema/fault';
import { operationsOf } from '../transact/operations';
import { OVN_Northbound } from '../testing/generated/northbound';
import { OvsdbLab, type NorthboundClient } from '../testing/lab';

const { insert, select } = operationsOf(OVN_Northbound);

let lab: OvsdbLab;

beforeAll(async () => {
  lab = await OvsdbLab.start();
});
afterAll(() => lab.stop());

type Known = 'committed' | OvsdbFaultCode;

async function write(client: NorthboundClient, name: string): Promise<Known> {
  try {
    const result = await client.transact([insert('Address_Set', { name })]);
    if (result.outcome === 'aborted') throw new Error(`${result.error}: ${result.details}`);
    return 'committed';
  } catch (fault) {
    if (fault instanceof OvsdbFault) return fault.code;
    throw fault;
  }
}

async function names(client: NorthboundClient): Promise<ReadonlySet<string>> {
  await client.whenConnected();
  const read = await client.transact([select('Address_Set', [], ['name'])]);
  if (read.outcome === 'aborted') throw new Error(read.error);
  return new Set(read.results[0].rows.map(({ name }) => name));
}

describe('kill -9 of the server under load', () => {
  const WRITERS = 16;
  const KILLS = 3;
  const COMMITS_BETWEEN = 200;

  it('loses nothing acknowledged, and leaves no doubt that reading does not settle', async () => {
    const client = await lab.connect();
    const replica = client.replicate({ Address_Set: { columns: ['name'] } });
    const known = new Map<string, Known>();
    let committed = 0;
    let stopped = false;
    const keepWriting = async (writer: number): Promise<void> => {
      for (let at = 0; !stopped; at += 1) {
        const name = `load_${writer}_${at}`;
        const outcome = await write(client, name);
        known.set(name, outcome);
        if (outcome === 'committed') committed += 1;
        else await client.whenConnected();
      }
    };
    const killAgainAndAgain = async (): Promise<void> => {
      for (let kill = 1; kill <= KILLS; kill += 1) {
        while (committed < kill * COMMITS_BETWEEN) await new Promise((resolve) => setImmediate(resolve));
        await lab.server.kill();
        await lab.server.restart();
        await client.whenConnected();
      }
      stopped = true;
    };
    await Promise.all([
      killAgainAndAgain(),
      ...Array.from({ length: WRITERS }, (_, writer) => keepWriting(writer)),
    ]);
    await replica.whenSynced();

    const there = await names(client);
    const having = (outcome: Known): string[] =>
      [...known].filter(([, was]) => was === outcome).map(([name]) => name);
    expect(having('committed').filter((name) => !there.has(name))).toEqual([]);
    expect(having('not-connected').filter((name) => there.has(name))).toEqual([]);
    const outcomes = new Set<Known>(['committed', 'not-connected', 'transaction-outcome-unknown']);
    expect([...known.values()].filter((outcome) => !outcomes.has(outcome))).toEqual([]);
    expect(having('transaction-outcome-unknown').length).toBeGreaterThan(0);
    expect(having('transaction-outcome-unknown').length).toBeLessThanOrEqual(KILLS * WRITERS);
    expect([...there].filter((name) => !known.has(name))).toEqual([]);
    const replicated = [...replica.table('Address_Set').values()].map(({ name }) => name);
    expect(replicated.sort()).toEqual([...there].sort());
  });
});

describe('a transaction that had to queue', () => {
  it('was surely not sent when the server dies, nor was one for which the queue had no room', async () => {
    const client = await lab.connect({ inFlightMax: 1, queuedMax: 1 });
    lab.server.freeze(true);
    const [sent, queued, rejected] = ['sent', 'queued', 'refused'].map((name) => write(client, name));
    expect(await rejected).toBe('too-many-requests');
    await lab.server.kill();
    expect(await Promise.all([sent, queued])).toEqual(['transaction-outcome-unknown', 'not-connected']);
    await lab.server.restart();
    const there = await names(client);
    expect(['queued', 'refused'].filter((name) => there.has(name))).toEqual([]);
  });
});

describe('a transaction that the server refuses to look at', () => {
  it('rejects with its words', async () => {
    const error = { error: 'not allowed', details: 'read only' };
    const proxy = await lab.proxy(({ method }) => (method === 'transact' ? { error } : 'pass'));
    const client = await lab.connect({ remotes: proxy.remote });
    await expect(client.transact([])).rejects.toMatchObject({
      code: 'request-refused',
      message: 'the server refused transact: not allowed (read only)',
    });
  });
});

describe('a lost reply', () => {
  it.each([
    ['before the server saw the request', 'cut', false],
    ['after the server committed', 'pass', true],
  ] as const)('leaves the outcome unknown, and reading settles it: %s', async (_when, request, happened) => {
    const proxy = await lab.proxy();
    const client = await lab.connect({ remotes: proxy.remote });
    proxy.judge = ({ method, id, result }, from) => {
      if (from === 'client') return method === 'transact' ? request : 'pass';
      return id !== null && Array.isArray(result) ? 'cut' : 'pass';
    };
    const name = `lost_${request}`;
    await expect(client.transact([insert('Address_Set', { name })])).rejects.toMatchObject({
      code: 'transaction-outcome-unknown',
      retryable: false,
      cause: { code: 'connection-lost' },
    });
    proxy.judge = () => 'pass';
    expect((await names(client)).has(name)).toBe(happened);
  });
});
