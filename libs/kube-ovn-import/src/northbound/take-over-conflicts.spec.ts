// Ports that cannot be taken over as they are: each stays as it is, and is shown with what to do.
import { eventually, kubeOvnLoadBalancer, kubeOvnPort, kubeOvnVirtualPort } from '@holdfast/ovn/testing';
import { HandOverLab } from '../testing/hand-over-lab';

let world: HandOverLab;

beforeEach(async () => {
  world = await HandOverLab.start();
});
afterEach(() => world.stop());

describe('a port that does not agree', () => {
  const web = '00:00:00:0a:00:05 10.17.0.5';
  const set = (...columns: string[]) =>
    world.lab.nbctl('set', 'Logical_Switch_Port', 'web.default', ...columns);

  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    [
      'has another address',
      () => world.lab.nbctl('lsp-set-addresses', 'web.default', '00:00:00:0a:00:05 10.17.0.9'),
      'RowDiffers',
      /addresses/,
    ],
    [
      'has another MAC',
      () => world.lab.nbctl('lsp-set-addresses', 'web.default', '00:00:00:0a:00:99 10.17.0.5'),
      'RowDiffers',
      /addresses/,
    ],
    [
      'has one address more',
      () => world.lab.nbctl('lsp-set-addresses', 'web.default', `${web} fd17::5`),
      'RowDiffers',
      /addresses/,
    ],
    [
      'has port security',
      () => world.lab.nbctl('lsp-set-port-security', 'web.default', web),
      'RowDiffers',
      /port_security/,
    ],
    [
      'is of another type',
      () => world.lab.nbctl('lsp-set-type', 'web.default', 'localport'),
      'RowDiffers',
      /type/,
    ],
    [
      'is disabled',
      () => world.lab.nbctl('lsp-set-enabled', 'web.default', 'disabled'),
      'RowDiffers',
      /enabled/,
    ],
    ['is of another vendor', () => set('external_ids:vendor=neutron'), 'RowOfOthers', /"neutron"/],
    [
      'is of no vendor',
      () => world.lab.nbctl('remove', 'Logical_Switch_Port', 'web.default', 'external_ids', 'vendor'),
      'RowOfOthers',
      /no vendor/,
    ],
    [
      'shares its MAC',
      () => world.lab.nbctl(...kubeOvnPort('blue', 'other', { addresses: '00:00:00:0a:00:05' })),
      'MacTaken',
      /other/,
    ],
  ])('because it %s stays as it is, and is shown', async (_, change, code, words) => {
    await world.made('web.default', web);
    await world.made('good.default', '00:00:00:0a:00:06 10.17.0.6');
    world.reserved('web', '10.17.0.5', 0x0a0005);
    world.reserved('good', '10.17.0.6', 0x0a0006);
    await change();
    const before = (await world.portRows())['web.default'];
    const { conflicts } = await world.plan();
    expect(conflicts).toMatchObject([{ code, row: 'web.default', message: expect.stringMatching(words) }]);
    expect((await world.take()).done.map(({ row }) => row.name)).toEqual(['good.default']);
    expect((await world.portRows())['web.default']).toEqual(before);
  });

  it('because it is on another switch stays as it is, and is shown', async () => {
    await world.lab.nbctl('ls-add', 'green');
    await world.lab.nbctl(...kubeOvnPort('green', 'web.default', { addresses: web }));
    world.reserved('web', '10.17.0.5', 0x0a0005);
    const before = await world.everything();
    expect((await world.plan()).conflicts).toMatchObject([
      { code: 'RowElsewhere', message: expect.stringContaining('green') },
    ]);
    expect((await world.take()).done).toEqual([]);
    expect(await world.everything()).toEqual(before);
  });

  it('takes along what only it stands in the way of', async () => {
    await world.made('a.default', '00:00:00:0a:00:05 10.17.0.9');
    await world.made('b.default', '00:00:00:0a:00:05 10.17.0.6');
    world.reserved('a', '10.17.0.5', 0x0a0004);
    world.reserved('b', '10.17.0.6', 0x0a0005);
    const { ports, conflicts } = await world.plan();
    expect(ports).toEqual([]);
    expect(conflicts.map(({ code, row }) => `${code} ${row}`)).toEqual([
      'RowDiffers a.default',
      'MacTaken b.default',
    ]);
  });
});

