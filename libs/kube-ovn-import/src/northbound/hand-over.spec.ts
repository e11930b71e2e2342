// Ports that Kube-OVN made become Holdfast's own in place, while a projector is at work, and Kube-OVN's again.
import { formatAddress, formatMac, parseHolder } from '@holdfast/ipam';
import type { SwitchPortRow } from '@holdfast/ovn/planning';
import { OWNER_KEY } from '@holdfast/ovn';
import { eventually, inOne, kubeOvnPort, kubeOvnVirtualPort } from '@holdfast/ovn/testing';
import { HandOverLab, LEDGER_ID } from '../testing/hand-over-lab';
import { TAKEN_FROM_KEY } from './plan-take-over';

let world: HandOverLab;

beforeEach(async () => {
  world = await HandOverLab.start();
});
afterEach(() => world.stop());

const without = ({ external_ids: _, ...row }: SwitchPortRow): unknown => row;

/** Of each kind that there is, as Kube-OVN writes them, and the ledger to it. */
async function wholeCluster(): Promise<void> {
  await world.made('web.default', '00:00:00:0a:00:05 10.17.0.5', { keys: ['sg_web=true'] });
  await world.made('both.default', '00:00:00:0A:00:06 10.17.0.6 FD17::6', {
    portSecurity: '00:00:00:0a:00:06 10.17.0.6 10.17.0.101 fd17::6',
    keys: ['attach-vips=true', 'vips=10.17.0.101'],
  });
  await world.made('db-1.default', '00:00:00:0a:00:07 10.17.0.7');
  await world.made('vm-a.default', '00:00:00:0a:00:08 10.17.0.8');
  await world.made('front.default', '00:00:00:0a:00:64 10.17.0.100');
  await world.lab.nbctl(...kubeOvnVirtualPort('blue', 'aap', '10.17.0.101', ['web.default', 'both.default']));
  world.reserved('web', '10.17.0.5', 0x0a0005);
  const both = { families: undefined, portSecurity: true, v6: 'fd17::6' };
  world.reserved('both', '10.17.0.6', 0x0a0006, both);
  const of = (v4: string, mac: number, port: string) => ({ v4, mac, port, families: [4] as const });
  world.ledger.reservePort('blue', 'statefulset/default/db/1', of('10.17.0.7', 0x0a0007, 'db-1.default'));
  world.ledger.reservePort('blue', 'vm/default/vm-a', of('10.17.0.8', 0x0a0008, 'vm-a.default'));
  world.ledger.attach('blue', 'vm/default/vm-a', { object: 'pod/default/launcher', uid: 'u1', node: 'n2' });
  world.ledger.reserve('blue', 'site', { v4: '10.17.0.100', mac: 0x0a0064, families: [4] });
  world.ledger.attach('blue', 'vip/site', { object: 'pod/default/front', uid: 'u2', port: 'front.default' });
  world.ledger.reserve('blue', 'aap', { v4: '10.17.0.101', families: [4], namespace: 'default' });
  world.ledger.grant('aap', 'both.default', 'web.default');
}

const NAMES = ['aap', 'both.default', 'db-1.default', 'front.default', 'vm-a.default', 'web.default'];

