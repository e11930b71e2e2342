// Pods that have a Vip's addresses as their own: one at a time, of the Vip's Subnet and Namespace, and for its owner's
// successors.
import { vipHolder } from '@holdfast/ipam';
import { STATEFUL_SETS } from '@holdfast/kube-api';
import { DEFAULT_SUBNET, type PodShape, PodWorld } from '../testing/pod-world';

const VIP = 'ovn.kubernetes.io/vip';
const using = (vip: string, more: Readonly<Record<string, string>> = {}): PodShape => ({
  annotations: { [VIP]: vip, ...more },
});

async function withVip(spec: object = {}): Promise<PodWorld> {
  const world = await PodWorld.started();
  await reserve(world, 'web', spec);
  return world;
}

async function reserve(world: PodWorld, name: string, spec: object = {}): Promise<void> {
  const vip = { subnet: DEFAULT_SUBNET, vipType: '' as const, selector: [], ...spec };
  const answer = await world.ledger.execute({ type: 'ReserveVip', name, ...vip }, 'ann', 'http');
  if (answer.rejected) throw new Error(answer.rejected.message);
}

describe('a Pod that names a Vip', () => {
  it('has exactly its addresses and MAC, and no reservation of its own', async () => {
    const world = await withVip();
    const { metadata } = world.podOf('a', using('web'));
    await world.settle(1_000);
    expect(`${world.ip('a')} ${world.annotation('a', 'mac_address')}`).toBe(world.heldBy('vip/web'));
    expect(world.usersOf('vip/web')).toEqual([metadata.uid]);
    expect(world.holders()).toEqual(['vip/web']);
    expect(world.state().users.usersOf('vip/web' as never)).toMatchObject([{ port: 'a.default' }]);
  });

  it('waits while another has it, is told so once, and has it when that is gone', async () => {
    const world = await withVip();
    world.podOf('a', using('web'));
    await world.settle(1_000);
    world.podOf('b', using('web'));
    await world.settle(600_000);
    expect(world.reasons()).toEqual(['b: ReservationInUse']);
    expect(world.ip('b')).toBeUndefined();
    world.gone('a');
    await world.settle(100);
    expect(world.ip('b')).toBe(world.heldBy('vip/web')?.split(' ')[0]);
  });

  it('waits for a Vip that is not there yet', async () => {
    const world = await PodWorld.started();
    world.podOf('a', using('web'));
    await world.settle(10_000);
    expect(world.reasons()).toEqual(['a: VipNotFound']);
    await reserve(world, 'web');
    await world.settle(100);
    expect(world.ip('a')).toBe('10.16.0.2');
  });

  it.each<[string, object, string]>([
    ['of another type', { vipType: 'switch_lb_vip' }, 'VipTypeMismatch'],
    ['of another Namespace', { namespace: 'tenant' }, 'VipOfNamespace'],
    ['of another Subnet', { subnet: 'other' }, 'VipElsewhere'],
  ])('gets none %s, and an Event that says so (D29)', async (_, spec, reason) => {
    const world = await PodWorld.started();
    await world.defineSubnet('other', { cidrBlock: '10.20.0.0/16' });
    await reserve(world, 'web', spec);
    world.podOf('a', using('web'));
    await world.settle(10_000);
    expect(world.reasons()).toEqual([`a: ${reason}`]);
    expect([world.ip('a'), world.usersOf('vip/web', (spec as { subnet?: string }).subnet)]).toEqual([
      undefined,
      [],
    ]);
  });

  it('has it on its first NIC only, and does not collide with itself (D29)', async () => {
    const world = await withVip();
    const provider = 'net1.infra.ovn';
    const networks = {
      'k8s.v1.cni.cncf.io/networks': JSON.stringify([{ name: 'net1', namespace: 'infra' }]),
      [`${provider}.kubernetes.io/logical_switch`]: DEFAULT_SUBNET,
    };
    world.podOf('a', using('web', networks));
    await world.settle(10_000);
    expect([world.ip('a'), world.ip('a', provider)]).toEqual(['10.16.0.2', '10.16.0.3']);
    expect(world.reasons()).toEqual([]);
  });
});

describe('a StatefulSet’s Pod that names a Vip', () => {
  it('leaves it to its successors, to nobody else, and to all when the set is gone', async () => {
    const world = await withVip();
    const set = world.set('db', 1);
    world.podOfSet(set, 0, using('web'));
    await world.settle(1_000);
    world.gone('db-0');
    await world.settle(1_000);
    world.podOf('stranger', using('web'));
    await world.settle(10_000);
    expect(world.reasons()).toEqual(['stranger: ReservationInUse']);
    const { metadata } = world.podOfSet(set, 0, using('web'));
    await world.settle(1_000);
    expect(world.usersOf('vip/web')).toEqual([metadata.uid]);
    world.delete(STATEFUL_SETS, 'default/db');
    world.gone('db-0');
    await world.settle(1_000);
    expect(world.ip('stranger')).toBe(world.heldBy('vip/web')?.split(' ')[0]);
  });

  it('has it kept as the Vip’s retention says, and no longer when that says so', async () => {
    const world = await withVip();
    const holder = vipHolder('web');
    const retain = (keep: 'forever' | 'release') =>
      world.ledger.execute(
        { type: 'SetRetention', subnet: DEFAULT_SUBNET, holder, retention: { keep } },
        'ann',
        'http',
      );
    await retain('forever');
    const set = world.set('db', 1);
    world.podOfSet(set, 0, using('web'));
    await world.settle(1_000);
    world.delete(STATEFUL_SETS, 'default/db');
    world.gone('db-0');
    await world.settle(600_000);
    world.podOf('stranger', using('web'));
    await world.settle(10_000);
    expect(world.reasons()).toEqual(['stranger: ReservationInUse']);
    await retain('release');
    await world.settle(1_000);
    expect(world.ip('stranger')).toBe(world.heldBy('vip/web')?.split(' ')[0]);
  });

  it('leaves it to all when the set goes between two Pods', async () => {
    const world = await withVip();
    const set = world.set('db', 1);
    world.podOfSet(set, 0, using('web'));
    await world.settle(1_000);
    world.gone('db-0');
    world.podOf('stranger', using('web'));
    await world.settle(10_000);
    expect(world.ip('stranger')).toBeUndefined();
    world.delete(STATEFUL_SETS, 'default/db');
    await world.settle(1_000);
    expect(world.ip('stranger')).toBe(world.heldBy('vip/web')?.split(' ')[0]);
  });

  it('keeps it through a restart between its end and its successor (D9)', async () => {
    const world = await withVip();
    const set = world.set('db', 1);
    world.podOfSet(set, 0, using('web'));
    await world.settle(1_000);
    await world.whileDown(() => world.gone('db-0'));
    world.podOf('stranger', using('web'));
    await world.settle(600_000);
    expect(world.ip('stranger')).toBeUndefined();
    world.podOfSet(set, 0, using('web'));
    await world.settle(1_000);
    expect(world.ip('db-0')).toBe(world.heldBy('vip/web')?.split(' ')[0]);
  });
});
