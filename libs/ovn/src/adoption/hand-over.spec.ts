// Ports that Kube-OVN made become Holdfast's own in place, while a projector is at work, and Kube-OVN's again.
import { systemChance, systemClock } from '@holdfast/clock';
import { formatAddress } from '@holdfast/ipam';
import type { PortRow } from '../northbound';
import { eventually } from '../testing/eventually';
import {
  kubeOvnLoadBalancer,
  kubeOvnPort,
  kubeOvnSwitch,
  kubeOvnVirtualPort,
} from '../testing/kube-ovn-rows';
import { NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { compareNumbers, TestLedger } from '../testing/test-ledger';
import { NorthboundHandOver } from './northbound-hand-over';
import { OWNER_KEY } from '../ownership';
import { TAKEN_FROM_KEY } from './plan-take-over';

const LEDGER = 'ledger-1';

let lab: NorthboundLab;
let ledger: TestLedger;
let handOver: NorthboundHandOver;

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16', 'fd17::/64');
  await lab.nbctl('init', '--', 'lr-add', 'vpc');
  await lab.nbctl(...kubeOvnSwitch('blue', 'vpc', '10.17.0.1/16'));
  handOver = open();
});
afterEach(async () => {
  await handOver.close();
  await lab.stop();
});

function open(timeoutMs = 10_000): NorthboundHandOver {
  const time = { clock: systemClock, chance: systemChance };
  const options = { remotes: lab.server.unix, comparePositions: compareNumbers, timeoutMs, ...time };
  return new NorthboundHandOver(options);
}

const made = (name: string, addresses: string, more: object = {}) =>
  lab.nbctl(...kubeOvnPort('blue', name, { addresses, pod: `default/${name.split('.')[0]}`, ...more }));

const reserved = (name: string, v4: string, mac: number, more: object = {}) =>
  ledger.reservePort('blue', `pod/default/${name}`, {
    ...{ v4, mac, families: [4], port: `${name}.default` },
    ...more,
  });

const plan = async () => {
  await handOver.whenRead();
  return handOver.plan(ledger.view);
};

const take = async (mark = { position: ledger.view.position, ledger: LEDGER }) => {
  const { ports } = await plan();
  return handOver.takeOver(ports, mark);
};

const portRows = async (): Promise<Record<string, PortRow>> =>
  Object.fromEntries((await lab.rowsOf('Logical_Switch_Port')).map((row) => [row.name, row]));

const without = ({ external_ids: _, ...row }: PortRow): unknown => row;

/** Everything in the Northbound but the checkpoint. */
const everything = async (): Promise<unknown> =>
  Promise.all(
    (
      [
        'Logical_Switch',
        'Logical_Switch_Port',
        'Logical_Router',
        'Logical_Router_Port',
        'Load_Balancer',
      ] as const
    ).map((table) => lab.rowsOf(table)),
  );

const project = async (): Promise<RunningReconciler> => {
  const reconciler = lab.reconciler(ledger, { ledgerId: () => LEDGER });
  await reconciler.whenSettled();
  return reconciler;
};

/** Of each kind that there is, as Kube-OVN writes them, and the ledger to it. */
async function wholeCluster(): Promise<void> {
  await made('web.default', '00:00:00:0a:00:05 10.17.0.5', { keys: ['sg_web=true'] });
  await made('both.default', '00:00:00:0A:00:06 10.17.0.6 FD17::6', {
    portSecurity: '00:00:00:0a:00:06 10.17.0.6 10.17.0.101 fd17::6',
    keys: ['attach-vips=true', 'vips=10.17.0.101'],
  });
  await made('db-1.default', '00:00:00:0a:00:07 10.17.0.7');
  await made('vm-a.default', '00:00:00:0a:00:08 10.17.0.8');
  await made('front.default', '00:00:00:0a:00:64 10.17.0.100');
  await lab.nbctl(...kubeOvnVirtualPort('blue', 'aap', '10.17.0.101', ['web.default', 'both.default']));
  reserved('web', '10.17.0.5', 0x0a0005);
  const both = { families: undefined, portSecurity: true, v6: 'fd17::6' };
  reserved('both', '10.17.0.6', 0x0a0006, both);
  const of = (v4: string, mac: number, port: string) => ({ v4, mac, port, families: [4] as const });
  ledger.reservePort('blue', 'statefulset/default/db/1', of('10.17.0.7', 0x0a0007, 'db-1.default'));
  ledger.reservePort('blue', 'vm/default/vm-a', of('10.17.0.8', 0x0a0008, 'vm-a.default'));
  ledger.attach('blue', 'vm/default/vm-a', { object: 'pod/default/launcher', uid: 'u1', node: 'n2' });
  ledger.reserve('blue', 'site', { v4: '10.17.0.100', mac: 0x0a0064, families: [4] });
  ledger.attach('blue', 'vip/site', { object: 'pod/default/front', uid: 'u2', port: 'front.default' });
  ledger.reserve('blue', 'aap', { v4: '10.17.0.101', families: [4], namespace: 'default' });
  ledger.grant('aap', 'both.default', 'web.default');
}

