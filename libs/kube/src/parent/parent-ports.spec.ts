// Which ports of a Pod become parents, and what a Pod is told that cannot be one.
import { PODS, SAY_AFTER_MS, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import type { PodParts } from '@holdfast/kube-api/testing';
import { parentCommands, parentsOf } from '../testing/uses-of-vip';

const AAP = { subnet: 'ovn-default', namespace: 'default', selector: ['app: aap1'] };
const LABELS = { app: 'aap1' };
const SWITCH = 'ovn.kubernetes.io/logical_switch';
const NAD_SWITCH = 'net1.infra.ovn.kubernetes.io/logical_switch';

async function started(): Promise<ProjectorWorld> {
  const world = new ProjectorWorld();
  world.subnet();
  await world.start();
  world.vip('vip-aap', AAP);
  await world.settle();
  return world;
}

const machine = (name: string): object => ({
  ...{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', name, uid: 'u' },
});

describe('D23: the parents of a Vip', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['the default NIC, when nothing is said', {}, ['a.default']],
    ['the default NIC in the subnet', { [SWITCH]: 'ovn-default' }, ['a.default']],
    [
      "a NetworkAttachmentDefinition's NIC",
      { [SWITCH]: 'x', [NAD_SWITCH]: 'ovn-default' },
      ['a.default.net1.infra.ovn'],
    ],
    [
      'every NIC in the subnet',
      { [SWITCH]: 'ovn-default', [NAD_SWITCH]: 'ovn-default' },
      ['a.default', 'a.default.net1.infra.ovn'],
    ],
    ['none in another', { [SWITCH]: 'x', [NAD_SWITCH]: 'y' }, []],
  ])('are %s', async (_, annotations, ports) => {
    const world = await started();
    world.pod('a', 'vip-aap', LABELS, { annotations });
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(ports);
  });

  it('are ordered by name and written when they change, not when a Pod does', async () => {
    const world = await started();
    for (const name of ['c', 'a', 'b']) world.pod(name, 'vip-aap', LABELS);
    await world.settle(2_000);
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['a.default', 'b.default', 'c.default']);
    const before = world.ledger.executed.length;
    world.takeWrites();
    for (const name of ['a', 'b', 'c']) {
      world.editStatus(PODS, `default/${name}`, { phase: 'Running', podIP: '10.16.0.9' });
      world.edit(PODS, `default/${name}`, { metadata: { labels: { other: 'label' } } });
    }
    await world.settle(3_600_000);
    expect(world.ledger.executed).toHaveLength(before);
    expect(world.takeWrites()).toEqual([]);
  });

  it('follow a NIC that turns out to be in another subnet', async () => {
    const world = await started();
    world.pod('a', 'vip-aap', LABELS);
    await world.settle();
    world.edit(PODS, 'default/a', {
      metadata: { annotations: { [SWITCH]: 'x', [NAD_SWITCH]: 'ovn-default' } },
    });
    await world.settle();
    expect(parentCommands(world.ledger)).toEqual([
      '+ a.default',
      "- a.default: NIC left the Vip's subnet",
      '+ a.default.net1.infra.ovn',
    ]);
  });

  it('have one port for the two Pods between which a virtual machine migrates', async () => {
    const world = await started();
    const owned = { ownerReferences: [machine('vm')] };
    world.pod('virt-launcher-vm-1', 'vip-aap', LABELS, owned);
    world.pod('virt-launcher-vm-2', 'vip-aap', LABELS, owned);
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual(['vm.default']);
    world.editStatus(PODS, 'default/virt-launcher-vm-1', { phase: 'Succeeded' });
    await world.settle();
    world.delete(PODS, 'default/virt-launcher-vm-1');
    await world.settle();
    expect(parentCommands(world.ledger)).toEqual(['+ vm.default']);
    world.delete(PODS, 'default/virt-launcher-vm-2');
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toEqual([]);
  });

  it('are no more than a Vip may have; who comes too late is told, and gets the first place that is free', async () => {
    const world = await started();
    for (let index = 0; index < 257; index += 1) world.pod(`p${index}`, 'vip-aap', LABELS);
    await world.settle(SAY_AFTER_MS);
    expect(parentsOf(world.ledger, 'vip-aap')).toHaveLength(256);
    expect(world.events()).toMatchObject([{ reason: 'LimitReached', involvedObject: { kind: 'Pod' } }]);
    const late = world.events()[0]?.involvedObject.name ?? '';
    world.delete(PODS, late === 'p0' ? 'default/p1' : 'default/p0');
    await world.settle();
    expect(parentsOf(world.ledger, 'vip-aap')).toContain(`${late}.default`);
  });
});

