// What Kube-OVN's users write and expect: lists of addresses, what is said of one interface, Subnets that select Namespaces.
import { type KubernetesObject, NAMESPACES } from '@holdfast/kube-api';
import { readAddressList } from './address-list';
import { isSelected, readNamespaceSelectors } from './namespace-selector';
import { PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const POOL = 'ovn.kubernetes.io/ip_pool';
const listed = (list: string) => ({ annotations: { [POOL]: list } });

describe('a list of addresses', () => {
  const shown = (list: string) => {
    const read = readAddressList(POOL, list);
    return read.rejected
      ? read.rejected.code
      : read.value.map(({ v4, v6 }) => [v4 !== undefined && 4, v6 !== undefined && 6].filter(Boolean).join());
  };

  it.each([
    ['10.16.0.5', ['4']],
    ['10.16.0.5, 10.16.0.6,', ['4', '4']],
    ['10.16.0.5,fd00::5', ['4,6']],
    ['10.16.0.5,fd00::5,10.16.0.6', ['4', '6', '4']],
    ['10.16.0.5,fd00::5;fd00::6,10.16.0.6', ['4,6', '4,6']],
    ['10.16.0.5,10.16.0.6;', 'InvalidArgument'],
    ['10.16.0.5,pool', 'InvalidArgument'],
    [',', 'InvalidArgument'],
  ])('%s is read as %j', (list, expected) => {
    expect(shown(list)).toEqual(expected);
  });

  it('that is longer than some is refused: it is a pool', () => {
    expect(shown(Array.from({ length: 256 }, (_, at) => `10.16.1.${at}`).join())).toHaveLength(256);
    expect(shown(Array.from({ length: 257 }, (_, at) => `10.16.1.${at % 256}`).join())).toBe(
      'InvalidArgument',
    );
  });

  it('gives each Pod the first that is free, and nobody another’s', async () => {
    const world = await PodWorld.started();
    const list = '10.16.0.5,192.168.0.1,10.16.0.7';
    world.podOf('a', listed(list));
    await world.settle(1_000);
    world.podOf('b', listed(list));
    await world.settle(1_000);
    world.podOf('c', listed(list));
    await world.settle(5_000);
    expect(['a', 'b', 'c'].map((name) => world.ip(name))).toEqual(['10.16.0.5', '10.16.0.7', undefined]);
    expect(world.events()).toMatchObject([{ reason: 'AddressTaken', count: 1 }]);
    expect(world.events()[0]?.message).toMatch(/None of the addresses of ovn.kubernetes.io\/ip_pool is free/);
    world.gone('a');
    await world.settle(1_000);
    expect(world.ip('c')).toBe('10.16.0.5');
    expect(world.everHeldTwice()).toEqual([]);
  });

  it('asked for by all at once has as many owners as entries', async () => {
    const world = await PodWorld.started();
    const entries = [11, 12, 13, 14].map((last) => `10.16.0.${last}`);
    for (let at = 0; at < 6; at += 1) world.podOf(`p${at}`, listed(entries.join()));
    await world.settle(5_000);
    const given = [0, 1, 2, 3, 4, 5].map((at) => world.ip(`p${at}`)).filter((ip) => ip !== undefined);
    expect(given.sort()).toEqual(entries);
    expect(world.everHeldTwice()).toEqual([]);
  });

  it('gives a set’s Pod the entry of its ordinal, again and again, and none that is not there', async () => {
    const world = await PodWorld.started();
    const set = world.set('web', 3);
    const list = listed('10.16.0.9,10.16.0.8');
    for (const ordinal of [2, 1, 0]) world.podOfSet(set, ordinal, list);
    await world.settle(5_000);
    expect([0, 1, 2].map((at) => world.ip(`web-${at}`))).toEqual(['10.16.0.9', '10.16.0.8', undefined]);
    expect(world.events()).toMatchObject([{ reason: 'InvalidArgument', count: 1 }]);
    world.gone('web-1');
    world.podOfSet(set, 1, list);
    await world.settle(1_000);
    expect(world.ip('web-1')).toBe('10.16.0.8');
  });

  it('leaves a machine what it has of it, and moves it when that is no more in it', async () => {
    const world = await PodWorld.started();
    world.installKubevirt();
    world.machine('db');
    const vmi = world.instance('db');
    const start = async (suffix: string, list: string): Promise<string | undefined> => {
      world.podOfInstance(vmi, suffix, listed(list));
      await world.settle(5_000);
      return world.ip(`virt-launcher-db-${suffix}`);
    };
    world.podOf('other', listed('10.16.0.5,10.16.0.6'));
    await world.settle(1_000);
    expect(await start('a', '10.16.0.5,10.16.0.6')).toBe('10.16.0.6');
    world.gone('virt-launcher-db-a');
    world.gone('other');
    await world.settle(1_000);
    expect(await start('b', '10.16.0.5,10.16.0.6')).toBe('10.16.0.6');
    world.gone('virt-launcher-db-b');
    await world.settle(1_000);
    expect(await start('c', '10.16.0.77,10.16.0.78')).toBe('10.16.0.77');
    expect(world.holders()).toEqual(['vm/default/db']);
  });

  it('is passed over by a Pod that names its own address', async () => {
    const world = await PodWorld.started();
    const named = { 'ovn.kubernetes.io/ip_address': '10.16.0.99', [POOL]: '10.16.0.5' };
    world.podOf('a', { annotations: named });
    await world.settle(1_000);
    expect(world.ip('a')).toBe('10.16.0.99');
  });
});

describe('what is said of one interface', () => {
  const networks = 'k8s.v1.cni.cncf.io/networks';

  it('goes before what is said of the attachment', async () => {
    const world = await PodWorld.started();
    const annotations = {
      [networks]: 'infra/net1@eth1',
      'net1.infra.ovn.kubernetes.io/logical_switch': DEFAULT_SUBNET,
      'net1.infra.ovn.kubernetes.io/ip_address': '10.16.0.50',
      'net1.infra.kubernetes.io/ip_address.eth1': '10.16.0.51',
      'net1.infra.kubernetes.io/mac_address.eth1': '00:00:00:00:00:51',
      'net1.infra.kubernetes.io/ip_address.eth2': '10.16.0.52',
    };
    world.podOf('a', { annotations });
    await world.settle(1_000);
    const provider = 'net1.infra.ovn';
    expect(world.ip('a', provider)).toBe('10.16.0.51');
    expect(world.annotation('a', 'mac_address', provider)).toBe('00:00:00:00:00:51');
    const commands = world.ledger.executed.length;
    await world.whileDown(() => undefined);
    await world.settle(5_000);
    expect([world.ledger.executed.length, world.reasons()]).toEqual([commands, []]);
  });

  it('tells attachments of one definition apart', async () => {
    const world = await PodWorld.started();
    const annotations = {
      [networks]: '[{"name":"net1","interface":"eth1"},{"name":"net1","interface":"eth2"}]',
      'net1.default.ovn.eth1.kubernetes.io/logical_switch': DEFAULT_SUBNET,
      'net1.default.ovn.eth2.kubernetes.io/logical_switch': DEFAULT_SUBNET,
      'net1.default.kubernetes.io/ip_address.eth1': '10.16.0.61',
      'net1.default.kubernetes.io/ip_address.eth2': '10.16.0.62',
    };
    world.podOf('a', { annotations });
    await world.settle(1_000);
    const ips = ['eth1', 'eth2'].map((name) => world.ip('a', `net1.default.ovn.${name}`));
    expect(ips).toEqual(['10.16.0.61', '10.16.0.62']);
  });

  it('that cannot be read is named in the Event', async () => {
    const world = await PodWorld.started();
    const annotations = {
      [networks]: 'infra/net1@eth1',
      'net1.infra.ovn.kubernetes.io/logical_switch': DEFAULT_SUBNET,
      'net1.infra.kubernetes.io/ip_address.eth1': 'here',
    };
    world.podOf('a', { annotations });
    await world.settle(5_000);
    expect(world.events()[0]?.message).toMatch(/net1\.infra\.kubernetes\.io\/ip_address\.eth1.*"here"/);
  });
});

describe('a Subnet’s namespaceSelectors', () => {
  const namespace = (labels: Record<string, string>) =>
    ({ metadata: { labels } }) as unknown as KubernetesObject;
  const has = (selector: unknown, labels: Record<string, string>): boolean =>
    isSelected(readNamespaceSelectors({ namespaceSelectors: [selector] as never }), namespace(labels));
  const expression = (key: string, operator: string, ...values: string[]) => ({
    matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
  });

  it.each([
    [{ matchLabels: { team: 'red' } }, true],
    [{ matchLabels: { team: 'blue' } }, false],
    [{ matchLabels: { team: 'red', tier: 'a' } }, false],
    [expression('team', 'In', 'red', 'blue'), true],
    [expression('team', 'NotIn', 'red'), false],
    [expression('tier', 'NotIn', 'a'), true],
    [expression('team', 'Exists'), true],
    [expression('team', 'DoesNotExist'), false],
    [{}, true],
    // What cannot be read has no Namespace.
    [expression('team', 'in', 'red'), false],
    [expression('team', 'In'), false],
    [expression('team', 'Exists', 'red'), false],
    [{ matchLabels: { team: 1 } }, false],
    [{ matchLabels: 'team' }, false],
    ['team=red', false],
  ])('%j', (selector, expected) => {
    expect(has(selector, { team: 'red' })).toBe(expected);
  });

  it('say where a Namespace’s Pods are, also when its labels come later', async () => {
    const world = await PodWorld.started();
    const namespaceSelectors = [{ matchLabels: { team: 'red' } }, { matchLabels: { team: 'blue' } }];
    await world.defineSubnet('coloured', { cidrBlock: '10.17.0.0/16', namespaceSelectors });
    await world.defineSubnet('listed', { cidrBlock: '10.18.0.0/16', namespaces: ['green'] });
    world.create(NAMESPACES, 'one', {}, { labels: { team: 'blue' } } as object);
    world.create(NAMESPACES, 'two', {}, {} as object);
    world.create(NAMESPACES, 'green', {}, {} as object);
    for (const name of ['one', 'two', 'green']) world.podOf('a', { namespace: name });
    await world.settle(1_000);
    const ips = ['one/a', 'two/a', 'green/a'].map((name) => world.ip(name));
    expect(ips).toEqual(['10.17.0.2', '10.16.0.2', '10.18.0.2']);
    world.edit(NAMESPACES, 'two', { metadata: { labels: { team: 'red' } } });
    world.podOf('b', { namespace: 'two' });
    await world.settle(1_000);
    expect([world.ip('two/a'), world.ip('two/b')]).toEqual(['10.16.0.2', '10.17.0.3']);
  });
});