const NAMES = ['aap', 'both.default', 'db-1.default', 'front.default', 'vm-a.default', 'web.default'];

describe('ports that agree with the ledger', () => {
  it('are taken over in place while a projector is at work, which then finds all as it should be', async () => {
    await wholeCluster();
    const before = await portRows();
    const reconciler = await project();
    expect(reconciler.status().obstacles.map(({ reason }) => reason)).toEqual(Array(6).fill('PortNameTaken'));
    const { ports, conflicts } = await plan();
    expect([ports.map(({ row }) => row.name).sort(), conflicts]).toEqual([NAMES, []]);
    const { done, ...rest } = await take();
    expect([done.length, rest]).toEqual([6, { conflicts: [] }]);
    await eventually(() => expect(reconciler.status().obstacles).toEqual([]));
    await reconciler.whenSettled();
    const after = await portRows();
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
    await made('web.default', '00:00:00:0a:00:05 10.17.0.5');
    reserved('web', '10.17.0.5', 0x0a0005);
    const switches = await lab.rowsOf('Logical_Switch');
    await take();
    const taken = await portRows();
    const reconciler = await project();
    expect([await portRows(), await lab.rowsOf('Logical_Switch')]).toEqual([taken, switches]);
    expect(reconciler.status()).toMatchObject({ obstacles: [], lastDrift: undefined });
  });

  it('are so already when it is run again, and go with their reservation', async () => {
    await wholeCluster();
    await take();
    const { ports, already, conflicts } = await plan();
    expect([ports, [...already].sort(), conflicts]).toEqual([[], NAMES, []]);
    const before = await everything();
    expect(await take()).toEqual({ done: [], conflicts: [] });
    expect(await everything()).toEqual(before);
    await project();
    ledger.releasePort('blue', 'pod/default/web');
    await eventually(async () => expect(await portRows()).not.toHaveProperty('web.default'));
  });
});