describe('D26: a Pod that cannot be a parent', () => {
  const CASES: readonly [string, string, object, PodParts, RegExp][] = [
    ['VipNotFound', 'nobody', LABELS, {}, /no Vip nobody; create it/],
    ['NamespaceDiffers', 'vip-aap', LABELS, { namespace: 'kube-system' }, /is for Pods of namespace default/],
    ['NamespaceDiffers', 'plain', LABELS, {}, /is for no namespace; set its spec\.namespace to default/],
    [
      'LabelsDiffer',
      'vip-aap',
      { app: 'b' },
      {},
      /selects "app: aap1", which this Pod's labels do not match/,
    ],
    [
      'NoPortInSubnet',
      'vip-aap',
      LABELS,
      { annotations: { [SWITCH]: 'x' } },
      /in subnet ovn-default, and no NIC/,
    ],
    ['HostNetwork', 'vip-aap', LABELS, { spec: { hostNetwork: true } }, /needs a port of the Pod's own/],
    ['VipTypeMismatch', 'slr', LABELS, {}, /of type switch_lb_vip, for which no Pod answers/],
    ['VipNotReserved', 'refused', LABELS, {}, /has no address yet, and its conditions say why/],
  ];

  it.each(CASES)('is told so once: %s of %s', async (reason, vip, labels, rest, message) => {
    const world = await started();
    world.vip('plain');
    world.vip('slr', { ...AAP, type: 'switch_lb_vip' });
    world.vip('refused', { ...AAP, subnet: 'nowhere' });
    world.pod('a', vip, labels, rest);
    await world.settle(SAY_AFTER_MS);
    const warnings = (): unknown =>
      world.events().filter(({ involvedObject }) => involvedObject.kind === 'Pod');
    const once = [{ type: 'Warning', reason, message: expect.stringMatching(message), count: 1 }];
    expect(warnings()).toMatchObject(once);
    world.edit(PODS, `${rest.namespace ?? 'default'}/a`, { metadata: { labels: { unrelated: 'x' } } });
    await world.settle(24 * 3_600_000);
    expect(warnings()).toMatchObject(once);
    expect(parentCommands(world.ledger)).toEqual([]);
  });

  it('is told nothing when Pod and Vip come one after the other', async () => {
    const world = await started();
    world.pod('a', 'soon', LABELS);
    await world.settle(SAY_AFTER_MS - 1);
    world.vip('soon', AAP);
    await world.settle(60_000);
    expect(world.events()).toEqual([]);
    expect(parentsOf(world.ledger, 'soon')).toEqual(['a.default']);
  });

  it('is told anew when it is so for another reason, or is another Pod', async () => {
    const world = await started();
    world.pod('a', 'vip-aap', { app: 'b' });
    await world.settle(SAY_AFTER_MS);
    world.edit(PODS, 'default/a', { metadata: { labels: LABELS, annotations: { [SWITCH]: 'x' } } });
    await world.settle(SAY_AFTER_MS);
    world.delete(PODS, 'default/a');
    world.pod('a', 'vip-aap', { app: 'b' });
    await world.settle(SAY_AFTER_MS);
    const reasons = world.events().map(({ reason, count }) => `${count} ${reason}`);
    expect(reasons.sort()).toEqual(['1 LabelsDiffer', '1 LabelsDiffer', '1 NoPortInSubnet']);
    expect(world.condition(VIPS, 'vip-aap')).toMatchObject({ status: 'True' });
  });

  it('is one of thousands at times, and then they are told a few at a time', async () => {
    const world = await started();
    for (let index = 0; index < 100; index += 1) world.pod(`p${index}`, 'vip-aap', { app: 'b' });
    await world.settle(SAY_AFTER_MS);
    expect(world.events()).toHaveLength(16);
    await world.settle(10_000);
    expect(world.events()).toHaveLength(100);
  });
});
