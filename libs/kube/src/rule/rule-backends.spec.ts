// Which Pods are behind a rule, in virtual time: those that its selector has and that serve.
import { PODS, SWITCH_LB_RULES } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import type { PodParts } from '@holdfast/kube-api/testing';
import { backendsOf, ruleOf, ruleCommands } from '../testing/uses-of-vip';

const LABELS = { app: 'web' };
const SETTLED_MS = 200;
const HOUR_MS = 3_600_000;

type World = ProjectorWorld & { readonly running: Awaited<ReturnType<ProjectorWorld['start']>> };

const at = (...addresses: readonly string[]): object => ({
  phase: 'Running',
  podIP: addresses[0],
  podIPs: addresses.map((ip) => ({ ip })),
  conditions: [{ type: 'Ready', status: 'True' }],
});

async function started(spec: object = {}): Promise<World> {
  const world = new ProjectorWorld();
  world.subnet();
  world.vip('slr-01', { subnet: 'ovn-default', type: 'switch_lb_vip' });
  const running = await world.start();
  world.rule('web', spec);
  await world.settle();
  return Object.assign(world, { running });
}

const serve = (
  world: ProjectorWorld,
  name: string,
  address: string,
  parts: PodParts = {},
  labels: object = LABELS,
): void => void world.pod(name, '', labels, { status: at(address), ...parts });

describe('the backends of a rule', () => {
  it('are the addresses of the Pods that its selector has, of both families, ascending', async () => {
    const world = await started();
    serve(world, 'b', '10.16.0.8');
    serve(world, 'a', '10.16.0.7', { status: at('10.16.0.7', 'fd00::7') });
    serve(world, 'other', '10.16.0.9', {}, { app: 'other' });
    serve(world, 'elsewhere', '10.16.0.10', { namespace: 'kube-system' });
    await world.settle(SETTLED_MS);
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.7', '10.16.0.8', 'fd00::7']);
    expect(world.condition(SWITCH_LB_RULES, 'web')?.['message']).not.toContain('Nothing is behind it');
  });

  it('follow readiness, labels, termination and the end of a Pod', async () => {
    const world = await started();
    const settled = async (): Promise<unknown> => {
      await world.settle(SETTLED_MS);
      return backendsOf(world.ledger, 'web');
    };
    serve(world, 'a', '10.16.0.7', { finalizers: ['test/hold'] });
    expect(await settled()).toEqual(['10.16.0.7']);
    const unready = { ...at('10.16.0.7'), conditions: [{ type: 'Ready', status: 'False' }] };
    world.editStatus(PODS, 'default/a', unready);
    expect(await settled()).toEqual([]);
    world.editStatus(PODS, 'default/a', at('10.16.0.7'));
    expect(await settled()).toEqual(['10.16.0.7']);
    world.edit(PODS, 'default/a', { metadata: { labels: { app: 'other' } } });
    expect(await settled()).toEqual([]);
    world.edit(PODS, 'default/a', { metadata: { labels: LABELS } });
    expect(await settled()).toEqual(['10.16.0.7']);
    world.delete(PODS, 'default/a');
    expect(await settled()).toEqual([]);
    await world.settle(2_000);
    expect(world.condition(SWITCH_LB_RULES, 'web')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('Nothing is behind it now: connections are refused.'),
    });
  });

  it('are those of the Pods that were there before the rule', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    world.vip('slr-01', { subnet: 'ovn-default', type: 'switch_lb_vip' });
    serve(world, 'a', '10.16.0.7');
    await world.start();
    world.rule('web');
    await world.settle(SETTLED_MS);
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.7']);
  });

  it('are others when the selector changes, and the listed ones when there are any', async () => {
    const world = await started();
    serve(world, 'a', '10.16.0.7');
    serve(world, 'b', '10.16.0.8', {}, { app: 'b' });
    await world.settle(SETTLED_MS);
    world.edit(SWITCH_LB_RULES, 'web', { spec: { selector: ['app in (b)'] } });
    await world.settle(SETTLED_MS);
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.8']);
    world.edit(SWITCH_LB_RULES, 'web', { spec: { selector: null, endpoints: ['10.16.0.99'] } });
    await world.settle(SETTLED_MS);
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.99']);
    world.delete(PODS, 'default/b');
    await world.settle(HOUR_MS);
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.99']);
  });

  it('go on following the Pods while the spec is refused, by the selector that was read last', async () => {
    const world = await started();
    serve(world, 'a', '10.16.0.7');
    await world.settle(SETTLED_MS);
    world.edit(SWITCH_LB_RULES, 'web', { spec: { selector: ['a:b:c'] } });
    serve(world, 'b', '10.16.0.8');
    serve(world, 'unselected', '10.16.0.9', {}, {});
    await world.settle(SETTLED_MS);
    expect(world.condition(SWITCH_LB_RULES, 'web')).toMatchObject({
      ...{ status: 'False', reason: 'InvalidArgument' },
      message: expect.stringMatching(/^spec\.selector\[0\]: .* It keeps 8888\/TCP of Vip slr-01\.$/),
    });
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.7', '10.16.0.8']);
  });

  it('D33: are told together when many change at once, and not at all when nothing about them does', async () => {
    const world = await started();
    for (let index = 0; index < 200; index += 1) serve(world, `p${index}`, `10.16.1.${index}`);
    await world.settle(2_000);
    expect(backendsOf(world.ledger, 'web')).toHaveLength(200);
    expect(ruleCommands(world.ledger).length).toBeLessThanOrEqual(3);
    const commands = ruleCommands(world.ledger).length;
    world.takeWrites();
    for (let index = 0; index < 200; index += 1)
      world.edit(PODS, `default/p${index}`, { metadata: { annotations: { restarted: 'yes' } } });
    await world.settle(HOUR_MS);
    expect(ruleCommands(world.ledger)).toHaveLength(commands);
    expect(world.takeWrites()).toEqual([]);
  });

  it('are right after a restart, and stay as they were while the list of Pods cannot be had', async () => {
    const world = await started();
    serve(world, 'a', '10.16.0.7');
    await world.settle(SETTLED_MS);
    await world.running.crash();
    world.delete(PODS, 'default/a');
    serve(world, 'b', '10.16.0.8');
    const isOfPods = ({ path }: { readonly path: string }): boolean => path === '/api/v1/pods';
    world.sandbox.faults.fail({ times: Infinity, status: 403, when: isOfPods });
    await world.start();
    await world.settle(60_000);
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.7']);
    world.sandbox.faults.heal();
    await world.settle(60_000);
    expect(backendsOf(world.ledger, 'web')).toEqual(['10.16.0.8']);
    expect(ruleOf(world.ledger, 'web')).toBeDefined();
  });
});
