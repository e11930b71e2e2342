// Rules that cannot be had: said once, asked again when something may have helped, and otherwise hardly ever.
import { SWITCH_LB_RULES, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { MANIFESTS } from '@holdfast/kube-api/testing';
import { ruleOf, ruleCommands } from '../testing/uses-of-vip';
import { RULE_MISSING_MS } from './rule-reconciler';

const SLR = { subnet: 'ovn-default', v4ip: '10.16.0.100', type: 'switch_lb_vip' };
const LISTED = { selector: [], endpoints: ['10.16.0.7'] };
const HOUR_MS = 3_600_000;
const DEFINITION = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/switch-lb-rules.kubeovn.io';

type World = ProjectorWorld & { readonly running: Awaited<ReturnType<ProjectorWorld['start']>> };

async function started(vip: object | 'none' = SLR): Promise<World> {
  const world = new ProjectorWorld();
  world.subnet();
  if (vip !== 'none') world.vip('slr-01', vip);
  const running = await world.start();
  return Object.assign(world, { running });
}

const reason = (world: ProjectorWorld, name = 'web'): string | undefined =>
  world.condition(SWITCH_LB_RULES, name)?.['reason'];

describe('D26: a rule that is refused', () => {
  it.each<[string, object, string, RegExp]>([
    [
      'an address that nobody holds',
      { vip: '10.16.0.55' },
      'VipNotFound',
      /^No Vip holds 10\.16\.0\.55: create a Vip of type switch_lb_vip with v4ip 10\.16\.0\.55\.$/,
    ],
    ['no such Vip', { vip: 'nobody' }, 'VipNotFound', /^There is no Vip nobody/],
    ['a Vip of another type', { vip: 'plain' }, 'VipTypeMismatch', /set its spec\.type to switch_lb_vip\.$/],
    [
      'half a pair',
      { vip: '10.16.0.100,fd00::1' },
      'InvalidArgument',
      /no Vip holds all of 10\.16\.0\.100,fd00::1/,
    ],
    ['a front twice', { ports: [{ port: 1 }, { port: 1 }] }, 'InvalidArgument', /1\/tcp is there twice/],
  ])('says so in a condition and one Event: %s', async (_, spec, code, message) => {
    const world = await started();
    world.vip('plain');
    await world.settle();
    world.rule('web', { ...LISTED, ...spec });
    await world.settle(5_000);
    for (const type of ['Ready', 'Defined'])
      expect(world.condition(SWITCH_LB_RULES, 'web', type)).toMatchObject({
        ...{ status: 'False', reason: code },
        message: expect.stringMatching(message),
      });
    const warnings = [{ reason: code, count: 1, involvedObject: { kind: 'SwitchLBRule', name: 'web' } }];
    expect(world.events()).toMatchObject(warnings);
    const before = world.ledger.executed.length;
    world.takeWrites();
    await world.settle(HOUR_MS);
    expect(world.ledger.executed.length - before).toBeLessThanOrEqual(8);
    expect(world.takeWrites()).toEqual([]);
    expect(world.events()).toMatchObject(warnings);
    world.delete(SWITCH_LB_RULES, 'web');
    await world.settle();
    expect(world.read(SWITCH_LB_RULES, 'web')).toBeUndefined();
  });

  it('is defined as soon as its Vip is reserved, has the address, or has the type', async () => {
    const world = await started('none');
    for (const [name, vip] of [
      ['by-name', 'slr-01'],
      ['by-address', '10.16.0.100'],
    ] as const)
      world.rule(name, { ...LISTED, vip, ports: [{ port: name.length }] });
    await world.settle(RULE_MISSING_MS);
    expect([reason(world, 'by-name'), reason(world, 'by-address')]).toEqual(['VipNotFound', 'VipNotFound']);
    world.vip('slr-01', { subnet: 'ovn-default', v4ip: '10.16.0.5' });
    await world.settle();
    expect([reason(world, 'by-name'), reason(world, 'by-address')]).toEqual([
      'VipTypeMismatch',
      'VipNotFound',
    ]);
    world.edit(VIPS, 'slr-01', { spec: { type: 'switch_lb_vip' } });
    await world.settle();
    expect([reason(world, 'by-name'), reason(world, 'by-address')]).toEqual(['Defined', 'VipNotFound']);
  });

  it('is told nothing when it comes a moment before its Vip', async () => {
    const world = await started('none');
    world.rule('web', LISTED);
    await world.settle(RULE_MISSING_MS - 1);
    world.vip('slr-01', SLR);
    await world.settle(60_000);
    expect(reason(world)).toBe('Defined');
    expect(world.events()).toEqual([]);
  });

  it('gets the front when the rule that has it gives it up', async () => {
    const world = await started();
    world.rule('first', LISTED);
    await world.settle();
    world.rule('second', LISTED);
    world.rule('third', { ...LISTED, ports: [{ port: 9 }] });
    await world.settle();
    expect([reason(world, 'second'), reason(world, 'third')]).toEqual(['VipPortTaken', 'Defined']);
    world.edit(SWITCH_LB_RULES, 'first', { spec: { ports: [{ port: 1 }] } });
    await world.settle();
    expect(reason(world, 'second')).toBe('Defined');
    expect(ruleOf(world.ledger, 'second')?.ports).toMatchObject([{ port: 8888 }]);
  });

  it('stays with its Vip when that moves to another address, and says that nobody holds the one it names', async () => {
    const world = await started();
    world.rule('web', { ...LISTED, vip: '10.16.0.100' });
    await world.settle();
    world.edit(VIPS, 'slr-01', { spec: { v4ip: '10.16.0.101' } });
    await world.settle(RULE_MISSING_MS);
    expect(reason(world)).toBe('VipNotFound');
    expect(ruleOf(world.ledger, 'web')?.vip).toBe('slr-01');
    world.edit(VIPS, 'slr-01', { spec: { v4ip: '10.16.0.100' } });
    await world.settle();
    expect(reason(world)).toBe('Defined');
    expect(world.statusOf(VIPS, 'slr-01')).toMatchObject({ ready: true, v4ip: '10.16.0.100' });
  });
});

describe('the kind of rules', () => {
  it('need not be there: Vips and Subnets are served, and rules as soon as it is', async () => {
    const world = new ProjectorWorld();
    world.sandbox.request('DELETE', DEFINITION);
    world.subnet();
    world.vip('slr-01', SLR);
    const { projector, faults } = await world.start();
    await world.settle(60_000);
    expect(world.statusOf(VIPS, 'slr-01')).toMatchObject({ ready: true });
    expect(projector.status).toMatchObject({ synced: true, unserved: ['switch-lb-rules.kubeovn.io'] });
    expect(projector.status).not.toHaveProperty('trouble');
    expect(faults.map(({ code }) => code)).toEqual(['kubernetes-kind-unknown']);
    world.install(MANIFESTS.holdfast);
    world.rule('web', LISTED);
    await world.settle(60_000);
    expect(ruleOf(world.ledger, 'web')).toBeDefined();
    expect(projector.status.synced).toBe(true);
    expect(projector.status).not.toHaveProperty('unserved');
  });

  it("may be Kube-OVN's own: what it keeps is written, once, and the rule is let go", async () => {
    const world = new ProjectorWorld(MANIFESTS.kubeOvn);
    world.subnet();
    world.vip('slr-01', SLR);
    const { crash } = await world.start();
    world.rule('web', LISTED);
    await world.settle(60_000);
    expect(world.statusOf(SWITCH_LB_RULES, 'web')).toEqual({
      ports: '8888/TCP',
      conditions: ['Ready', 'Defined'].map((type) => expect.objectContaining({ type, status: 'True' })),
    });
    const { resourceVersion } = world.read(SWITCH_LB_RULES, 'web')?.metadata ?? {};
    await crash();
    await world.start();
    await world.settle(HOUR_MS);
    expect(world.read(SWITCH_LB_RULES, 'web')?.metadata.resourceVersion).toBe(resourceVersion);
    expect(ruleCommands(world.ledger)).toEqual(['DefineRule']);
    world.delete(SWITCH_LB_RULES, 'web');
    await world.settle();
    expect(world.read(SWITCH_LB_RULES, 'web')).toBeUndefined();
  });
});

describe('killed or failed at any order, a rule', () => {
  it.each(['before', 'after'] as const)(
    'is defined once where the ledger fails %s deciding',
    async (when) => {
      const world = await started();
      world.vip('second', { ...SLR, v4ip: '10.16.0.101' });
      await world.settle();
      world.ledger.failNext(when);
      world.rule('web', LISTED);
      await world.settle(60_000);
      world.ledger.failNext(when, when);
      world.edit(SWITCH_LB_RULES, 'web', { spec: { vip: 'second' } });
      await world.settle(60_000);
      world.ledger.failNext(when);
      expect(ruleOf(world.ledger, 'web')?.vip).toBe('second');
      const facts = world.ledger.facts
        .map(({ event }) => event.type)
        .filter((type) => type.startsWith('Rule'));
      expect(facts).toEqual(['RuleDefined', 'RuleRetired', 'RuleDefined']);
      world.delete(SWITCH_LB_RULES, 'web');
      await world.settle(60_000);
      expect(world.read(SWITCH_LB_RULES, 'web')).toBeUndefined();
      expect(ruleOf(world.ledger, 'web')).toBeUndefined();
    },
  );
});
