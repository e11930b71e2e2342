// Ordinary Pods: their first NIC and others, what they ask for, what they are told, and who is left alone.
import { parseRange } from '@holdfast/ipam';
import { NAMESPACES, PODS, SUBNETS } from '@holdfast/kube-api';
import { PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const SWITCH = 'ovn.kubernetes.io/logical_switch';

describe('a Pod on the default Subnet', () => {
  it('gets an address, a port, and the annotations that its node agent reads', async () => {
    const world = await PodWorld.started();
    const { metadata } = world.podOf('web', { node: 'n1' });
    await world.settle(1_000);
    expect(world.read(PODS, 'default/web')?.metadata.annotations).toEqual({
      'ovn.kubernetes.io/ip_address': '10.16.0.2',
      'ovn.kubernetes.io/mac_address': expect.stringMatching(/^[0-9a-f:]{17}$/),
      'ovn.kubernetes.io/cidr': '10.16.0.0/16',
      'ovn.kubernetes.io/gateway': '10.16.0.1',
      [SWITCH]: DEFAULT_SUBNET,
      'ovn.kubernetes.io/allocated': 'true',
      'ovn.kubernetes.io/routed': 'true',
    });
    expect(world.ledger.facts.at(-1)?.event).toMatchObject({
      type: 'UserAttached',
      holder: 'pod/default/web',
      user: { object: 'pod/default/web', uid: metadata.uid, node: 'n1', resourceVersion: expect.any(String) },
      isPrimary: true,
    });
    expect(world.ledger.facts.at(-2)?.event).toMatchObject({ type: 'AddressReserved', port: 'web.default' });
  });

  it('is written once, and costs two events', async () => {
    const world = await PodWorld.started();
    world.takeWrites();
    for (let index = 0; index < 50; index += 1) world.podOf(`p${index}`);
    await world.settle(60_000);
    expect(world.takeWrites()).toHaveLength(50);
    expect(world.recorded()).toHaveLength(100);
    expect(world.running.projector.status).toEqual({
      ...{ synced: true, compared: true, pods: 50 },
      ...{ due: 0, failed: 0, refused: 0, troubles: [] },
    });
  });

  it('is attached again when it is given a node', async () => {
    const world = await PodWorld.started();
    world.podOf('web');
    await world.settle(1_000);
    world.edit(PODS, 'default/web', { spec: { nodeName: 'n2' } });
    await world.settle(1_000);
    expect(world.recorded()).toEqual(['AddressReserved', 'UserAttached', 'UserAttached']);
    expect(world.state().users.usersOf('pod/default/web' as never)).toMatchObject([{ node: 'n2' }]);
  });

  it('gives its address up when it is deleted, finished, or gone while nobody looked', async () => {
    const world = await PodWorld.started();
    for (const name of ['deleted', 'finished', 'unseen', 'stays']) world.podOf(name);
    await world.settle(1_000);
    world.gone('deleted');
    await world.settle(1_000);
    world.editStatus(PODS, 'default/finished', { phase: 'Succeeded' });
    await world.settle(1_000);
    await world.whileDown(() => world.gone('unseen'));
    await world.settle(120_000);
    expect(world.holders()).toEqual(['pod/default/stays']);
    const detached = world.ledger.facts
      .map(({ event }) => event)
      .filter(({ type }) => type === 'UserDetached');
    expect(detached).toMatchObject([
      { reason: 'Pod deleted', evidence: { object: 'pod/default/deleted', uid: expect.any(String) } },
      { reason: 'Pod finished', evidence: { object: 'pod/default/finished' } },
      { reason: 'Pod is gone', evidence: { object: 'pod/default/unseen', uid: expect.any(String) } },
    ]);
  });

  it('keeps its address while it terminates, and gets none that began to', async () => {
    const world = await PodWorld.started();
    const finalizers = ['example.com/wait'];
    world.create(PODS, 'old', {}, { namespace: 'default', finalizers } as object);
    await world.settle(1_000);
    world.delete(PODS, 'default/old');
    await world.running.stop();
    world.create(PODS, 'new', {}, { namespace: 'default', finalizers } as object);
    world.delete(PODS, 'default/new');
    await world.startAddresses();
    await world.settle(10_000);
    expect(world.holders()).toEqual(['pod/default/old']);
    expect(world.usersOf('pod/default/old')).toHaveLength(1);
  });
});

describe('is left alone: a Pod', () => {
  it.each<[string, object]>([
    ['on its node’s network', { hostNetwork: true }],
    ['of a Subnet that the ledger does not have', { annotations: { [SWITCH]: 'other' } }],
  ])('%s', async (_, shape) => {
    const world = await PodWorld.started();
    world.takeWrites();
    world.podOf('web', shape);
    await world.settle(60_000);
    expect([world.holders(), world.takeWrites(), world.reasons()]).toEqual([[], [], []]);
  });

  it('that has finished', async () => {
    const world = await PodWorld.started();
    await world.whileDown(() => {
      world.podOf('job');
      world.editStatus(PODS, 'default/job', { phase: 'Failed' });
    });
    await world.settle(60_000);
    expect(world.holders()).toEqual([]);
  });

  it('that somebody else has addressed; one Event says so', async () => {
    const world = await PodWorld.started();
    const annotations = {
      'ovn.kubernetes.io/allocated': 'true',
      'ovn.kubernetes.io/ip_address': '10.16.0.9',
      'ovn.kubernetes.io/mac_address': '00:00:00:00:00:09',
      [SWITCH]: DEFAULT_SUBNET,
    };
    world.podOf('web', { annotations });
    await world.settle(600_000);
    expect(world.holders()).toEqual([]);
    expect(world.events()).toMatchObject([{ reason: 'AddressedByOthers', count: 1 }]);
    expect(world.ip('web')).toBe('10.16.0.9');
  });
});

describe('the Subnet of a Pod', () => {
  async function withTwo(): Promise<PodWorld> {
    const world = await PodWorld.started();
    await world.defineSubnet('small', { cidrBlock: '10.17.0.0/30', namespaces: ['tenant'] });
    await world.defineSubnet('large', { cidrBlock: '10.18.0.0/16' });
    return world;
  }

  it('is the one that it names, else one of its Namespace’s, else the default one', async () => {
    const world = await withTwo();
    world.namespace('tenant');
    world.namespace('listed', { [SWITCH]: 'small, large' });
    world.podOf('named', { annotations: { [SWITCH]: 'large' } });
    world.podOf('a', { namespace: 'tenant' });
    await world.settle(1_000);
    world.podOf('b', { namespace: 'listed' });
    world.podOf('c');
    await world.settle(2_000);
    const switches = ['default/named', 'tenant/a', 'listed/b', 'default/c'].map((pod) =>
      world.annotation(pod, 'logical_switch'),
    );
    // The small one has no more than one address to give.
    expect(switches).toEqual(['large', 'small', 'large', DEFAULT_SUBNET]);
    // What was refused on the way there is not asked again and again.
    const before = world.ledger.executed.length;
    await world.settle(600_000);
    expect([world.ledger.executed.length - before, world.running.projector.status.refused]).toEqual([0, 0]);
  });

  it('waits until its Namespace is known, though not for ever', async () => {
    const world = await withTwo();
    const loseNamespaces = (): void => {
      world.sandbox.faults.fail({
        ...{ times: Infinity, status: 503 },
        when: ({ method, path }) => method === 'GET' && path === '/api/v1/namespaces',
      });
      world.sandbox.faults.dropWatches();
    };
    loseNamespaces();
    world.namespace('listed', { [SWITCH]: 'large' });
    world.podOf('early', { namespace: 'listed' });
    await world.settle(4_000);
    expect(world.annotation('listed/early', 'logical_switch')).toBeUndefined();
    await world.settle(4_000);
    expect(world.annotation('listed/early', 'logical_switch')).toBe(DEFAULT_SUBNET);
    // From here on they are asked for again soon, and not as rarely as after a long time.
    world.sandbox.faults.heal();
    await world.settle(60_000);
    loseNamespaces();
    world.namespace('second', { [SWITCH]: 'large' });
    world.podOf('early', { namespace: 'second' });
    await world.settle(1_000);
    expect(world.annotation('second/early', 'logical_switch')).toBeUndefined();
    world.sandbox.faults.heal();
    await world.settle(60_000);
    expect(world.annotation('second/early', 'logical_switch')).toBe('large');
  });

  it('may come later, by its Namespace’s annotation or as a new Subnet', async () => {
    const world = await PodWorld.started();
    world.edit(SUBNETS, DEFAULT_SUBNET, { spec: { default: false } });
    world.namespace('tenant');
    await world.settle(1_000);
    world.podOf('a', { namespace: 'tenant' });
    world.podOf('b', { annotations: { [SWITCH]: 'later' } });
    await world.settle(1_000);
    expect(world.holders()).toEqual([]);
    world.edit(NAMESPACES, 'tenant', { metadata: { annotations: { [SWITCH]: DEFAULT_SUBNET } } });
    await world.defineSubnet('later', { cidrBlock: '10.19.0.0/16' });
    expect(world.holders()).toEqual(['pod/tenant/a']);
    expect(world.holders('later')).toEqual(['pod/default/b']);
  });

  it('that is full is tried again when somebody leaves', async () => {
    const world = await withTwo();
    world.podOf('first', { annotations: { [SWITCH]: 'small' } });
    await world.settle(1_000);
    world.podOf('second', { annotations: { [SWITCH]: 'small' } });
    await world.settle(10_000);
    expect(world.reasons()).toEqual(['second: SubnetExhausted']);
    world.gone('first');
    await world.settle(100);
    expect(world.ip('second')).toBe('10.17.0.2');
  });
});

describe('what a Pod asks for', () => {
  it.each<[string, Record<string, string>, string]>([
    ['an address', { ip_address: '10.16.7.7' }, '10.16.7.7,fd00::2'],
    ['both', { ip_address: '10.16.7.7, fd00::7' }, '10.16.7.7,fd00::7'],
    ['a family', { ip_family: 'IPv6' }, 'fd00::2'],
    ['a MAC', { mac_address: '02:00:00:00:00:05' }, '10.16.0.2,fd00::2'],
  ])('%s is what it gets', async (_, request, shown) => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/16,fd00::/112' });
    const annotations = Object.entries(request).map(([word, text]) => [`ovn.kubernetes.io/${word}`, text]);
    world.podOf('web', { annotations: Object.fromEntries(annotations) });
    await world.settle(1_000);
    expect(world.ip('web')).toBe(shown);
    expect(world.annotation('web', 'cidr')?.split(',')).toHaveLength(shown.split(',').length);
    if (request['mac_address']) expect(world.annotation('web', 'mac_address')).toBe(request['mac_address']);
  });

  it.each<[Record<string, string>, string]>([
    [{ ip_address: '10.16.0.300' }, 'InvalidArgument'],
    [{ ip_address: '10.16.0.3,10.16.0.4' }, 'InvalidArgument'],
    [{ ip_address: '10.16.0.1' }, 'AddressNotUsable'],
    [{ ip_address: '10.99.0.3' }, 'AddressOutOfRange'],
    [{ ip_family: 'ipx' }, 'InvalidArgument'],
    [{ ip_family: 'ipv6' }, 'FamilyUnavailable'],
    [{ mac_address: '01:00:00:00:00:05' }, 'InvalidArgument'],
    [{ ip_pool: 'mine' }, 'PoolNotFound'],
    [{ ip_pool: '10.16.0.5,10.16.0.6,x' }, 'InvalidArgument'],
    [{ ip_pool: ' , ' }, 'InvalidArgument'],
  ])('%j is refused with %s', async (request, reason) => {
    const world = await PodWorld.started();
    const annotations = Object.entries(request).map(([word, text]) => [`ovn.kubernetes.io/${word}`, text]);
    world.podOf('web', { annotations: Object.fromEntries(annotations) });
    await world.settle(10_000);
    expect(world.events()).toMatchObject([{ type: 'Warning', reason, count: 1 }]);
    expect(world.holders()).toEqual([]);
    expect(world.annotation('web', 'allocated')).toBeUndefined();
  });

  it('does not move a live Pod: what it says is what the ledger has', async () => {
    const world = await PodWorld.started();
    world.podOf('web');
    await world.settle(1_000);
    world.edit(PODS, 'default/web', {
      metadata: { annotations: { 'ovn.kubernetes.io/ip_address': '10.16.0.9' } },
    });
    await world.settle(1_000);
    expect(world.ip('web')).toBe('10.16.0.2');
    expect(world.recorded()).toEqual(['AddressReserved', 'UserAttached']);
  });
});

