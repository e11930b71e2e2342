import { NorthboundLab, type RunningReconciler } from '../testing/northbound-lab';
import { TestLedger, type TestVipSpec } from '../testing/test-ledger';

let lab: NorthboundLab;
let ledger: TestLedger;
let reconciler: RunningReconciler;

beforeEach(async () => {
  lab = await NorthboundLab.start();
  ledger = new TestLedger();
  ledger.define('ovn-default', '10.16.0.0/16', 'fd00:10:16::/112');
  ledger.define('blue', '10.17.0.0/16');
});
afterEach(() => lab.stop());

const ONLY_V4: TestVipSpec = { families: [4] };

/** Starts projecting, waits until that is done, and says how many transactions it took. */
async function project(options?: Parameters<NorthboundLab['reconciler']>[1]): Promise<void> {
  reconciler = lab.reconciler(ledger, options);
  await reconciler.whenSettled();
}

describe('what the ledger has', () => {
  it('is shown by ovn-nbctl as the seed shows it', async () => {
    ledger.reserve('ovn-default', 'aap-vip', { v4: '10.16.0.100', ...ONLY_V4 });
    await lab.nbctl('ls-add', 'ovn-default');
    await lab.nbctl(
      'lsp-add',
      'ovn-default',
      'busybox.default',
      '--',
      'lsp-add',
      'ovn-default',
      'busybox01.default',
    );
    ledger.grant('aap-vip', 'busybox01.default', 'busybox.default');
    await project();
    const shown = (await lab.nbctl('show', 'ovn-default')).replace(/[0-9a-f-]{36}/, 'UUID');
    expect(shown).toContain('switch UUID (ovn-default)\n');
    expect(shown).toContain('    port aap-vip\n        type: virtual\n');
    expect((await lab.nbctl('list', 'logical_switch_port', 'aap-vip')).split('\n').slice(1)).toEqual([
      'addresses           : []',
      'dhcpv4_options      : []',
      'dhcpv6_options      : []',
      'dynamic_addresses   : []',
      'enabled             : []',
      'external_ids        : {"holdfast:key"="vip/aap-vip/ipv4", ls=ovn-default, vendor=holdfast}',
      'ha_chassis_group    : []',
      'mirror_rules        : []',
      'name                : aap-vip',
      'options             : {virtual-ip="10.16.0.100", virtual-parents="busybox.default,busybox01.default"}',
      'parent_name         : []',
      'port_security       : []',
      'tag                 : []',
      'tag_request         : []',
      'type                : virtual',
      'up                  : []',
      '',
    ]);
    expect(await lab.nbctl('get', 'logical_switch', 'blue', 'external_ids')).toBe(
      '{"holdfast:key"="subnet/blue", vendor=holdfast}\n',
    );
    expect(await lab.nbctl('get', 'nb_global', '.', 'external_ids')).toMatch(
      /^\{"holdfast:event"="[^"]+@5\/[0-9a-f]+", "holdfast:incarnation"=[^,]+, "holdfast:ledger"=[^,]+, "holdfast:position"="5"\}\n$/,
    );
  });

  it('is projected for every Vip that may have parents, one port a family', async () => {
    ledger.reserve('ovn-default', 'dual', { v4: '10.16.0.5', v6: 'fd00:10:16::5' });
    ledger.reserve('ovn-default', 'six', { v6: 'fd00:10:16::6', families: [6] });
    ledger.reserve('blue', 'front', { v4: '10.17.0.7', vipType: 'switch_lb_vip' });
    ledger.reserve('blue', 'unused', { namespace: undefined });
    ledger.reserve('blue', 'host', { vipType: 'kube_host_vm_vip' });
    await project();
    expect(await lab.ports()).toEqual({
      dual: 'ovn-default 10.16.0.5',
      'dual:ipv6': 'ovn-default fd00:10:16::5',
      six: 'ovn-default fd00:10:16::6',
    });
    const reasons = ['dual', 'six', 'front', 'unused', 'host', 'nobody'].map(
      (vip) => reconciler.projectionOf(vip)?.reason,
    );
    expect(reasons).toEqual(['Projected', 'Projected', 'NoRouter', 'NoPort', 'NoPort', undefined]);
  });

  it('says how far it has come', async () => {
    ledger.reserve('blue', 'web');
    await project();
    expect(reconciler.status()).toMatchObject({
      connected: true,
      isActive: true,
      position: '3',
      recordedPosition: '3',
      due: 0,
      lastDrift: undefined,
      obstacles: [],
      trouble: undefined,
    });
    expect(reconciler.projectionOf('web')).toMatchObject({ projected: true, position: '3' });
    expect(reconciler.projectionOfSubnet('blue')).toMatchObject({ projected: true, position: '3' });
  });
});

