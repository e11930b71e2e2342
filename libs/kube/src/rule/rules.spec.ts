// A SwitchLBRule from its creation to its end, in virtual time.
import type { DefineRule } from '@holdfast/ipam';
import { FINALIZER, SWITCH_LB_RULES, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { backendsOf, ruleOf, ruleCommands } from '../testing/uses-of-vip';
import { HEALTH_CHECK_ANNOTATION, SUBNET_ANNOTATION } from './rule-spec';

const SLR = { subnet: 'ovn-default', v4ip: '10.16.0.100', type: 'switch_lb_vip' };
const LISTED = { selector: [], endpoints: ['10.16.0.7', '10.16.0.8'] };

type World = ProjectorWorld & { readonly running: Awaited<ReturnType<ProjectorWorld['start']>> };

async function started(): Promise<World> {
  const world = new ProjectorWorld();
  world.subnet();
  world.vip('slr-01', SLR);
  const running = await world.start();
  return Object.assign(world, { running });
}

const said = (world: ProjectorWorld, name = 'web', type = 'Ready'): unknown =>
  world.condition(SWITCH_LB_RULES, name, type);

describe('a SwitchLBRule', () => {
  it('is defined under its finalizer, of the Vip that holds its address, and says so', async () => {
    const world = await started();
    const ports = [
      { name: 'web', port: 8888, targetPort: 80, protocol: 'TCP' },
      { port: 53, protocol: 'UDP' },
    ];
    const { metadata } = world.rule('web', {
      vip: '10.16.0.100',
      ports,
      sessionAffinity: 'ClientIP',
      ...LISTED,
    });
    await world.settle();
    expect(ruleOf(world.ledger, 'web')).toMatchObject({
      vip: 'slr-01',
      ports: [
        { name: 'web', port: 8888, targetPort: 80, protocol: 'tcp' },
        { port: 53, targetPort: 53, protocol: 'udp' },
      ],
      namespace: 'default',
      affinity: 'client-ip',
      healthCheck: true,
      rejectWhenEmpty: true,
      note: 'kubernetes:switch-lb-rules.kubeovn.io/web',
    });
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.7', '10.16.0.8']);
    expect(world.read(SWITCH_LB_RULES, 'web')?.metadata.finalizers).toEqual([FINALIZER]);
    const message = 'It has 8888/TCP,53/UDP of 10.16.0.100 (Vip slr-01 of subnet ovn-default).';
    const defined = { status: 'True', reason: 'Defined', message };
    expect(world.statusOf(SWITCH_LB_RULES, 'web')).toMatchObject({
      ports: '8888/TCP,53/UDP',
      vip: 'slr-01',
      observedGeneration: 1,
      observedPosition: world.ledger.facts.at(-1)?.position,
      conditions: [
        { type: 'Ready', ...defined },
        { type: 'Defined', ...defined },
      ],
    });
    const command = world.ledger.executed.find(({ command }) => command.type === 'DefineRule');
    expect(command?.actor).toContain(`kubernetes:switch-lb-rules.kubeovn.io/web (uid ${metadata.uid},`);
    await world.settle(1_000);
    expect(world.condition(VIPS, 'slr-01', 'InUse')).toMatchObject({
      ...{ status: 'True', reason: 'Rules' },
      message: 'Its fronts belong to rule web.',
    });
  });

  it('names its Vip by name, or by both its addresses', async () => {
    const world = await started();
    world.subnet('dual', { cidrBlock: '10.17.0.0/16,fd00:10:17::/112' });
    world.vip('dual', { subnet: 'dual', v4ip: '10.17.0.9', v6ip: 'fd00:10:17::9', type: 'switch_lb_vip' });
    await world.settle();
    world.rule('by-name', { vip: 'slr-01' });
    world.rule('by-pair', { vip: '10.17.0.9, FD00:10:17::9' });
    await world.settle();
    expect(ruleOf(world.ledger, 'by-name')?.vip).toBe('slr-01');
    expect(ruleOf(world.ledger, 'by-pair')?.vip).toBe('dual');
  });

  it.each([
    ['true', true],
    ['false', false],
  ])(
    'D22: has its backends checked unless annotated: %s, and no Vip is made for that',
    async (text, isChecked) => {
      const world = await started();
      world.rule('web', {}, { annotations: { [HEALTH_CHECK_ANNOTATION]: text } });
      await world.settle();
      expect(ruleOf(world.ledger, 'web')?.healthCheck).toBe(isChecked);
      world.edit(SWITCH_LB_RULES, 'web', {
        metadata: { annotations: { [HEALTH_CHECK_ANNOTATION]: 'false' } },
      });
      await world.settle();
      expect(ruleOf(world.ledger, 'web')?.healthCheck).toBe(false);
      expect([...world.ledger.view.vips()].map(({ name }) => name)).toEqual(['slr-01']);
    },
  );

  it('is not checked where its Vip has no IPv4 address', async () => {
    const world = await started();
    world.subnet('six', { cidrBlock: 'fd00:10:17::/112' });
    world.vip('six', { subnet: 'six', type: 'switch_lb_vip' });
    world.rule('web', { vip: 'six' });
    await world.settle();
    expect(ruleOf(world.ledger, 'web')).toMatchObject({ vip: 'six', healthCheck: false });
  });

  it('is revised when its spec changes, and keeps its backends meanwhile', async () => {
    const world = await started();
    world.rule('web', LISTED);
    await world.settle();
    world.edit(SWITCH_LB_RULES, 'web', { spec: { ports: [{ port: 443, targetPort: 8443 }] } });
    await world.settle();
    expect(ruleOf(world.ledger, 'web')?.ports).toEqual([{ port: 443, targetPort: 8443, protocol: 'tcp' }]);
    expect(world.statusOf(SWITCH_LB_RULES, 'web')).toMatchObject({ ports: '443/TCP', observedGeneration: 2 });
    world.edit(SWITCH_LB_RULES, 'web', { spec: { endpoints: ['10.16.0.9'] } });
    await world.settle();
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.9']);
    expect(ruleCommands(world.ledger)).toEqual(['DefineRule', 'ReviseRule', 'ReviseRule']);
  });

  it('is retired and defined anew when it names another Vip, in the same subnet or another', async () => {
    const world = await started();
    world.subnet('other', { cidrBlock: '10.17.0.0/16' });
    world.vip('second', { ...SLR, v4ip: '10.16.0.101' });
    world.vip('third', { subnet: 'other', type: 'switch_lb_vip' });
    world.rule('web', LISTED);
    await world.settle();
    for (const vip of ['second', 'third']) {
      world.edit(SWITCH_LB_RULES, 'web', { spec: { vip } });
      await world.settle();
      expect(ruleOf(world.ledger, 'web')?.vip).toBe(vip);
    }
    expect(world.ledger.view.subnet('ovn-default')?.uses.rule('web')).toBeUndefined();
    const commands = ['DefineRule', 'RetireRule', 'DefineRule', 'RetireRule', 'DefineRule'];
    expect(ruleCommands(world.ledger)).toEqual(commands);
    expect(said(world)).toMatchObject({ status: 'True' });
  });

  it('keeps the Vip that it has while the one that it names cannot be had', async () => {
    const world = await started();
    world.vip('second', { ...SLR, v4ip: '10.16.0.101' });
    world.rule('web', LISTED);
    world.rule('theirs', { ...LISTED, vip: 'second' });
    await world.settle();
    world.edit(SWITCH_LB_RULES, 'web', { spec: { vip: 'second' } });
    await world.settle();
    expect(ruleOf(world.ledger, 'web')?.vip).toBe('slr-01');
    expect(said(world)).toMatchObject({
      reason: 'VipPortTaken',
      message: expect.stringMatching(/belongs to rule theirs.* It keeps 8888\/TCP of Vip slr-01\.$/),
    });
    world.delete(SWITCH_LB_RULES, 'theirs');
    await world.settle();
    expect(ruleOf(world.ledger, 'web')?.vip).toBe('second');
  });

  it('goes when its object is deleted, and also when that vanished while nobody looked', async () => {
    const world = await started();
    world.rule('web', LISTED);
    world.rule('vanished', { ...LISTED, ports: [{ port: 1 }] });
    await world.settle();
    world.delete(SWITCH_LB_RULES, 'web');
    await world.settle();
    expect(world.read(SWITCH_LB_RULES, 'web')).toBeUndefined();
    expect(ruleOf(world.ledger, 'web')).toBeUndefined();
    await world.running.crash();
    world.vanish(SWITCH_LB_RULES, 'vanished');
    await world.start();
    expect(ruleOf(world.ledger, 'vanished')).toBeUndefined();
    const reasons = world.ledger.executed.flatMap(({ command }) =>
      command.type === 'RetireRule' ? [command.reason] : [],
    );
    expect(reasons).toEqual([
      expect.stringMatching(/^switch-lb-rules\.kubeovn\.io\/web \(uid .*\) was deleted$/),
      'switch-lb-rules.kubeovn.io/vanished (not there since the start) is gone',
    ]);
  });

  it('D33: leaves alone what others defined, under its name and besides', async () => {
    const world = await started();
    const theirs: DefineRule = {
      ...{ type: 'DefineRule', subnet: 'ovn-default', rule: 'web', vip: 'slr-01' },
      ...{ ports: [{ port: 1, targetPort: 1, protocol: 'tcp' }], selector: [], endpoints: [] },
      ...{ affinity: 'none', healthCheck: false, rejectWhenEmpty: true },
    };
    await world.ledger.execute(theirs, 'ann', 'http');
    world.rule('web', LISTED);
    world.rule('ours', LISTED);
    await world.settle();
    expect(said(world)).toMatchObject({
      reason: 'RuleExists',
      message: expect.stringContaining('by another'),
    });
    expect(said(world, 'ours')).toMatchObject({ status: 'True' });
    world.delete(SWITCH_LB_RULES, 'web');
    world.delete(SWITCH_LB_RULES, 'ours');
    await world.settle(600_000);
    expect(world.read(SWITCH_LB_RULES, 'web')).toBeUndefined();
    expect(ruleOf(world.ledger, 'web')?.ports).toEqual(theirs.ports);
    expect(ruleOf(world.ledger, 'ours')).toBeUndefined();
  });

  it('means the Vip of the annotated subnet where two subnets have the address', async () => {
    const world = await started();
    world.subnet('twin');
    world.vip('twin', { ...SLR, subnet: 'twin' });
    world.rule('web', { vip: '10.16.0.100' });
    await world.settle();
    expect(said(world)).toMatchObject({
      reason: 'InvalidArgument',
      message: expect.stringMatching(
        /Vip slr-01 of subnet ovn-default and Vip twin of subnet twin; name one/,
      ),
    });
    world.edit(SWITCH_LB_RULES, 'web', { metadata: { annotations: { [SUBNET_ANNOTATION]: 'twin' } } });
    await world.settle();
    expect(ruleOf(world.ledger, 'web')?.vip).toBe('twin');
  });
});

describe('D25: a Vip that a rule uses', () => {
  it('is not released under it, says so, and goes by itself when the rule does', async () => {
    const world = await started();
    world.rule('web', LISTED);
    await world.settle();
    world.delete(VIPS, 'slr-01');
    await world.settle(2_000);
    const message = expect.stringContaining('is used by rule web and cannot be released');
    expect(world.condition(VIPS, 'slr-01', 'Released')).toMatchObject({
      status: 'False',
      reason: 'VipInUse',
      message,
    });
    expect(world.condition(VIPS, 'slr-01', 'InUse')).toMatchObject({ status: 'True', reason: 'Rules' });
    expect(world.read(VIPS, 'slr-01')?.metadata.finalizers).toEqual([FINALIZER]);
    expect(world.events()).toMatchObject([{ reason: 'VipInUse', count: 1 }]);
    const before = world.ledger.executed.length;
    await world.settle(30_000);
    expect(world.ledger.executed).toHaveLength(before);
    world.delete(SWITCH_LB_RULES, 'web');
    await world.settle();
    expect(world.read(VIPS, 'slr-01')).toBeUndefined();
    expect(world.ledger.view.vip('slr-01')).toBeUndefined();
  });
});