describe('a port that does not agree', () => {
  const web = '00:00:00:0a:00:05 10.17.0.5';
  const set = (...columns: string[]) => lab.nbctl('set', 'Logical_Switch_Port', 'web.default', ...columns);

  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    [
      'has another address',
      () => lab.nbctl('lsp-set-addresses', 'web.default', '00:00:00:0a:00:05 10.17.0.9'),
      'RowDiffers',
      /addresses/,
    ],
    [
      'has another MAC',
      () => lab.nbctl('lsp-set-addresses', 'web.default', '00:00:00:0a:00:99 10.17.0.5'),
      'RowDiffers',
      /addresses/,
    ],
    [
      'has one address more',
      () => lab.nbctl('lsp-set-addresses', 'web.default', `${web} fd17::5`),
      'RowDiffers',
      /addresses/,
    ],
    [
      'has port security',
      () => lab.nbctl('lsp-set-port-security', 'web.default', web),
      'RowDiffers',
      /port_security/,
    ],
    ['is of another type', () => lab.nbctl('lsp-set-type', 'web.default', 'localport'), 'RowDiffers', /type/],
    ['is disabled', () => lab.nbctl('lsp-set-enabled', 'web.default', 'disabled'), 'RowDiffers', /enabled/],
    ['is of another vendor', () => set('external_ids:vendor=neutron'), 'RowOfOthers', /"neutron"/],
    [
      'is of no vendor',
      () => lab.nbctl('remove', 'Logical_Switch_Port', 'web.default', 'external_ids', 'vendor'),
      'RowOfOthers',
      /no vendor/,
    ],
    [
      'shares its MAC',
      () => lab.nbctl(...kubeOvnPort('blue', 'other', { addresses: '00:00:00:0a:00:05' })),
      'MacTaken',
      /other/,
    ],
  ])('because it %s stays as it is, and is shown', async (_, change, code, words) => {
    await made('web.default', web);
    await made('good.default', '00:00:00:0a:00:06 10.17.0.6');
    reserved('web', '10.17.0.5', 0x0a0005);
    reserved('good', '10.17.0.6', 0x0a0006);
    await change();
    const before = (await portRows())['web.default'];
    const { conflicts } = await plan();
    expect(conflicts).toMatchObject([{ code, row: 'web.default', message: expect.stringMatching(words) }]);
    expect((await take()).done.map(({ row }) => row.name)).toEqual(['good.default']);
    expect((await portRows())['web.default']).toEqual(before);
  });

  it('because it is on another switch stays as it is, and is shown', async () => {
    await lab.nbctl('ls-add', 'green');
    await lab.nbctl(...kubeOvnPort('green', 'web.default', { addresses: web }));
    reserved('web', '10.17.0.5', 0x0a0005);
    const before = await everything();
    expect((await plan()).conflicts).toMatchObject([
      { code: 'RowElsewhere', message: expect.stringContaining('green') },
    ]);
    expect((await take()).done).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('takes along what only it stands in the way of', async () => {
    await made('a.default', '00:00:00:0a:00:05 10.17.0.9');
    await made('b.default', '00:00:00:0a:00:05 10.17.0.6');
    reserved('a', '10.17.0.5', 0x0a0004);
    reserved('b', '10.17.0.6', 0x0a0005);
    const { ports, conflicts } = await plan();
    expect(ports).toEqual([]);
    expect(conflicts.map(({ code, row }) => `${code} ${row}`)).toEqual([
      'RowDiffers a.default',
      'MacTaken b.default',
    ]);
  });
});

describe('what cannot be taken over in place', () => {
  it('is told with what to do: a pair in one virtual port, parents not granted yet', async () => {
    await lab.nbctl(...kubeOvnVirtualPort('blue', 'pair', '10.17.0.50,fd17::50', ['web.default']));
    await lab.nbctl(...kubeOvnVirtualPort('blue', 'early', '10.17.0.51', ['web.default']));
    ledger.reserve('blue', 'pair', { v4: '10.17.0.50', v6: 'fd17::50', namespace: 'default' });
    ledger.reserve('blue', 'early', { v4: '10.17.0.51', families: [4], namespace: 'default' });
    const { ports, conflicts } = await plan();
    expect(ports).toEqual([]);
    expect(conflicts).toMatchObject([
      { code: 'RowDiffers', row: 'pair', message: expect.stringContaining('lsp-del pair') },
      { code: 'RowDiffers', row: 'early', message: expect.stringContaining('granted by the control plane') },
    ]);
  });

  it('is told with what to do: ports and fronts of a switch_lb_vip', async () => {
    await made('slr-01.', '00:00:00:7a:e1:01 10.17.0.200');
    const fronts = { '10.17.0.200:80': '10.17.0.5:8080', '10.96.0.1:443': '10.17.0.9:6443' };
    await lab.nbctl(...kubeOvnLoadBalancer('vpc-vpc-tcp-load', 'blue', fronts));
    ledger.reserve('blue', 'slr-01', { v4: '10.17.0.200', families: [4], vipType: 'switch_lb_vip' });
    const before = await everything();
    const { conflicts } = await plan();
    expect(conflicts.map(({ code, key, row }) => `${code} ${key} ${row}`)).toEqual([
      'AddressAnswered vip/slr-01 ',
      'FrontServed vip/slr-01 vpc-vpc-tcp-load',
    ]);
    const command = /ovn-nbctl (remove Load_Balancer \S+ vips) '(.*)'$/.exec(conflicts[1]!.message);
    expect(await everything()).toEqual(before);
    await lab.nbctl(...command![1]!.split(' '), command![2]!);
    await lab.nbctl('lsp-del', 'slr-01.');
    await eventually(async () => expect((await plan()).conflicts).toEqual([]));
    expect((await lab.rowsOf('Load_Balancer'))[0]?.vips).toEqual({ '10.96.0.1:443': '10.17.0.9:6443' });
  });
});

