// Vips that `holdfast import` recorded: their object's own from the moment that it is seen, and nobody else's.
import { importActor } from './import-actor';
import { VIPS } from '@holdfast/kube-api';
import { MANIFESTS } from '@holdfast/kube-api/testing';
import { ProjectorWorld } from '../testing/projector-world';

const KUBE_OVN_FINALIZER = 'kubeovn.io/kube-ovn-controller';
const GIVEN = { v4ip: '10.16.0.5', mac: '00:00:00:0a:00:05' };
const SPEC = { subnet: 'ovn-default', v4ip: GIVEN.v4ip, macAddress: GIVEN.mac };

/** How whose an imported Vip is stands in the log: in its event, or, of those that were stored before, in who asked. */
const FORMS = ['in its event', 'in who asked'] as const;

/** A cluster as Kube-OVN left it, with Vip `web` imported for an object of that UID. */
async function imported(form: (typeof FORMS)[number], uid?: string): Promise<ProjectorWorld> {
  const world = new ProjectorWorld(MANIFESTS.kubeOvn);
  world.subnet();
  const { metadata } = world.vip('web', SPEC, { finalizers: [KUBE_OVN_FINALIZER] });
  world.edit(VIPS, 'web', { status: GIVEN });
  const cidrs = [{ family: 4, base: 0x0a100000, prefixLength: 16 }] as const;
  await world.ledger.execute({ type: 'DefineSubnet', subnet: 'ovn-default', cidrs }, 'ann', 'http');
  const of = uid ?? metadata.uid;
  const isNew = form === 'in its event';
  const actor = isNew ? 'ann' : importActor({ uid: of, resourceVersion: '1' }, 'ann');
  const held = { v4: 0x0a100005, mac: 0x0a0005 };
  const order = {
    type: 'ReserveVip',
    subnet: 'ovn-default',
    name: 'web',
    vipType: '',
    selector: [],
    owner: { kind: 'ImportedObject', resource: 'vips.kubeovn.io', uid: of },
  } as const;
  const answer = await world.ledger.execute({ ...order, ...held }, actor, 'http');
  expect(answer.rejected).toBeUndefined();
  if (!isNew) forgetOwners(world);
  return world;
}

/** The log as it would have been stored before events said whose a Vip is. */
function forgetOwners({ ledger }: ProjectorWorld): void {
  for (const { event } of ledger.facts)
    if (event.type === 'VipReserved') delete (event as { owner?: unknown }).owner;
  ledger.restart();
}

const commandsOf = ({ ledger }: ProjectorWorld): string[] =>
  ledger.executed.filter(({ through }) => through === 'kubernetes').map(({ command }) => command.type);

describe.each(FORMS)('an imported Vip, whose that is stands %s', (form) => {
  it("is its object's own, which keeps its address without a word to the ledger", async () => {
    const world = await imported(form);
    await world.start();
    expect(world.read(VIPS, 'web')?.metadata.finalizers).toEqual([
      KUBE_OVN_FINALIZER,
      expect.stringContaining('holdfast'),
    ]);
    expect(world.statusOf(VIPS, 'web')).toMatchObject(GIVEN);
    expect(commandsOf(world)).toEqual([]);
    expect(world.events()).toEqual([]);
  });

  it('follows its object, and is released with it', async () => {
    const world = await imported(form);
    await world.start();
    world.edit(VIPS, 'web', { spec: { v4ip: '10.16.0.77' } });
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ v4ip: '10.16.0.77' });
    world.delete(VIPS, 'web');
    await world.settle();
    expect(commandsOf(world)).toEqual(['ReviseVip', 'ReleaseVip']);
    expect(world.ledger.view.vip('web')).toBeUndefined();
  });

  it('is recognised again after a restart', async () => {
    const world = await imported(form);
    const projector = await world.start();
    await projector.crash();
    world.delete(VIPS, 'web');
    await world.start();
    expect(commandsOf(world)).toEqual(['ReleaseVip']);
  });

  it('is not that of another object of the same name', async () => {
    const world = await imported(form, 'of-another-cluster');
    await world.start();
    expect(world.events()).toMatchObject([{ reason: 'VipExists' }]);
    world.delete(VIPS, 'web');
    await world.settle();
    expect(commandsOf(world)).toEqual([]);
    expect(world.ledger.view.vip('web')).toBeDefined();
  });

  it('stays when there is no such object, which shows nothing', async () => {
    const world = await imported(form);
    world.vanish(VIPS, 'web');
    await world.start();
    await world.settle(60_000);
    expect(commandsOf(world)).toEqual([]);
    expect(world.ledger.view.vip('web')).toBeDefined();
  });
});
