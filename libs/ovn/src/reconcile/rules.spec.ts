// Rules: what is spread over which backends, on which switches.
import { NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { eventually } from '../testing/eventually';
import { TestLedger } from '../testing/test-ledger';

let lab: NorthboundLab;
let ledger: TestLedger;
let reconciler: RunningReconciler;

const LB = { vipType: 'switch_lb_vip', namespace: undefined } as const;
const HTTP = [{ port: 80, targetPort: 8080, protocol: 'tcp' }] as const;

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.defineOn('main', 'blue', '10.17.0.0/16', 'fd00:17::/112');
  ledger.reserve('blue', 'front', { v4: '10.17.0.200', v6: 'fd00:17::c8', ...LB });
});
afterEach(() => lab.stop());

async function project(): Promise<void> {
  reconciler = lab.reconciler(ledger);
  await reconciler.whenSettled();
}

async function settled(change: () => unknown): Promise<void> {
  change();
  await reconciler.whenSettled();
}

const balancers = async () =>
  [...(await lab.rowsOf('Load_Balancer'))].sort((a, b) => (a.name < b.name ? -1 : 1));
const checks = async (): Promise<unknown> =>
  (await lab.rowsOf('Load_Balancer_Health_Check')).map(({ vip }) => vip).sort();
/** Names of the switches that each load balancer is on. */
async function attached(): Promise<unknown> {
  const switches = await lab.rowsOf('Logical_Switch');
  const on = (uuid: string): string[] =>
    switches.filter((row) => (row.load_balancer as readonly string[]).includes(uuid)).map(({ name }) => name);
  return Object.fromEntries((await balancers()).map(({ _uuid, name }) => [name, on(_uuid).sort()]));
}

describe('a rule', () => {
  it('is a load balancer of its own for each protocol, with a front a family and the backends of that', async () => {
    const ports = [
      ...HTTP,
      { port: 443, targetPort: 8443, protocol: 'tcp' },
      { port: 53, targetPort: 53, protocol: 'udp' },
    ] as const;
    ledger.rule('web', 'front', { ports, backends: ['10.17.0.12', '10.17.0.7', 'fd00:17::7'] });
    await project();
    expect(await balancers()).toMatchObject([
      {
        name: 'web/blue/tcp',
        protocol: 'tcp',
        vips: {
          '10.17.0.200:80': '10.17.0.12:8080,10.17.0.7:8080',
          '10.17.0.200:443': '10.17.0.12:8443,10.17.0.7:8443',
          '[fd00:17::c8]:80': '[fd00:17::7]:8080',
          '[fd00:17::c8]:443': '[fd00:17::7]:8443',
        },
        selection_fields: [],
        options: {},
        ip_port_mappings: {},
        external_ids: { 'holdfast:key': 'rule/blue/web/tcp', vendor: 'holdfast' },
      },
      {
        name: 'web/blue/udp',
        protocol: 'udp',
        vips: { '10.17.0.200:53': '10.17.0.12:53,10.17.0.7:53', '[fd00:17::c8]:53': '[fd00:17::7]:53' },
      },
    ]);
    expect(await attached()).toEqual({ 'web/blue/tcp': ['blue'], 'web/blue/udp': ['blue'] });
    expect(reconciler.projectionOfRule('blue', 'web')).toMatchObject({
      projected: true,
      reason: 'Projected',
    });
  });

  it('keeps a client with its backend without affinity_timeout, and refuses when it is empty if it shall', async () => {
    ledger.rule('web', 'front', { ports: HTTP, affinity: 'client-ip', rejectWhenEmpty: true });
    await project();
    expect(await balancers()).toMatchObject([
      {
        selection_fields: ['ip_src'],
        options: { reject: 'true' },
        vips: { '10.17.0.200:80': '', '[fd00:17::c8]:80': '' },
      },
    ]);
    await settled(() => ledger.rule('web', 'front', { ports: HTTP, backends: ['10.17.0.7'] }));
    expect(await balancers()).toMatchObject([{ selection_fields: [], options: {} }]);
  });

  it('ends without hurting another one, which has the same backends (D33)', async () => {
    ledger.rule('one', 'front', { ports: HTTP, backends: ['10.17.0.7'], healthCheck: true });
    ledger.rule('two', 'front', {
      ports: [{ ...HTTP[0], port: 81 }],
      backends: ['10.17.0.7'],
      healthCheck: true,
    });
    ledger.reservePort('blue', 'pod/default/a', { port: 'a.default', v4: '10.17.0.7' });
    await project();
    const [, two] = await balancers();
    expect(await checks()).toEqual(['10.17.0.200:80', '10.17.0.200:81']);
    await settled(() => ledger.retireRule('blue', 'one'));
    expect(await balancers()).toEqual([two]);
    expect(Object.keys(two!.ip_port_mappings)).toEqual(['10.17.0.7']);
    expect(await checks()).toEqual(['10.17.0.200:81']);
    expect(await attached()).toEqual({ 'two/blue/tcp': ['blue'] });
    await settled(() => ledger.retireRule('blue', 'two'));
    expect([await balancers(), await checks()]).toEqual([[], []]);
  });

  it('follows the address of its Vip', async () => {
    ledger.rule('web', 'front', { ports: HTTP, backends: ['10.17.0.7'] });
    await project();
    await settled(() => ledger.revise('front', { v4: '10.17.0.201', ...LB }));
    expect(Object.keys((await balancers())[0]!.vips)).toEqual(['10.17.0.201:80', '[fd00:17::c8]:80']);
  });
});

