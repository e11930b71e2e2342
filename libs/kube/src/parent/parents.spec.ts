// Pods as parents of a Vip, in virtual time: who becomes one, who ceases to be, and what the record says of it.
import { AAPS_ANNOTATION, PODS, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { lastParentCommand, namedParentsOf, parentCommands, parentsOf } from '../testing/uses-of-vip';

const AAP = { subnet: 'ovn-default', namespace: 'default', selector: ['app: aap1'] };
const LABELS = { app: 'aap1' };

type World = ProjectorWorld & { readonly running: Awaited<ReturnType<ProjectorWorld['start']>> };

async function started(spec: object = AAP): Promise<World> {
  const world = new ProjectorWorld();
  world.subnet();
  const running = await world.start();
  world.vip('vip-aap', spec);
  await world.settle();
  return Object.assign(world, { running });
}

const relabel = (world: ProjectorWorld, pod: string, labels: object): void =>
  void world.edit(PODS, `default/${pod}`, { metadata: { labels } });
const annotate = (world: ProjectorWorld, pod: string, aaps: string | null): void =>
  void world.edit(PODS, `default/${pod}`, { metadata: { annotations: { [AAPS_ANNOTATION]: aaps } } });

describe('a Pod that names a Vip', () => {
  it("becomes its parent, as the documents' example has it, and the record says which Pod asked", async () => {
    const world = await started();
    const { metadata } = world.pod('busybox', 'vip-aap', LABELS);
    await world.settle(1_000);
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['busybox.default']);
    const { uid, resourceVersion } = metadata;
    expect(lastParentCommand(world.ledger)).toMatchObject({
      command: {
        ...{ type: 'GrantParent', subnet: 'ovn-default', vip: 'vip-aap', grantor: 'selector' },
        evidence: { object: 'pod/default/busybox', uid, resourceVersion },
      },
      actor: `kubernetes:pods/default/busybox (uid ${uid}, resourceVersion ${resourceVersion})`,
    });
    expect(world.condition(VIPS, 'vip-aap', 'InUse')).toMatchObject({
      ...{ status: 'True', reason: 'Parents' },
      message: 'It may be answered for by port busybox.default.',
    });
  });

  it('D18: names several with space around them, and is a parent of each', async () => {
    const world = await started();
    world.vip('second', AAP);
    world.vip('third', AAP);
    world.pod('busybox', ' vip-aap , second,third ,, second', LABELS);
    await world.settle();
    for (const vip of ['vip-aap', 'second', 'third'])
      expect(parentsOf(world.ledger, vip)).toEqual(['busybox.default']);
    expect(parentCommands(world.ledger)).toHaveLength(3);
  });

  it('D20: loses the grant when its labels no longer match, and gets it back when they do', async () => {
    const world = await started();
    world.pod('busybox', 'vip-aap', LABELS);
    await world.settle();
    relabel(world, 'busybox', { app: 'other' });
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual([]);
    relabel(world, 'busybox', LABELS);
    await world.settle();
    expect(parentCommands(world.ledger)).toEqual([
      '+ busybox.default',
      '- busybox.default: labels no longer match selector',
      '+ busybox.default',
    ]);
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['busybox.default']);
  });

  it('loses it when the annotation goes, when it is finished, and when it is deleted', async () => {
    const world = await started();
    for (const name of ['a', 'b', 'c']) world.pod(name, 'vip-aap', LABELS);
    await world.settle();
    annotate(world, 'a', null);
    await world.settle();
    world.editStatus(PODS, 'default/b', { phase: 'Succeeded' });
    await world.settle();
    const { uid } = world.read(PODS, 'default/c')?.metadata ?? {};
    world.delete(PODS, 'default/c');
    await world.settle();
    expect(parentCommands(world.ledger).slice(3)).toEqual([
      '- a.default: annotation removed',
      '- b.default: Pod finished',
      '- c.default: Pod deleted',
    ]);
    expect(lastParentCommand(world.ledger)?.command.evidence).toMatchObject({ object: 'pod/default/c', uid });
    expect(world.condition(VIPS, 'vip-aap', 'InUse')).toMatchObject({ status: 'False', reason: 'Unused' });
  });

  it('stays a parent while it is terminating, until it is gone', async () => {
    const world = await started();
    world.pod('busybox', 'vip-aap', LABELS, { finalizers: ['test/hold'] });
    await world.settle();
    world.delete(PODS, 'default/busybox');
    await world.settle(5_000);
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['busybox.default']);
    world.edit(PODS, 'default/busybox', { metadata: { finalizers: null } });
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual([]);
  });

  it('D24: was there before its Vip, and becomes its parent when that is reserved', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    world.pod('busybox', 'vip-aap', LABELS);
    await world.start();
    await world.settle(10_000);
    expect(world.events()).toMatchObject([{ reason: 'VipNotFound', involvedObject: { name: 'busybox' } }]);
    world.vip('vip-aap', AAP);
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['busybox.default']);
  });

  it('needs nothing but the annotation where the Vip has no selector', async () => {
    const world = await started({ subnet: 'ovn-default', namespace: 'default' });
    world.pod('busybox', 'vip-aap');
    world.create(PODS, 'other', {}, { namespace: 'default' });
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['busybox.default']);
  });

  it('may be the parent of a Vip that was reserved through another transport', async () => {
    const world = await started();
    const purpose = { vipType: '', namespace: 'default', selector: ['app=aap1'] } as const;
    await world.ledger.execute(
      { type: 'ReserveVip', subnet: 'ovn-default', name: 'theirs', ...purpose },
      'octavia',
      'grpc',
    );
    world.pod('busybox', 'theirs', LABELS);
    await world.settle();
    expect(parentsOf(world.ledger, 'theirs')).toEqual(['busybox.default']);
    relabel(world, 'busybox', { app: null });
    await world.settle();
    expect(parentsOf(world.ledger, 'theirs')).toEqual([]);
  });
});

