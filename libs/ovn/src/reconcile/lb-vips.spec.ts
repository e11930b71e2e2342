// Routers, and how a switch answers for a Vip of type `switch_lb_vip`.
import { NorthboundLab, type ReconcilerSetup, type RunningReconciler } from '../testing/northbound-lab';
import { eventually } from '../testing/eventually';
import { TestLedger } from '../testing/test-ledger';

let lab: NorthboundLab;
let ledger: TestLedger;
let reconciler: RunningReconciler;

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
});
afterEach(() => lab.stop());

async function project(options?: ReconcilerSetup): Promise<void> {
  reconciler = lab.reconciler(ledger, options);
  await reconciler.whenSettled();
}

async function settled(change: () => unknown): Promise<void> {
  change();
  await reconciler.whenSettled();
}

/** Everything that is there, in short: what is in what. */
async function shown(): Promise<unknown> {
  const [switches, ports, routers, routerPorts] = await Promise.all([
    lab.rowsOf('Logical_Switch'),
    lab.rowsOf('Logical_Switch_Port'),
    lab.rowsOf('Logical_Router'),
    lab.rowsOf('Logical_Router_Port'),
  ]);
  const portText = (uuid: string): string => {
    const port = ports.find(({ _uuid }) => (_uuid as string) === uuid)!;
    return [port.name, port.type, ...port.addresses, ...Object.values(port.options)].join(' ');
  };
  const routerPortText = (uuid: string): string => {
    const port = routerPorts.find(({ _uuid }) => (_uuid as string) === uuid)!;
    return [port.name, ...port.networks].join(' ');
  };
  return Object.fromEntries([
    ...switches.map((row) => [row.name, row.ports.map(portText).sort()]),
    ...routers.map((row) => [`router ${row.name}`, row.ports.map(routerPortText).sort()]),
  ]);
}

const LB = { vipType: 'switch_lb_vip', namespace: undefined } as const;

/** What Kube-OVN makes of a subnet: a router of its own, and the pair that joins the two. */
const kubeOvn = (subnet = 'blue', gateway = '10.17.0.1/16'): Promise<string> =>
  lab.nbctl(
    ...['--may-exist', 'ls-add', subnet, '--', '--may-exist', 'lr-add', 'ovn-cluster'],
    ...['--', 'lrp-add', 'ovn-cluster', `ovn-cluster-${subnet}`, '00:00:00:7a:e1:01', gateway],
    ...['--', 'lsp-add', subnet, `${subnet}-ovn-cluster`],
    ...['--', 'lsp-set-type', `${subnet}-ovn-cluster`, 'router'],
    ...['--', 'lsp-set-addresses', `${subnet}-ovn-cluster`, 'router'],
    ...['--', 'lsp-set-options', `${subnet}-ovn-cluster`, `router-port=ovn-cluster-${subnet}`],
  );

describe('a subnet with a router', () => {
  it('is joined to it by a pair of ports, and both end with it', async () => {
    ledger.defineOn('main', 'blue', '10.17.0.0/16', 'fd00:17::/112');
    ledger.defineOn('main', 'red', '10.18.0.0/16');
    await project();
    expect(await shown()).toEqual({
      blue: ['blue-main router router main-blue'],
      red: ['red-main router router main-red'],
      'router main': ['main-blue 10.17.0.1/16 fd00:17::1/112', 'main-red 10.18.0.1/16'],
    });
    const macs = (await lab.rowsOf('Logical_Router_Port')).map(({ mac }) => mac);
    expect(new Set(macs).size).toBe(2);
    expect(reconciler.status().counts.transactions).toBeLessThanOrEqual(3);
    await settled(() => ledger.reroute('red', 'other'));
    expect(await shown()).toMatchObject({
      'router main': [expect.any(String)],
      'router other': ['other-red 10.18.0.1/16'],
    });
    await settled(() => ledger.reroute('red', ''));
    expect(Object.keys((await shown()) as object)).toEqual(expect.not.arrayContaining(['router other']));
    await settled(() => ledger.retire('blue'));
    expect(await shown()).toEqual({ red: [] });
    expect(reconciler.status()).toMatchObject({ obstacles: [], counts: { drifts: 0 } });
  });

  it('uses a router that was there before, which stays whose it is', async () => {
    await lab.nbctl('lr-add', 'main', '--', 'set', 'logical_router', 'main', 'options:chassis=x');
    ledger.defineOn('main', 'blue', '10.17.0.0/16');
    await project();
    await settled(() => ledger.retire('blue'));
    expect(await shown()).toEqual({ 'router main': [] });
    const [router] = await lab.rowsOf('Logical_Router');
    expect(router).toMatchObject({ external_ids: {}, options: { chassis: 'x' } });
  });

  it('leaves the router while something of others is in it', async () => {
    ledger.defineOn('main', 'blue', '10.17.0.0/16');
    await project();
    await lab.nbctl('lr-route-add', 'main', '0.0.0.0/0', '10.17.0.254');
    ledger.retire('blue');
    await eventually(async () => expect(await shown()).toEqual({ 'router main': [] }));
    await reconciler.whenSettled();
    expect(reconciler.status().obstacles).toEqual([
      { key: 'router/main', reason: 'RouterInUse', message: expect.stringContaining('static route') },
    ]);
    await lab.nbctl('lr-route-del', 'main');
    await eventually(async () => expect(await shown()).toEqual({}));
  });

  it('leaves alone how others joined their switch, or made the pair of these names, without an obstacle', async () => {
    await kubeOvn();
    const before = await shown();
    ledger.defineOn('ovn-cluster', 'blue', '10.17.0.0/16');
    await project();
    expect(await shown()).toEqual(before);
    expect(reconciler.projectionOfSubnet('blue')?.reason).toBe('Projected');
    await lab.nbctl('lsp-del', 'blue-ovn-cluster', '--', 'lrp-del', 'ovn-cluster-blue');
    await eventually(async () =>
      expect(await shown()).toEqual({
        ...(before as object),
        'router ovn-cluster': ['ovn-cluster-blue 10.17.0.1/16'],
      }),
    );
    expect((await lab.rowsOf('Logical_Router_Port'))[0]?.external_ids).toMatchObject({ vendor: 'holdfast' });
  });
});

