// Rows that are not ours: never written, never deleted, whatever they are called.
import { type LabRow, NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { eventually } from '../testing/eventually';
import { kubeOvnPort } from '../testing/kube-ovn-rows';
import { TestLedger } from '../testing/test-ledger';

let lab: NorthboundLab;
let ledger: TestLedger;
let reconciler: RunningReconciler;

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('blue', '10.17.0.0/16');
});
afterEach(() => lab.stop());

async function project(): Promise<void> {
  reconciler = lab.reconciler(ledger);
  await reconciler.whenSettled();
}

const foreign = async (): Promise<readonly LabRow[]> => (await lab.dump()).foreign;

/** Without what refers to our rows. */
const withoutPorts = (rows: readonly LabRow[]): unknown =>
  rows.map((row) => ('ports' in row ? { ...row, ports: undefined } : row));

describe('a switch that was there before', () => {
  beforeEach(async () => {
    await lab.nbctl('ls-add', 'blue', '--', 'lsp-add', 'blue', 'pod.default');
    await lab.nbctl('set', 'logical_switch', 'blue', 'other_config:subnet=10.17.0.0/16');
  });

  it('is used, and stays whose it is', async () => {
    const before = await foreign();
    ledger.reserve('blue', 'web', { v4: '10.17.0.5' });
    await project();
    expect(await lab.ports()).toEqual({ web: 'blue 10.17.0.5' });
    expect(withoutPorts(await foreign())).toEqual(withoutPorts(before));
    ledger.release('web');
    ledger.retire('blue');
    await reconciler.whenSettled();
    expect(await lab.dump()).toEqual({ own: [], foreign: before });
  });

  it('takes over from ours if nothing of others is on ours', async () => {
    ledger.define('red', '10.18.0.0/16');
    ledger.reserve('red', 'web', { v4: '10.18.0.5' });
    await project();
    await lab.nbctl('--add-duplicate', 'ls-add', 'red');
    await eventually(async () => {
      expect(await lab.ports()).toEqual({ web: 'red 10.18.0.5' });
      expect((await lab.dump()).own).toHaveLength(1);
    });
    expect((await foreign()).map(({ name }) => name).sort()).toEqual(['blue', 'pod.default', 'red']);
  });
});

describe('two switches of one name', () => {
  it('are both left alone, and the Vip says so, until one of them is gone', async () => {
    await lab.nbctl('ls-add', 'blue', '--', '--add-duplicate', 'ls-add', 'blue');
    const before = await foreign();
    ledger.reserve('blue', 'web', { v4: '10.17.0.5' });
    await project();
    expect(await lab.dump()).toEqual({ own: [], foreign: before });
    expect(reconciler.projectionOf('web')).toMatchObject({
      projected: false,
      reason: 'SwitchAmbiguous',
      message: expect.stringContaining(before[0]!._uuid),
    });
    expect(reconciler.status().obstacles.map(({ key }) => key)).toEqual(['subnet/blue', 'vip/web']);
    await lab.nbctl('ls-del', before[1]!._uuid);
    await eventually(async () => expect(await lab.ports()).toEqual({ web: 'blue 10.17.0.5' }));
    expect(reconciler.status().obstacles).toEqual([]);
  });

  it('keep what was projected, if one is ours and others have ports on it', async () => {
    ledger.reserve('blue', 'web', { v4: '10.17.0.5' });
    ledger.reserve('blue', 'gone', { v4: '10.17.0.6' });
    await project();
    await lab.nbctl('lsp-add', 'blue', 'pod.default');
    await lab.nbctl('--add-duplicate', 'ls-add', 'blue');
    await eventually(() => expect(reconciler.projectionOf('web')?.reason).toBe('SwitchAmbiguous'));
    ledger.reserve('blue', 'new', { v4: '10.17.0.7' });
    await reconciler.whenSettled();
    expect(Object.keys(await lab.ports()).sort()).toEqual(['gone', 'web']);
    await lab.nbctl('lsp-del', 'pod.default');
    await eventually(async () => {
      expect(Object.keys(await lab.ports()).sort()).toEqual(['gone', 'new', 'web']);
      expect((await lab.dump()).own).toHaveLength(3);
    });
  });
});