describe('what happens in the ledger', () => {
  beforeEach(async () => {
    ledger.reserve('blue', 'web', { v4: '10.17.0.5' });
    ledger.reserve('ovn-default', 'db', { v4: '10.16.0.5', ...ONLY_V4 });
    await project();
  });

  /** What `change` makes of the ports, in how many transactions. */
  async function after(change: () => void): Promise<unknown> {
    const before = reconciler.status().counts.transactions;
    change();
    await reconciler.whenSettled();
    const { counts } = reconciler.status();
    return { ports: await lab.ports(), transactions: counts.transactions - before };
  }

  it.each<[string, () => void, object, number]>([
    [
      'a Vip comes',
      () => ledger.reserve('blue', 'new', { v4: '10.17.0.9' }),
      { web: 'blue 10.17.0.5', db: 'ovn-default 10.16.0.5', new: 'blue 10.17.0.9' },
      1,
    ],
    ['a Vip goes', () => ledger.release('web'), { db: 'ovn-default 10.16.0.5' }, 1],
    [
      'a Vip gets another address',
      () => ledger.revise('web', { v4: '10.17.0.6' }),
      { web: 'blue 10.17.0.6', db: 'ovn-default 10.16.0.5' },
      1,
    ],
    [
      'a Vip gets a second address',
      () => ledger.revise('db', { v6: 'fd00:10:16::5' }),
      { web: 'blue 10.17.0.5', db: 'ovn-default 10.16.0.5', 'db:ipv6': 'ovn-default fd00:10:16::5' },
      1,
    ],
    [
      'a Vip loses its namespace',
      () => ledger.revise('web', { namespace: undefined }),
      { db: 'ovn-default 10.16.0.5' },
      1,
    ],
    [
      'a Vip moves to another subnet',
      () => {
        ledger.release('web');
        ledger.reserve('ovn-default', 'web', { v4: '10.16.0.7', ...ONLY_V4 });
      },
      { web: 'ovn-default 10.16.0.7', db: 'ovn-default 10.16.0.5' },
      1,
    ],
    [
      'a Vip changes its family',
      () => {
        ledger.release('db');
        ledger.reserve('ovn-default', 'db', { v6: 'fd00:10:16::5', families: [6] });
      },
      { web: 'blue 10.17.0.5', db: 'ovn-default fd00:10:16::5' },
      1,
    ],
    [
      'nothing that rows show',
      () => {
        ledger.revise('web', { note: 'for the shop' });
        ledger.run([{ type: 'ReviseSubnet', subnet: 'blue', coolingMs: 5 }]);
      },
      { web: 'blue 10.17.0.5', db: 'ovn-default 10.16.0.5' },
      0,
    ],
    [
      'a Vip comes and goes at once',
      () => {
        ledger.reserve('blue', 'brief');
        ledger.release('brief');
      },
      { web: 'blue 10.17.0.5', db: 'ovn-default 10.16.0.5' },
      0,
    ],
  ])('is written when %s', async (_, change, ports, transactions) => {
    expect(await after(change)).toEqual({ ports, transactions });
    expect(reconciler.status()).toMatchObject({ position: String(ledger.length), lastDrift: undefined });
  });

  it('renames the second port when it becomes the first', async () => {
    ledger.reserve('ovn-default', 'pair', { v4: '10.16.0.9', v6: 'fd00:10:16::9' });
    await reconciler.whenSettled();
    const uuid = await lab.nbctl('get', 'logical_switch_port', 'pair:ipv6', '_uuid');
    await after(() => {
      ledger.release('pair');
      ledger.reserve('ovn-default', 'pair', { v6: 'fd00:10:16::9', families: [6] });
    });
    expect(await lab.ports()).toMatchObject({ pair: 'ovn-default fd00:10:16::9' });
    expect(await lab.nbctl('get', 'logical_switch_port', 'pair', '_uuid')).toBe(uuid);
  });

  it('takes the switch away with the subnet', async () => {
    ledger.release('web');
    ledger.retire('blue');
    await reconciler.whenSettled();
    expect(await lab.nbctl('--columns=name', '--bare', 'list', 'logical_switch')).toBe('ovn-default\n');
    expect(reconciler.projectionOfSubnet('blue')).toBeUndefined();
    ledger.define('blue', '10.17.0.0/24');
    ledger.reserve('blue', 'web', { v4: '10.17.0.8' });
    await reconciler.whenSettled();
    expect(await lab.ports()).toEqual({ web: 'blue 10.17.0.8', db: 'ovn-default 10.16.0.5' });
  });

  it('is reported to whoever listens, and the parents with it', async () => {
    const heard: string[] = [];
    const end = reconciler.onChange((key) =>
      heard.push(`${key} ${reconciler.projectionOf(key.slice(4))?.reason}`),
    );
    ledger.reserve('blue', 'new');
    await reconciler.whenSettled();
    end();
    ledger.release('new');
    await reconciler.whenSettled();
    expect(heard[0]).toBe('vip/new Pending');
    expect(heard.at(-1)).toBe('vip/new Projected');
  });

  it('is coalesced: ten thousand facts about one Vip are a handful of transactions', async () => {
    const before = reconciler.status().counts.transactions;
    for (let burst = 0; burst < 100; burst += 1) {
      for (let at = 0; at < 100; at += 1) ledger.revise('web', { v4: `10.17.${burst}.${100 + at}` });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await reconciler.whenSettled();
    expect(await lab.ports()).toMatchObject({ web: 'blue 10.17.99.199' });
    expect(reconciler.status().counts.transactions - before).toBeLessThanOrEqual(100);
  });
});

describe('parents', () => {
  it('are written when they change, sorted, and only then', async () => {
    ledger.reserve('blue', 'web', { v4: '10.17.0.5' });
    for (const name of ['a', 'b', 'c']) ledger.reservePort('blue', `pod/default/${name}`, { port: name });
    ledger.grant('web', 'b', 'a');
    await project();
    const ports = async (change: () => void): Promise<unknown> => {
      change();
      await reconciler.whenSettled();
      return [(await lab.ports()).web, reconciler.status().counts.transactions];
    };
    const { transactions } = reconciler.status().counts;
    expect((await lab.ports()).web).toBe('blue 10.17.0.5 a,b');
    const again = {
      type: 'GrantParent',
      subnet: 'blue',
      vip: 'web',
      port: 'a',
      grantor: 'selector',
    } as const;
    expect(await ports(() => ledger.run([again]))).toEqual(['blue 10.17.0.5 a,b', transactions]);
    const exchange = (): void => {
      ledger.withdraw('web', 'b');
      ledger.grant('web', 'c');
    };
    expect(await ports(exchange)).toEqual(['blue 10.17.0.5 a,c', transactions + 1]);
    const all = (): void => {
      ledger.withdraw('web', 'a', 'c');
      ledger.run([{ ...again, type: 'WithdrawParent', reason: 'a test' }]);
    };
    expect(await ports(all)).toEqual(['blue 10.17.0.5', transactions + 2]);
  });
});