describe('a switch_lb_vip', () => {
  beforeEach(() => ledger.define('blue', '10.17.0.0/16', 'fd00:17::/112'));

  it('has a router port of its own, with a MAC that nothing else on the switch has (D31)', async () => {
    await kubeOvn();
    ledger.reserve('blue', 'front', { v4: '10.17.0.200', v6: 'fd00:17::c8', ...LB });
    await project();
    expect(await shown()).toMatchObject({
      blue: ['blue-ovn-cluster router router ovn-cluster-blue', 'front router router front:router'],
      'router ovn-cluster': ['front:router 10.17.0.200/32 fd00:17::c8/128', 'ovn-cluster-blue 10.17.0.1/16'],
    });
    const macs = (await lab.rowsOf('Logical_Router_Port')).map(({ mac }) => mac);
    expect(new Set(macs).size).toBe(2);
    expect(reconciler.status().conflicts).toEqual([]);
    expect(reconciler.projectionOf('front')?.reason).toBe('Projected');
    await settled(() => ledger.revise('front', { v4: '10.17.0.201', ...LB }));
    expect(JSON.stringify(await shown())).toContain('10.17.0.201/32');
    await settled(() => ledger.release('front'));
    expect(await shown()).toMatchObject({ blue: [expect.stringMatching(/^blue-ovn-cluster/)] });
  });

  it('waits for a router, and follows its switch from one to another', async () => {
    ledger.reserve('blue', 'front', { v4: '10.17.0.200', families: [4], ...LB });
    await project();
    expect(await shown()).toEqual({ blue: [] });
    expect(reconciler.projectionOf('front')).toMatchObject({ projected: false, reason: 'NoRouter' });
    await kubeOvn();
    await eventually(async () => expect(JSON.stringify(await shown())).toContain('front:router'));
    await lab.nbctl('lr-add', 'second', '--', 'lrp-del', 'ovn-cluster-blue');
    await lab.nbctl('lrp-add', 'second', 'ovn-cluster-blue', '00:00:00:7a:e1:01', '10.17.0.1/16');
    await eventually(async () =>
      expect(await shown()).toMatchObject({
        'router second': ['front:router 10.17.0.200/32', 'ovn-cluster-blue 10.17.0.1/16'],
        'router ovn-cluster': [],
      }),
    );
    await reconciler.whenSettled();
    expect(reconciler.projectionOf('front')?.reason).toBe('Projected');
    expect(reconciler.status().counts.drifts).toBe(0);
  });

  it('is on the router that the ledger names, as soon as that is there', async () => {
    ledger.defineOn('main', 'red', '10.18.0.0/16');
    ledger.reserve('red', 'front', { v4: '10.18.0.200', families: [4], ...LB });
    await project();
    expect(await shown()).toMatchObject({
      'router main': ['front:router 10.18.0.200/32', 'main-red 10.18.0.1/16'],
    });
    expect(reconciler.status().obstacles).toEqual([]);
  });

  it.each<[string, readonly string[], string]>([
    [
      "a router's port called like the Vip (D1)",
      ['lsp-add', 'blue', 'front', '--', 'lsp-set-type', 'front', 'router'],
      'Logical_Switch_Port called front (type "router")',
    ],
    [
      "a Pod's port called like the Vip (D1b)",
      ['lsp-add', 'blue', 'front', '--', 'lsp-set-addresses', 'front', '00:00:00:00:00:01'],
      'Logical_Switch_Port called front (type "")',
    ],
    [
      "a router's own port called like the Vip",
      ['lrp-add', 'ovn-cluster', 'front', '00:00:00:00:00:02', '10.99.0.1/24'],
      'Logical_Router_Port called front is',
    ],
    [
      "a router's own port called like the Vip's",
      ['lrp-add', 'ovn-cluster', 'front:router', '00:00:00:00:00:02', '10.99.0.1/24'],
      'Logical_Router_Port called front:router is',
    ],
  ])("is in nobody else's way: %s", async (_, made, message) => {
    await kubeOvn();
    await lab.nbctl(...made);
    const before = await shown();
    ledger.reserve('blue', 'front', { v4: '10.17.0.200', families: [4], ...LB });
    await project();
    expect(await shown()).toEqual(before);
    expect(reconciler.projectionOf('front')).toMatchObject({
      projected: false,
      reason: 'PortNameTaken',
      message: expect.stringContaining(message),
    });
    expect(reconciler.status().counts.transactionsRefused).toBe(0);
    await settled(() => ledger.release('front'));
    expect(await shown()).toEqual(before);
  });
});