describe('a port of others in the way', () => {
  beforeEach(async () => {
    await lab.nbctl('ls-add', 'green');
    ledger.reserve('blue', 'web', { v4: '10.17.0.5' });
    ledger.reserve('blue', 'other', { v4: '10.17.0.6' });
  });

  it.each<[string, readonly string[], string]>([
    [
      "a router's port called like the Vip",
      [
        'lsp-add',
        'green',
        'web',
        '--',
        'lsp-set-type',
        'web',
        'router',
        '--',
        'lsp-set-addresses',
        'web',
        'router',
      ],
      'PortNameTaken',
    ],
    [
      "a Pod's port called like the Vip",
      ['lsp-add', 'green', 'web', '--', 'lsp-set-addresses', 'web', '00:00:00:00:00:01 10.17.0.5'],
      'PortNameTaken',
    ],
    [
      "somebody's virtual port called like the Vip, that claims to be ours",
      [
        ...['lsp-add', 'green', 'web', '--', 'lsp-set-type', 'web', 'virtual'],
        ...[
          '--',
          'set',
          'logical_switch_port',
          'web',
          'external_ids:vendor=holdfast',
          'external_ids:ls=blue',
        ],
        ...['options:virtual-ip=10.17.0.5', 'external_ids:"holdfast:key"=vip/web'],
      ],
      'PortNameTaken',
    ],
    [
      "somebody's virtual port for the same address on the same switch",
      [
        ...['lsp-add', 'blue', 'theirs', '--', 'lsp-set-type', 'theirs', 'virtual'],
        ...['--', 'set', 'logical_switch_port', 'theirs', 'options:virtual-ip=10.17.0.5'],
      ],
      'VirtualIpTaken',
    ],
  ])('%s', async (_, made, reason) => {
    if (reason === 'VirtualIpTaken') await lab.nbctl('ls-add', 'blue');
    await lab.nbctl(...made);
    const before = await foreign();
    await project();
    const name = made[2]!;
    expect(reconciler.projectionOf('web')).toMatchObject({
      projected: false,
      reason,
      message: expect.stringContaining(name),
      position: '2',
    });
    expect(await lab.ports()).toEqual({ other: 'blue 10.17.0.6' });
    expect(withoutPorts(await foreign())).toEqual(withoutPorts(before));
    await lab.nbctl('lsp-del', name);
    await eventually(async () =>
      expect(await lab.ports()).toEqual({ other: 'blue 10.17.0.6', web: 'blue 10.17.0.5' }),
    );
    await reconciler.whenSettled();
    expect(reconciler.projectionOf('web')?.reason).toBe('Projected');
  });

  it('that comes later takes the place of ours only where two would have one address', async () => {
    await project();
    await lab.nbctl('lsp-add', 'blue', 'theirs', '--', 'lsp-set-type', 'theirs', 'virtual');
    const virtualIp = (address: string): Promise<string> =>
      lab.nbctl('set', 'logical_switch_port', 'theirs', `options:virtual-ip=${address}`);
    await virtualIp('10.17.0.5');
    await eventually(async () => expect(await lab.ports()).toEqual({ other: 'blue 10.17.0.6' }));
    await virtualIp('10.17.0.6');
    await eventually(async () => expect(await lab.ports()).toEqual({ web: 'blue 10.17.0.5' }));
    await virtualIp('10.17.0.77');
    await eventually(async () => expect(Object.keys(await lab.ports()).sort()).toEqual(['other', 'web']));
    expect(reconciler.status().lastDrift).toBeUndefined();
  });

  it('on another switch may have the address: the address belongs to the switch', async () => {
    await lab.nbctl('lsp-add', 'green', 'theirs', '--', 'lsp-set-type', 'theirs', 'virtual');
    await lab.nbctl('set', 'logical_switch_port', 'theirs', 'options:virtual-ip=10.17.0.5');
    await project();
    expect(Object.keys(await lab.ports()).sort()).toEqual(['other', 'web']);
  });

  it('stays whose it is also where it is to the letter what the ledger says, until it is handed over', async () => {
    await lab.nbctl(...kubeOvnPort('green', 'a.default', { addresses: '00:00:00:0a:00:01 10.18.0.5' }));
    ledger.define('green', '10.18.0.0/16');
    ledger.reservePort('green', 'pod/default/a', { v4: '10.18.0.5', mac: 0x0a0001, port: 'a.default' });
    const before = await foreign();
    await project();
    expect(reconciler.status().obstacles).toMatchObject([{ reason: 'PortNameTaken' }]);
    expect(withoutPorts(await foreign())).toEqual(withoutPorts(before));
  });

  it('is given to us by our key', async () => {
    await lab.nbctl('lsp-add', 'green', 'web');
    await project();
    expect(reconciler.projectionOf('web')?.reason).toBe('PortNameTaken');
    await lab.nbctl('set', 'logical_switch_port', 'web', 'external_ids:"holdfast:key"="vip/web/ipv4"');
    await eventually(async () => expect(await lab.ports()).toMatchObject({ web: 'blue 10.17.0.5' }));
  });
});

describe('what others do to a switch of ours', () => {
  it('stays: ports, settings, keys', async () => {
    ledger.reserve('blue', 'web', { v4: '10.17.0.5' });
    await project();
    await lab.nbctl('lsp-add', 'blue', 'pod.default');
    await lab.nbctl('set', 'logical_switch', 'blue', 'other_config:mcast_snoop=true', 'external_ids:team=a');
    await lab.nbctl('set', 'logical_switch_port', 'web', 'external_ids:team=a', 'up=true', 'tag=7');
    await lab.nbctl('ls-lb-add', 'blue', (await lab.nbctl('create', 'load_balancer', 'name=lb')).trim());
    const before = await lab.dump();
    const { transactions } = reconciler.status().counts;
    ledger.reserve('blue', 'more', { v4: '10.17.0.6' });
    await reconciler.whenSettled();
    ledger.release('more');
    await reconciler.whenSettled();
    expect(await lab.dump()).toEqual(before);
    expect(reconciler.status().counts.transactions - transactions).toBe(2);
  });

  it('keeps the switch of a retired subnet for as long as ports of theirs are on it', async () => {
    ledger.reserve('blue', 'web');
    await project();
    await lab.nbctl('lsp-add', 'blue', 'pod.default');
    ledger.release('web');
    ledger.retire('blue');
    await eventually(() => expect(reconciler.projectionOfSubnet('blue')?.reason).toBe('SwitchInUse'));
    expect(reconciler.status().obstacles[0]?.message).toContain('pod.default');
    expect((await foreign()).map(({ name }) => name)).toEqual(['pod.default']);
    await lab.nbctl('lsp-del', 'pod.default');
    await eventually(async () => expect(await lab.dump()).toEqual({ own: [], foreign: [] }));
    await reconciler.whenSettled();
    expect(reconciler.projectionOfSubnet('blue')).toBeUndefined();
  });
});