describe('the switches that a rule is on', () => {
  it('are all on its router, those of others and those that come later too, and no others', async () => {
    ledger.rule('web', 'front', { ports: HTTP, backends: ['10.17.0.7'] });
    ledger.define('lonely', '10.30.0.0/16');
    await project();
    expect(await attached()).toEqual({ 'web/blue/tcp': ['blue'] });
    await settled(() => ledger.defineOn('main', 'red', '10.18.0.0/16'));
    expect(await attached()).toEqual({ 'web/blue/tcp': ['blue', 'red'] });
    await lab.nbctl(
      ...['ls-add', 'theirs', '--', 'lrp-add', 'main', 'main-theirs', '00:00:00:00:00:09', '10.19.0.1/16'],
      ...[
        '--',
        'lsp-add',
        'theirs',
        'up',
        '--',
        'lsp-set-type',
        'up',
        'router',
        '--',
        'lsp-set-addresses',
        'up',
        'router',
      ],
      ...['--', 'lsp-set-options', 'up', 'router-port=main-theirs'],
    );
    await eventually(async () =>
      expect(await attached()).toEqual({ 'web/blue/tcp': ['blue', 'red', 'theirs'] }),
    );
    await lab.nbctl('lsp-del', 'up');
    await eventually(async () => expect(await attached()).toEqual({ 'web/blue/tcp': ['blue', 'red'] }));
    await settled(() => ledger.retire('red'));
    expect(await attached()).toEqual({ 'web/blue/tcp': ['blue'] });
    await lab.nbctl('ls-lb-del', 'blue');
    await eventually(async () => expect(await attached()).toEqual({ 'web/blue/tcp': ['blue'] }));
  });

  it('keep the load balancers of others', async () => {
    await lab.nbctl('lb-add', 'web/blue/tcp', '10.17.0.99:80', '10.17.0.7:80');
    await lab.nbctl('ls-add', 'blue', '--', 'ls-lb-add', 'blue', 'web/blue/tcp');
    const [before] = await balancers();
    ledger.rule('web', 'front', { ports: HTTP, backends: ['10.17.0.7'] });
    await project();
    expect(await balancers()).toHaveLength(2);
    await settled(() => ledger.retireRule('blue', 'web'));
    expect(await balancers()).toEqual([before]);
    expect(await attached()).toEqual({ 'web/blue/tcp': ['blue'] });
  });
});