describe('a switch_lb_vip for which the router answers (arp-proxy)', () => {
  const OPTIONS = { switchLbVip: 'arp-proxy' } as const;
  const optionsOf = async (port: string) =>
    (await lab.rowsOf('Logical_Switch_Port')).find(({ name }) => name === port);

  it('is a word in the port of others, beside theirs, and leaves it as it was', async () => {
    ledger.define('blue', '10.17.0.0/16');
    await kubeOvn();
    await lab.nbctl(
      'set',
      'logical_switch_port',
      'blue-ovn-cluster',
      'options:arp_proxy="169.254.0.1"',
      'options:mcast_flood=true',
    );
    const before = await optionsOf('blue-ovn-cluster');
    ledger.reserve('blue', 'one', { v4: '10.17.0.201', ...LB });
    ledger.reserve('blue', 'two', { v4: '10.17.0.202', ...LB });
    await project(OPTIONS);
    expect(await optionsOf('blue-ovn-cluster')).toMatchObject({
      options: { arp_proxy: '169.254.0.1 10.17.0.201 10.17.0.202', mcast_flood: 'true' },
      external_ids: { 'holdfast:arp-proxy': '10.17.0.201 10.17.0.202' },
    });
    expect(reconciler.projectionOf('one')?.reason).toBe('Projected');
    await settled(() => ledger.release('one'));
    expect((await optionsOf('blue-ovn-cluster'))?.options['arp_proxy']).toBe('169.254.0.1 10.17.0.202');
    await lab.nbctl('set', 'logical_switch_port', 'blue-ovn-cluster', 'options:arp_proxy="169.254.0.2"');
    await eventually(async () =>
      expect((await optionsOf('blue-ovn-cluster'))?.options['arp_proxy']).toBe('169.254.0.2 10.17.0.202'),
    );
    await lab.nbctl(
      'set',
      'logical_switch_port',
      'blue-ovn-cluster',
      'options:arp_proxy="169.254.0.1 10.17.0.202"',
    );
    await reconciler.whenSettled();
    await settled(() => ledger.release('two'));
    expect(await optionsOf('blue-ovn-cluster')).toEqual(before);
  });

  it('is an option of our own port, and each way cleans up the other', async () => {
    ledger.defineOn('main', 'blue', '10.17.0.0/16');
    ledger.reserve('blue', 'one', { v4: '10.17.0.201', ...LB });
    await project();
    const own = await shown();
    await reconciler.shutDown();
    await project(OPTIONS);
    expect(await shown()).toEqual({
      blue: ['blue-main router router 10.17.0.201 main-blue'],
      'router main': ['main-blue 10.17.0.1/16'],
    });
    expect(reconciler.projectionOf('one')?.reason).toBe('Projected');
    await reconciler.shutDown();
    await project();
    expect(await shown()).toEqual(own);
  });

  it('goes from the port of others when the other way is chosen', async () => {
    ledger.define('blue', '10.17.0.0/16');
    await kubeOvn();
    const before = await optionsOf('blue-ovn-cluster');
    ledger.reserve('blue', 'one', { v4: '10.17.0.201', ...LB });
    await project(OPTIONS);
    expect(await optionsOf('blue-ovn-cluster')).not.toEqual(before);
    await reconciler.shutDown();
    await project();
    expect(await optionsOf('blue-ovn-cluster')).toEqual(before);
    expect(JSON.stringify(await shown())).toContain('one:router');
  });

  it('is not projected without a router', async () => {
    ledger.define('blue', '10.17.0.0/16');
    ledger.reserve('blue', 'one', { v4: '10.17.0.201', ...LB });
    await project(OPTIONS);
    expect(reconciler.projectionOf('one')).toMatchObject({ projected: false, reason: 'NoRouter' });
    await kubeOvn();
    await eventually(() => expect(reconciler.projectionOf('one')?.reason).toBe('Projected'));
  });

  it('says of an IPv6 address that nobody answers for it', async () => {
    ledger.defineOn('main', 'blue', '10.17.0.0/16', 'fd00:17::/112');
    ledger.reserve('blue', 'dual', { v4: '10.17.0.201', v6: 'fd00:17::c9', ...LB });
    await project(OPTIONS);
    expect(reconciler.projectionOf('dual')).toMatchObject({
      projected: true,
      reason: 'Ipv6NotAnswered',
      message: expect.stringContaining('fd00:17::c9'),
    });
    expect((await optionsOf('blue-main'))?.options['arp_proxy']).toBe('10.17.0.201');
  });
});