describe('pools', () => {
  async function withPools(): Promise<PodWorld> {
    const world = await PodWorld.started();
    const pool = (name: string, range: string, ...namespaces: string[]) => {
      const ranges = [parseRange(range)].filter((it) => it !== undefined);
      return world.ledger.execute(
        { type: 'DefinePool', subnet: DEFAULT_SUBNET, name, ranges, namespaces },
        'ann',
        'http',
      );
    };
    for (const answer of [
      await pool('one', '10.16.5.5'),
      await pool('two', '10.16.6.6..10.16.6.7', 'tenant'),
    ])
      expect(answer.rejected).toBeUndefined();
    return world;
  }

  it('are where addresses come from that a Pod, or its Namespace, asks for', async () => {
    const world = await withPools();
    world.namespace('tenant');
    world.namespace('listed', { 'ovn.kubernetes.io/ip_pool': 'one, two' });
    world.podOf('a', { annotations: { 'ovn.kubernetes.io/ip_pool': 'one' } });
    await world.settle(1_000);
    world.podOf('b', { namespace: 'tenant' });
    await world.settle(1_000);
    world.podOf('c', { namespace: 'listed' });
    world.podOf('d');
    await world.settle(1_000);
    const ips = ['default/a', 'tenant/b', 'listed/c', 'default/d'].map((pod) => world.ip(pod));
    expect(ips).toEqual(['10.16.5.5', '10.16.6.6', '10.16.6.7', '10.16.0.2']);
  });

  it('are waited for, and a former address that is not of the pool is not taken', async () => {
    const world = await withPools();
    world.podOf('a');
    await world.settle(1_000);
    world.gone('a');
    await world.settle(1_000);
    world.podOf('a', { annotations: { 'ovn.kubernetes.io/ip_pool': 'one' } });
    world.podOf('b', { annotations: { 'ovn.kubernetes.io/ip_pool': 'one' } });
    await world.settle(10_000);
    expect(world.ip('a')).toBe('10.16.5.5');
    expect(world.reasons()).toEqual(['b: SubnetExhausted']);
    world.gone('a');
    await world.settle(100);
    expect(world.ip('b')).toBe('10.16.5.5');
  });
});

describe('several NICs', () => {
  const PROVIDER = 'net1.infra.ovn';
  const annotations = {
    'k8s.v1.cni.cncf.io/networks': 'infra/net1, other',
    [`${PROVIDER}.kubernetes.io/logical_switch`]: DEFAULT_SUBNET,
  };

  it('are holders of their own', async () => {
    const world = await PodWorld.started();
    world.podOf('web', { annotations });
    await world.settle(1_000);
    expect(world.holders()).toEqual(['pod/default/web', `pod/default/web@${PROVIDER}`]);
    expect([world.ip('web'), world.ip('web', PROVIDER)].sort()).toEqual(['10.16.0.2', '10.16.0.3']);
    const ports = [...world.state().byHolder.values()].map(({ port }) => port);
    expect(ports.sort()).toEqual(['web.default', `web.default.${PROVIDER}`]);
    world.gone('web');
    await world.settle(1_000);
    expect(world.holders()).toEqual([]);
  });
});