describe("a Vip's selector", () => {
  it('D20: changes, and with it who may answer; the record says that it was the Vip that changed', async () => {
    const world = await started();
    world.pod('a', 'vip-aap', LABELS);
    world.pod('b', 'vip-aap', { app: 'b' });
    await world.settle();
    world.edit(VIPS, 'vip-aap', { spec: { selector: ['app in (b, c)'] } });
    await world.settle();
    expect(parentCommands(world.ledger)).toEqual([
      '+ a.default',
      "- a.default: Vip's selector changed",
      '+ b.default',
    ]);
    const withdrawal = world.ledger.executed.find(({ command }) => command.type === 'WithdrawParent');
    expect(withdrawal?.actor).toMatch(/^kubernetes:vips\.kubeovn\.io\/vip-aap \(uid /);
  });

  it('D19, D26: that cannot be read is refused by name, selects nobody new, and keeps nobody it did not select', async () => {
    const world = await started();
    world.pod('a', 'vip-aap', LABELS);
    await world.settle();
    world.edit(VIPS, 'vip-aap', { spec: { selector: ['app: aap1', 'a:b:c'] } });
    await world.settle();
    const message = expect.stringMatching(/^spec\.selector\[1\]: "a:b:c" is no label selector/);
    expect(world.condition(VIPS, 'vip-aap')).toMatchObject({
      status: 'False',
      reason: 'InvalidArgument',
      message,
    });
    expect(world.events()).toMatchObject([{ reason: 'InvalidArgument', message, count: 1 }]);
    world.pod('b', 'vip-aap', LABELS);
    world.pod('c', 'vip-aap', { other: 'labels' });
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['a.default']);
    relabel(world, 'a', { app: null });
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual([]);
    world.edit(VIPS, 'vip-aap', { spec: { selector: ['app: aap1'] } });
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['b.default']);
  });

  it('D19: that could never be read selects nobody at all', async () => {
    const world = await started({ ...AAP, selector: ['app'.repeat(30)] });
    world.pod('a', 'vip-aap', LABELS);
    await world.settle(10_000);
    expect(parentCommands(world.ledger)).toEqual([]);
    expect(world.events().map(({ reason, involvedObject }) => [involvedObject.kind, reason])).toEqual(
      expect.arrayContaining([
        ['Vip', 'InvalidArgument'],
        ['Pod', 'VipNotReserved'],
      ]),
    );
  });
});

describe('the grants of others', () => {
  it('are left alone, also where the selector would grant or withdraw the same port', async () => {
    const world = await started();
    const grant = {
      type: 'GrantParent',
      subnet: 'ovn-default',
      vip: 'vip-aap',
      grantor: 'explicit',
    } as const;
    await world.ledger.execute({ ...grant, port: 'appliance' }, 'ann', 'http');
    await world.ledger.execute({ ...grant, port: 'a.default' }, 'ann', 'http');
    world.pod('a', 'vip-aap', LABELS);
    await world.settle();
    world.delete(PODS, 'default/a');
    await world.settle(600_000);
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual([]);
    expect(namedParentsOf(world.ledger, 'vip-aap')).toEqual(['a.default', 'appliance']);
  });

  it('D21: end with the Vip, as the others do', async () => {
    const world = await started();
    world.pod('a', 'vip-aap', LABELS);
    await world.settle();
    world.delete(VIPS, 'vip-aap');
    await world.settle();
    expect(world.read(VIPS, 'vip-aap')).toBeUndefined();
    expect(world.ledger.view.subnet('ovn-default')?.uses.parents('vip-aap')).toEqual([]);
  });
});