it('what OVN answers for is told, but for what is Holdfast’s own', async () => {
  await made('web.default', '00:00:00:0a:00:05 10.17.0.5 fd17::5');
  await made('gone.default', '00:00:00:0a:00:77 10.17.0.77');
  reserved('web', '10.17.0.5', 0x0a0005, { families: undefined, v6: 'fd17::5' });
  await handOver.whenRead();
  const told = () => handOver.answered().map(({ port, address }) => `${port} ${formatAddress(address)}`);
  const gone = 'gone.default 10.17.0.77';
  expect(told().sort()).toEqual([gone, 'web.default 10.17.0.5', 'web.default fd17::5']);
  await take();
  expect(told()).toEqual([gone]);
});

describe('taking over', () => {
  beforeEach(async () => {
    await made('web.default', '00:00:00:0a:00:05 10.17.0.5');
    await made('good.default', '00:00:00:0a:00:06 10.17.0.6');
    reserved('web', '10.17.0.5', 0x0a0005);
    reserved('good', '10.17.0.6', 0x0a0006);
  });

  it('leaves a port alone that changed since it was read, or left its switch', async () => {
    const { ports } = await plan();
    await lab.nbctl('lsp-set-addresses', 'web.default', '00:00:00:0a:00:05 10.17.0.55');
    const before = (await portRows())['web.default'];
    const { done, conflicts } = await handOver.takeOver(ports, {
      position: ledger.view.position,
      ledger: LEDGER,
    });
    expect(done.map(({ row }) => row.name)).toEqual(['good.default']);
    expect(conflicts).toMatchObject([{ code: 'RowChanged', row: 'web.default' }]);
    expect((await portRows())['web.default']).toEqual(before);
  });

  it.each([
    ['another ledger rules the Northbound', 'holdfast:ledger=ledger-2', 'OtherLedger'],
    ['the Northbound is ahead of the ledger', 'holdfast:position=99', 'LedgerBehind'],
  ])('is refused where %s', async (_, key, code) => {
    await lab.nbctl('set', 'NB_Global', '.', `external_ids:"${key.replace('=', '"="')}"`);
    const before = await everything();
    expect(await take()).toMatchObject({ done: [], refusal: { code } });
    expect(await everything()).toEqual(before);
  });

  it('is refused where nothing was recorded', async () => {
    const { ports } = await plan();
    const refused = await handOver.takeOver(ports, { position: undefined, ledger: undefined });
    expect(refused).toMatchObject({ done: [], refusal: { code: 'LedgerEmpty' } });
  });

  it('says in time that there is no server', async () => {
    await lab.server.stop();
    const late = open(200);
    await expect(late.whenRead()).rejects.toThrow();
    await late.close();
  });
});

describe('giving back', () => {
  it('waits for every projector to stop, and then leaves everything as Kube-OVN made it', async () => {
    await wholeCluster();
    const before = await portRows();
    const reconciler = await project();
    await take();
    ledger.reservePort('blue', 'statefulset/default/db/2', {
      v4: '10.17.0.9',
      port: 'db-2.default',
      families: [4],
    });
    await eventually(async () => expect(await portRows()).toHaveProperty(['db-2.default']));
    await reconciler.whenSettled();
    const taken = await portRows();
    const hasty = open(300);
    await hasty.whenRead();
    expect(await hasty.giveBack(hasty.planGiveBack())).toMatchObject({
      done: [],
      refusal: { code: 'ProjectorActive' },
    });
    await hasty.close();
    expect(await portRows()).toEqual(taken);
    await reconciler.shutDown();
    const ports = handOver.planGiveBack();
    expect(ports.map(({ wasTaken }) => wasTaken).sort()).toEqual([false, ...Array(6).fill(true)]);
    expect((await handOver.giveBack(ports)).done).toHaveLength(7);
    const { 'db-2.default': own, ...after } = await portRows();
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