describe('what cannot be taken over in place', () => {
  it('is told with what to do: a pair in one virtual port, parents not granted yet', async () => {
    await world.lab.nbctl(...kubeOvnVirtualPort('blue', 'pair', '10.17.0.50,fd17::50', ['web.default']));
    await world.lab.nbctl(...kubeOvnVirtualPort('blue', 'early', '10.17.0.51', ['web.default']));
    world.ledger.reserve('blue', 'pair', { v4: '10.17.0.50', v6: 'fd17::50', namespace: 'default' });
    world.ledger.reserve('blue', 'early', { v4: '10.17.0.51', families: [4], namespace: 'default' });
    const { ports, conflicts } = await world.plan();
    expect(ports).toEqual([]);
    expect(conflicts).toMatchObject([
      { code: 'RowDiffers', row: 'pair', message: expect.stringContaining('lsp-del pair') },
      { code: 'RowDiffers', row: 'early', message: expect.stringContaining('granted by the control plane') },
    ]);
  });

  it('is not what is still to be made: a Subnet without a switch, and a router', async () => {
    world.ledger.defineOn('lr', 'red', '10.18.0.0/16');
    world.ledger.reserve('red', 'new', { v4: '10.18.0.5', namespace: 'default' });
    world.ledger.reserve('red', 'lb', { v4: '10.18.0.6', vipType: 'switch_lb_vip' });
    world.ledger.reservePort('red', 'pod/default/a', { port: 'a.default' });
    const { ports, conflicts } = await world.plan();
    expect([ports, conflicts]).toEqual([[], []]);
  });

  it('is told: the virtual port of a Vip that a Pod has as its address', async () => {
    await world.made('front.default', '00:00:00:0a:00:64 10.17.0.100');
    await world.lab.nbctl(...kubeOvnVirtualPort('blue', 'site', '10.17.0.100', []));
    world.ledger.reserve('blue', 'site', {
      v4: '10.17.0.100',
      mac: 0x0a0064,
      families: [4],
      namespace: 'default',
    });
    world.ledger.attach('blue', 'vip/site', {
      object: 'pod/default/front',
      uid: 'u2',
      port: 'front.default',
    });
    expect((await world.plan()).conflicts).toMatchObject([
      { code: 'VirtualIpTaken', row: 'front.default', message: expect.stringContaining('virtual port site') },
    ]);
    await world.lab.nbctl('lsp-del', 'site');
    await eventually(async () =>
      expect((await world.plan()).ports.map(({ row }) => row.name)).toEqual(['front.default']),
    );
  });

  it('is told with what to do: ports and fronts of a switch_lb_vip', async () => {
    await world.made('slr-01.', '00:00:00:7a:e1:01 10.17.0.200');
    const fronts = { '10.17.0.200:80': '10.17.0.5:8080', '10.96.0.1:443': '10.17.0.9:6443' };
    await world.lab.nbctl(...kubeOvnLoadBalancer('vpc-vpc-tcp-load', 'blue', fronts));
    world.ledger.reserve('blue', 'slr-01', { v4: '10.17.0.200', families: [4], vipType: 'switch_lb_vip' });
    const before = await world.everything();
    const { conflicts } = await world.plan();
    expect(conflicts.map(({ code, key, row }) => `${code} ${key} ${row}`)).toEqual([
      'AddressAnswered vip/slr-01 ',
      'FrontServed vip/slr-01 vpc-vpc-tcp-load',
    ]);
    const command = /ovn-nbctl (remove Load_Balancer \S+ vips) '(.*)'$/.exec(conflicts[1]!.message);
    expect(await world.everything()).toEqual(before);
    await world.lab.nbctl(...command![1]!.split(' '), command![2]!);
    await world.lab.nbctl('lsp-del', 'slr-01.');
    await eventually(async () => expect((await world.plan()).conflicts).toEqual([]));
    expect((await world.lab.rowsOf('Load_Balancer'))[0]?.vips).toEqual({ '10.96.0.1:443': '10.17.0.9:6443' });
  });
});