describe('ports that agree with the ledger', () => {
  it('are taken over in place while a projector is at work, which then finds all as it should be', async () => {
    await wholeCluster();
    const before = await world.portRows();
    const reconciler = await world.project();
    expect(reconciler.status().obstacles.map(({ reason }) => reason)).toEqual(Array(6).fill('PortNameTaken'));
    const { ports, conflicts } = await world.plan();
    expect([ports.map(({ row }) => row.name).sort(), conflicts]).toEqual([NAMES, []]);
    const { done, ...rest } = await world.take();
    expect([done.length, rest]).toEqual([6, { conflicts: [] }]);
    await eventually(() => expect(reconciler.status().obstacles).toEqual([]));
    await reconciler.whenSettled();
    const after = await world.portRows();
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    for (const name of NAMES) {
      expect(after[name]?._uuid).toBe(before[name]?._uuid);
      expect(after[name]?.external_ids).toMatchObject({ ...before[name]?.external_ids, vendor: 'holdfast' });
    }
    for (const name of ['web.default', 'db-1.default', 'front.default', 'blue-vpc'])
      expect(without(after[name]!)).toEqual(without(before[name]!));
    expect(after['web.default']?.external_ids).toEqual({
      ...{ ls: 'blue', pod: 'default/web', sg_web: 'true', vendor: 'holdfast' },
      ...{ [OWNER_KEY]: 'port/blue/pod/default/web', [TAKEN_FROM_KEY]: 'kube-ovn' },
    });
    // In the projector's own words, and nothing else.
    expect(after['both.default']?.addresses).toEqual(['00:00:00:0a:00:06 10.17.0.6 fd17::6']);
    expect(after['aap']?.options['virtual-parents']).toBe('both.default,web.default');
    expect(after['vm-a.default']?.options).toEqual({ 'requested-chassis': 'n2' });
    expect(reconciler.status().counts.rowsWritten).toBeLessThanOrEqual(4);
  });

  it('are taken over before any projector was there, and no projector changes them then', async () => {
    await world.made('web.default', '00:00:00:0a:00:05 10.17.0.5');
    world.reserved('web', '10.17.0.5', 0x0a0005);
    const switches = await world.lab.rowsOf('Logical_Switch');
    await world.take();
    const taken = await world.portRows();
    const reconciler = await world.project();
    expect([await world.portRows(), await world.lab.rowsOf('Logical_Switch')]).toEqual([taken, switches]);
    expect(reconciler.status()).toMatchObject({ obstacles: [], lastDrift: undefined });
  });

  it('are so already when it is run again, and go with their reservation', async () => {
    await wholeCluster();
    await world.take();
    const { ports, already, conflicts } = await world.plan();
    expect([ports, [...already].sort(), conflicts]).toEqual([[], NAMES, []]);
    const before = await world.everything();
    expect(await world.take()).toEqual({ done: [], conflicts: [] });
    expect(await world.everything()).toEqual(before);
    await world.project();
    world.ledger.releasePort('blue', 'pod/default/web');
    await eventually(async () => expect(await world.portRows()).not.toHaveProperty('web.default'));
  });
});

it('what OVN answers for is told, but for what is Holdfast’s own', async () => {
  await world.made('web.default', '00:00:00:0a:00:05 10.17.0.5 fd17::5');
  await world.made('gone.default', '00:00:00:0a:00:77 10.17.0.77');
  world.reserved('web', '10.17.0.5', 0x0a0005, { families: undefined, v6: 'fd17::5' });
  await world.readAgain();
  const answered = () =>
    world.handOver.answered().map(({ port, address }) => `${port} ${formatAddress(address)}`);
  const gone = 'gone.default 10.17.0.77';
  expect(answered().sort()).toEqual([gone, 'web.default 10.17.0.5', 'web.default fd17::5']);
  await world.take();
  expect(answered()).toEqual([gone]);
});

