// What goes wrong on the way: the server dies, replies are lost, rows are refused, others are faster.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/clock/testing';
import { NORTHBOUND_SCHEMA, type OvsdbProxy, startOvsdbProxy } from '@holdfast/ovsdb/testing';
import { NorthboundLab } from '../testing/northbound-lab';
import { eventually } from '../testing/eventually';
import { TestLedger } from '../testing/test-ledger';

let lab: NorthboundLab;
let ledger: TestLedger;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16');
});
afterEach(async () => {
  await lab.stop();
  for (const end of ends.splice(0)) await end();
});

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `vip-${at}`);
const projected = async (): Promise<string[]> => Object.keys(await lab.ports()).sort();

async function proxy(): Promise<OvsdbProxy> {
  const made = await startOvsdbProxy(lab.server.unix);
  ends.push(() => made.stop());
  return made;
}

describe('a server that is killed in the middle of a build', () => {
  it('has every row once when it is back', async () => {
    ledger.reserveAll('blue', names(2000));
    const reconciler = lab.reconciler(ledger);
    for (const rows of [200, 900]) {
      await eventually(() => expect(reconciler.status().counts.rowsWritten).toBeGreaterThan(rows));
      await lab.server.kill();
      await lab.server.restart();
    }
    await reconciler.whenSettled();
    expect(await projected()).toEqual(names(2000).sort());
    expect(await lab.dump()).toMatchObject({ own: { length: 2001 }, foreign: [] });
    expect(reconciler.status()).toMatchObject({
      position: '2001',
      due: 0,
      trouble: undefined,
      counts: { drifts: 0 },
    });
  });
});

describe('a lost reply', () => {
  it.each(['before', 'after'])(
    'is found out when the connection dies %s the transaction happened',
    async (when) => {
      const between = await proxy();
      const reconciler = lab.reconciler(ledger, { remote: between.remote });
      await reconciler.whenSettled();
      let cuts = 0;
      between.judge = ({ method }, from) => {
        if (cuts > 0 || from !== 'client' || method !== 'transact') return 'pass';
        cuts += 1;
        return when === 'before' ? 'cut' : 'pass-and-cut';
      };
      ledger.reserveAll('blue', names(5));
      await eventually(() => expect(cuts).toBe(1));
      await reconciler.whenSettled();
      expect(await projected()).toEqual(names(5));
      expect(reconciler.status()).toMatchObject({ position: '6', trouble: undefined, counts: { drifts: 0 } });
    },
  );
});

describe('a server that takes nothing', () => {
  it('is asked again with pauses, says why, and gets everything in the end', async () => {
    const between = await proxy();
    const clock = new VirtualClock();
    const reconciler = lab.reconciler(ledger, { remote: between.remote, clock });
    await reconciler.whenSettled();
    between.judge = ({ method }, from) =>
      from === 'client' && method === 'transact' ? { error: 'out of order' } : 'pass';
    const { transactions } = reconciler.status().counts;
    ledger.reserveAll('blue', names(500));
    await eventually(() => expect(reconciler.status().trouble).toContain('out of order'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reconciler.status().counts.transactions - transactions).toBeLessThanOrEqual(2);
    between.judge = () => 'pass';
    await clock.advance(5_000);
    await reconciler.whenSettled();
    expect(await projected()).toHaveLength(500);
    expect(reconciler.status().trouble).toBeUndefined();
  });
});

describe('a row that the server refuses', () => {
  const LONG = 'a-name-that-is-too-long';

  beforeEach(async () => {
    const schema = JSON.parse(await readFile(NORTHBOUND_SCHEMA, 'utf8'));
    schema.tables.Logical_Switch_Port.columns.name.type = {
      key: { type: 'string', maxLength: LONG.length - 1 },
    };
    const folder = await mkdtemp(join(tmpdir(), 'schema-'));
    ends.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'strict.ovsschema');
    await writeFile(path, JSON.stringify(schema));
    await lab.stop();
    lab = await NorthboundLab.start({ schema: path });
  });

  it('keeps no other from being written, and is tried again ever more rarely', async () => {
    const clock = new VirtualClock();
    ledger.reserveAll('blue', [...names(150), LONG, ...names(300).slice(150)]);
    const reconciler = lab.reconciler(ledger, { clock });
    await eventually(async () => expect(await projected()).toEqual(names(300).sort()));
    await eventually(() => expect(reconciler.projectionOf(LONG)?.reason).toBe('Refused'));
    expect(reconciler.projectionOf(LONG)?.message).toMatch(/constraint violation: .*23/);
    // The switch; three batches; halving one of them to the end.
    expect(reconciler.status().counts.transactions).toBeLessThanOrEqual(5 + 2 * Math.ceil(Math.log2(100)));
    const { transactions } = reconciler.status().counts;
    for (let minute = 0; minute < 10; minute += 1) await clock.advance(60_000);
    await eventually(() => expect(reconciler.status().counts.transactions).toBeGreaterThan(transactions));
    expect(reconciler.status().counts.transactions - transactions).toBeLessThanOrEqual(40);
    await eventually(() =>
      expect(reconciler.status()).toMatchObject({ obstacles: [{ key: `vip/${LONG}`, reason: 'Refused' }] }),
    );
    ledger.release(LONG);
    await reconciler.whenSettled();
    expect(reconciler.status()).toMatchObject({ obstacles: [], due: 0 });
  });
});

describe('somebody who is faster', () => {
  /** A reconciler before whose next transaction something happens, once. */
  function outrun(happens: () => Promise<unknown>): () => Promise<void> {
    let isOver = false;
    return async () => {
      if (isOver || ledger.length < 2) return;
      isOver = true;
      await happens();
    };
  }

  it('makes the switch: theirs is used', async () => {
    const reconciler = lab.reconciler(ledger, {
      beforeTransaction: outrun(() => lab.nbctl('ls-add', 'red')),
    });
    await reconciler.whenSettled();
    ledger.define('red', '10.18.0.0/16');
    ledger.reserve('red', 'web', { v4: '10.18.0.5' });
    await reconciler.whenSettled();
    const { own, foreign } = await lab.dump();
    expect([own.length, foreign.map(({ name }) => name)]).toEqual([2, ['red']]);
    expect(await lab.ports()).toEqual({ web: 'red 10.18.0.5' });
  });

  it('puts a port on the switch that was about to go: it stays', async () => {
    const reconciler = lab.reconciler(ledger, {
      beforeTransaction: outrun(() => lab.nbctl('lsp-add', 'blue', 'pod.default')),
    });
    await reconciler.whenSettled();
    ledger.retire('blue');
    await eventually(() => expect(reconciler.projectionOfSubnet('blue')?.reason).toBe('SwitchInUse'));
    expect((await lab.dump()).foreign.map(({ name }) => name)).toEqual(['pod.default']);
  });

  it('takes the name of a port: theirs stays, the others are projected', async () => {
    const reconciler = lab.reconciler(ledger, {
      beforeTransaction: outrun(() => lab.nbctl('lsp-add', 'blue', 'vip-3')),
    });
    await reconciler.whenSettled();
    ledger.reserveAll('blue', names(20));
    await eventually(() => expect(reconciler.projectionOf('vip-3')?.reason).toBe('PortNameTaken'));
    await reconciler.whenSettled();
    expect(await projected()).toHaveLength(19);
    expect((await lab.dump()).foreign).toMatchObject([{ name: 'vip-3', type: '' }]);
  });
});
