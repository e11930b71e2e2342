// What a Pod is given, the port that it has there, and that it carries it: one decision each time, and the port stays as the
// Pod's annotation says.
import { type Holder, parseAddress, vipHolder } from '@holdfast/ipam';
import { PODS } from '@holdfast/kube-api';
import { PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const SECURITY = 'ovn.kubernetes.io/port_security';
const A = 'pod/default/a' as Holder;
const place = { subnet: DEFAULT_SUBNET, holder: A };

const portOf = (world: PodWorld, holder: Holder = A) => {
  const { port, portSecurity } = world.state().byHolder.get(holder) ?? {};
  return { port, portSecurity };
};

const annotate = (world: PodWorld, name: string, annotations: object) =>
  world.edit(PODS, `default/${name}`, { metadata: { annotations } });

describe('what a Pod asks', () => {
  it('is one order, and both events have one position in its stream after the other', async () => {
    const world = await PodWorld.started();
    const [commands, facts] = [world.ledger.executed.length, world.ledger.facts.length];
    world.podOf('a');
    await world.settle(1_000);
    expect(world.ledger.executed.slice(commands)).toHaveLength(1);
    expect(world.recorded(facts)).toEqual(['AddressReserved', 'UserAttached']);
  });

  it('is one order of a successor, too', async () => {
    const world = await PodWorld.started();
    const set = world.set('web', 1);
    world.podOfSet(set, 0);
    await world.settle(1_000);
    world.gone('web-0');
    await world.settle(1_000);
    const commands = world.ledger.executed.length;
    const { uid } = world.podOfSet(set, 0).metadata;
    await world.settle(1_000);
    expect(world.ledger.executed.slice(commands)).toHaveLength(1);
    expect(world.usersOf('statefulset/default/web/0')).toEqual([uid]);
  });

  it('is what the holder had, though somebody releases that before it is decided', async () => {
    const world = await PodWorld.started();
    const [set, holder] = [world.set('web', 1), 'statefulset/default/web/0' as Holder];
    world.podOfSet(set, 0);
    await world.settle(1_000);
    const before = world.heldBy(holder);
    world.gone('web-0');
    await world.settle(1_000);
    const execute = world.ledger.execute.bind(world.ledger);
    let releases = 0;
    world.ledger.execute = async (command, ...by) => {
      if (command.type === 'ReserveAddress' && releases++ === 0)
        await execute(
          { type: 'ReleaseAddress', subnet: DEFAULT_SUBNET, holder, reason: 'by hand' },
          'ann',
          'http',
        );
      return execute(command, ...by);
    };
    world.podOfSet(set, 0);
    await world.settle(1_000);
    expect([releases, world.heldBy(holder)]).toEqual([1, before]);
  });

  it('is refused as one: nothing is reserved for who cannot have its port', async () => {
    const world = await PodWorld.started();
    const other = { subnet: DEFAULT_SUBNET, holder: 'octavia/p/lb' as Holder, port: 'a.default' };
    await world.ledger.execute({ type: 'ReserveAddress', ...other }, 'ann', 'http');
    world.podOf('a');
    await world.settle(5_000);
    expect(world.reasons()).toEqual(['a: PortTaken']);
    expect(world.holders()).toEqual(['octavia/p/lb']);
  });
});

describe('what was reserved beforehand', () => {
  const v4 = parseAddress('10.16.0.99') as number;

  it('without a port is its Pod’s, and gets the Pod’s port', async () => {
    const world = await PodWorld.started();
    await world.ledger.execute({ type: 'ReserveAddress', ...place, v4 }, 'ann', 'http');
    const [commands, facts] = [world.ledger.executed.length, world.ledger.facts.length];
    world.podOf('a', { annotations: { [SECURITY]: 'true' } });
    await world.settle(1_000);
    expect(world.ip('a')).toBe('10.16.0.99');
    expect(portOf(world)).toEqual({ port: 'a.default', portSecurity: true });
    expect(world.ledger.executed.slice(commands)).toHaveLength(1);
    expect(world.recorded(facts)).toEqual(['AddressMoved', 'UserAttached']);
  });

  it('under another port is not taken from that', async () => {
    const world = await PodWorld.started();
    await world.ledger.execute({ type: 'ReserveAddress', ...place, v4, port: 'mine' }, 'ann', 'http');
    world.podOf('a');
    await world.settle(5_000);
    expect(world.reasons()).toEqual(['a: HolderHasDifferentAddress']);
    expect(portOf(world).port).toBe('mine');
  });

  it('is moved to what the Pod names, with its port', async () => {
    const world = await PodWorld.started();
    await world.ledger.execute({ type: 'ReserveAddress', ...place, v4 }, 'ann', 'http');
    world.podOf('a', { annotations: { 'ovn.kubernetes.io/ip_address': '10.16.0.77' } });
    await world.settle(1_000);
    expect(world.ip('a')).toBe('10.16.0.77');
    expect(portOf(world).port).toBe('a.default');
  });
});

describe('port security', () => {
  it('is switched on and off under a live Pod, and by nothing else than its own annotation', async () => {
    const world = await PodWorld.started();
    world.podOf('a');
    await world.settle(1_000);
    expect(portOf(world).portSecurity).toBe(false);
    annotate(world, 'a', { [SECURITY]: 'true' });
    await world.settle(1_000);
    expect(portOf(world)).toEqual({ port: 'a.default', portSecurity: true });
    annotate(world, 'a', { [SECURITY]: null });
    await world.settle(1_000);
    expect(portOf(world).portSecurity).toBe(false);
    const commands = world.ledger.executed.length;
    await world.settle(600_000);
    expect(world.ledger.executed).toHaveLength(commands);
  });

  it('of a set’s Pod is that of its next Pod', async () => {
    const world = await PodWorld.started();
    const set = world.set('web', 1);
    world.podOfSet(set, 0);
    await world.settle(1_000);
    const address = world.ip('web-0');
    world.gone('web-0');
    world.podOfSet(set, 0, { annotations: { [SECURITY]: 'true' } });
    await world.settle(1_000);
    expect(world.ip('web-0')).toBe(address);
    expect(portOf(world, 'statefulset/default/web/0' as Holder).portSecurity).toBe(true);
  });

  it('of a Pod on a Vip is recorded with its user, and followed', async () => {
    const world = await PodWorld.started();
    const vip = { subnet: DEFAULT_SUBNET, vipType: '', selector: [] } as const;
    await world.ledger.execute({ type: 'ReserveVip', name: 'web', ...vip }, 'ann', 'http');
    world.podOf('a', { annotations: { 'ovn.kubernetes.io/vip': 'web', [SECURITY]: 'true' } });
    await world.settle(1_000);
    const user = () => world.state().users.usersOf(vipHolder('web'))[0];
    expect(user()).toMatchObject({ port: 'a.default', portSecurity: true });
    annotate(world, 'a', { [SECURITY]: 'false' });
    await world.settle(1_000);
    expect(user()?.portSecurity).toBeUndefined();
    const commands = world.ledger.executed.length;
    await world.settle(600_000);
    expect(world.ledger.executed).toHaveLength(commands);
  });
});