describe('health checks', () => {
  const mappings = async (): Promise<unknown> => (await balancers())[0]?.ip_port_mappings;

  it('go through the port that has the backend, from the address that is held for them', async () => {
    await lab.nbctl(
      'ls-add',
      'blue',
      '--',
      'lsp-add',
      'blue',
      'pod',
      '--',
      'lsp-set-addresses',
      'pod',
      '00:00:00:00:00:07 10.17.0.7',
    );
    ledger.reservePort('blue', 'pod/default/b', { port: 'b.default', v4: '10.17.0.8' });
    ledger.rule('web', 'front', {
      ports: HTTP,
      backends: ['10.17.0.7', '10.17.0.8', '10.17.0.9', '10.99.0.1', 'fd00:17::7'],
      healthCheck: true,
    });
    await project();
    const source = (await mappings()) as { readonly [backend: string]: string };
    const from = source['10.17.0.7']?.split(':')[1];
    expect(source).toEqual({ '10.17.0.7': `pod:${from}`, '10.17.0.8': `b.default:${from}` });
    expect(await lab.rowsOf('Load_Balancer_Health_Check')).toMatchObject([
      {
        vip: '10.17.0.200:80',
        options: { interval: '5', timeout: '3', success_count: '1', failure_count: '3' },
        external_ids: { 'holdfast:key': 'rule/blue/web/tcp/80' },
      },
    ]);
    // A port comes, another one gets the address, one goes.
    await lab.nbctl(
      'lsp-add',
      'blue',
      'late',
      '--',
      'lsp-set-addresses',
      'late',
      '00:00:00:00:00:09 10.17.0.9',
    );
    await eventually(async () => expect(await mappings()).toMatchObject({ '10.17.0.9': `late:${from}` }));
    await lab.nbctl('lsp-del', 'pod');
    await eventually(async () =>
      expect(Object.keys((await mappings()) as object)).toEqual(['10.17.0.8', '10.17.0.9']),
    );
    await reconciler.whenSettled();
    await settled(() => ledger.releasePort('blue', 'pod/default/b'));
    expect(await mappings()).toEqual({ '10.17.0.9': `late:${from}` });
    expect(reconciler.status().counts.drifts).toBe(0);
    await settled(() => ledger.rule('web', 'front', { ports: HTTP, backends: ['10.17.0.9'] }));
    expect([await mappings(), await checks()]).toEqual([{}, []]);
  });

  it('of backends in another subnet need an address there', async () => {
    ledger.defineOn('main', 'red', '10.18.0.0/16');
    ledger.reservePort('red', 'pod/default/r', { port: 'r.default', v4: '10.18.0.7' });
    ledger.rule('web', 'front', { ports: HTTP, backends: ['10.18.0.7'], healthCheck: true });
    await project();
    expect(await mappings()).toEqual({});
    ledger.reserve('red', 'other', { v4: '10.18.0.200', families: [4], ...LB });
    await settled(() =>
      ledger.rule('r', 'other', { ports: HTTP, backends: ['10.18.0.7'], healthCheck: true }),
    );
    expect(await mappings()).toEqual({ '10.18.0.7': expect.stringMatching(/^r\.default:10\.18\./) });
  });
});

describe('rows of rules that somebody else changed', () => {
  it.each<[string, (uuid: string) => readonly string[], string]>([
    ['vips', (lb) => ['lb-del', lb, '10.17.0.200:80'], 'rule/blue/web/tcp changed vips'],
    [
      'options',
      (lb) => ['set', 'load_balancer', lb, 'options:affinity_timeout=10800'],
      'rule/blue/web/tcp changed options',
    ],
    ['name', (lb) => ['set', 'load_balancer', lb, 'name=x'], 'rule/blue/web/tcp changed name'],
    ['key', (lb) => ['clear', 'load_balancer', lb, 'external_ids'], 'rule/blue/web/tcp changed external_ids'],
    ['checks', (lb) => ['clear', 'load_balancer', lb, 'health_check'], 'rule/blue/web/tcp/80 missing'],
    ['all', (lb) => ['lb-del', lb], 'rule/blue/web/tcp missing'],
  ])('are put right: %s', async (_, edit, expected) => {
    ledger.rule('web', 'front', { ports: HTTP, backends: ['10.17.0.7'], healthCheck: true });
    await project();
    const bare = async (): Promise<unknown> => [
      (await balancers()).map((row) => ({ ...row, _uuid: '', health_check: row.health_check.length })),
      await checks(),
      await attached(),
    ];
    const before = await bare();
    const drifts: string[] = [];
    reconciler.onDrift(({ key, kind, columns }) => drifts.push([key, kind, ...columns].join(' ')));
    await lab.nbctl(...edit((await balancers())[0]!._uuid));
    await eventually(() => expect(drifts).toContain(expected));
    await eventually(async () => expect(await bare()).toEqual(before));
  });
});