describe('taking over', () => {
  beforeEach(async () => {
    await world.made('web.default', '00:00:00:0a:00:05 10.17.0.5');
    await world.made('good.default', '00:00:00:0a:00:06 10.17.0.6');
    world.reserved('web', '10.17.0.5', 0x0a0005);
    world.reserved('good', '10.17.0.6', 0x0a0006);
  });

  it('leaves a port alone that changed since it was read, or left its switch', async () => {
    const { ports } = await world.plan();
    await world.lab.nbctl('lsp-set-addresses', 'web.default', '00:00:00:0a:00:05 10.17.0.55');
    const before = (await world.portRows())['web.default'];
    const { done, conflicts } = await world.handOver.takeOver(ports, {
      position: world.ledger.view.position,
      ledger: LEDGER_ID,
    });
    expect(done.map(({ row }) => row.name)).toEqual(['good.default']);
    expect(conflicts).toMatchObject([{ code: 'RowChanged', row: 'web.default' }]);
    expect((await world.portRows())['web.default']).toEqual(before);
  });

  it.each([
    ['another ledger rules the Northbound', 'holdfast:ledger=ledger-2', 'OtherLedger'],
    ['the Northbound is ahead of the ledger', 'holdfast:position=99', 'LedgerBehind'],
  ])('is refused where %s', async (_, key, code) => {
    await world.lab.nbctl('set', 'NB_Global', '.', `external_ids:"${key.replace('=', '"="')}"`);
    const before = await world.everything();
    expect(await world.take()).toMatchObject({ done: [], refusal: { code } });
    expect(await world.everything()).toEqual(before);
  });

  it('goes on while a projector and its ledger do', async () => {
    const names = Array.from({ length: 250 }, (_, at) => `many-${at}`);
    for (const [at, name] of names.entries()) {
      const v4 = `10.17.${(at % 100) + 2}.${Math.floor(at / 100) + 2}`;
      world.ledger.reservePort('blue', `pod/default/${name}`, { v4, families: [4], port: `${name}.default` });
    }
    const state = world.ledger.view.subnet('blue')!;
    const made = names.map((name) => {
      const held = state.byHolder.get(parseHolder(`pod/default/${name}`)!)!;
      const addresses = `${formatMac(state.macOf(held))} ${formatAddress(held.v4!)}`;
      return kubeOvnPort('blue', `${name}.default`, { addresses, pod: `default/${name}` });
    });
    await world.lab.nbctl(...inOne(...made));
    const reconciler = await world.project();
    const { ports } = await world.plan();
    const mark = { position: world.ledger.view.position, ledger: LEDGER_ID };
    let added = 0;
    const busy = setInterval(
      () => world.ledger.reserve('blue', `vip-${(added += 1)}`, { namespace: 'default', families: [4] }),
      2,
    );
    const now = () => Promise.resolve({ ...mark, position: world.ledger.view.position });
    const { done, ...rest } = await world.handOver.takeOver(ports, mark, now);
    clearInterval(busy);
    expect([done.length, rest, added > 0]).toEqual([252, { conflicts: [] }, true]);
    await reconciler.whenSettled();
    await eventually(() => expect(reconciler.status().obstacles).toEqual([]));
    expect(reconciler.status().counts.transactionsRefused).toBeLessThan(added);
    expect(Object.keys(await world.portRows())).toHaveLength(252 + added + 1);
  }, 20_000);

  it('never moves the checkpoint back', async () => {
    const early = { position: world.ledger.view.position, ledger: LEDGER_ID };
    const { ports } = await world.plan();
    world.reserved('later', '10.17.0.7', 0x0a0007);
    await world.project();
    const now = () => Promise.resolve({ ...early, position: world.ledger.view.position });
    expect((await world.handOver.takeOver(ports, early, now)).done).toHaveLength(2);
    const [global] = await world.lab.rowsOf('NB_Global');
    expect(global?.external_ids).toMatchObject({
      'holdfast:position': world.ledger.view.position,
      'holdfast:ledger': LEDGER_ID,
    });
  });

  it('is refused where nothing was recorded', async () => {
    const { ports } = await world.plan();
    const refused = await world.handOver.takeOver(ports, { position: undefined, ledger: undefined });
    expect(refused).toMatchObject({ done: [], refusal: { code: 'LedgerEmpty' } });
  });

  it('says in time that there is no server', async () => {
    await world.lab.server.stop();
    const late = world.open(200);
    await expect(late.whenRead()).rejects.toThrow();
    await late.close();
  });
});

describe('giving back', () => {
  it('waits for every projector to stop, and then leaves everything as Kube-OVN made it', async () => {
    await wholeCluster();
    const before = await world.portRows();
    const reconciler = await world.project();
    await world.take();
    world.ledger.reservePort('blue', 'statefulset/default/db/2', {
      v4: '10.17.0.9',
      port: 'db-2.default',
      families: [4],
    });
    await eventually(async () => expect(await world.portRows()).toHaveProperty(['db-2.default']));
    await reconciler.whenSettled();
    const taken = await world.portRows();
    const hasty = world.open(300);
    await hasty.whenRead();
    expect(await hasty.giveBack(hasty.planGiveBack())).toMatchObject({
      done: [],
      refusal: { code: 'ProjectorActive' },
    });
    await hasty.close();
    expect(await world.portRows()).toEqual(taken);
    await reconciler.shutDown();
    const ports = (await world.readAgain()).planGiveBack();
    expect(ports.map(({ wasTaken }) => wasTaken).sort()).toEqual([false, ...Array(6).fill(true)]);
    expect((await world.handOver.giveBack(ports)).done).toHaveLength(7);
    const { 'db-2.default': own, ...after } = await world.portRows();
    for (const [name, { external_ids: ids, _uuid }] of Object.entries(before))
      expect(after[name]).toMatchObject({ _uuid, external_ids: ids });
    expect(
      Object.values(after)
        .flatMap(({ external_ids: ids }) => Object.keys(ids))
        .join(),
    ).not.toContain('holdfast');
    expect(own?.external_ids).toEqual({ vendor: 'kube-ovn', ls: 'blue', pod: 'default/db-2' });
  });
});
