// Labels of objects become those of what they stand for in the ledger, and follow, in virtual time.
import { LABELS_MAX, type LabelSubject, type Labels, vipHolder } from '@holdfast/ipam';
import { IP_POOLS, SUBNETS, VIPS, type KubernetesObject, type Resource } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { labelsOf } from './object-labels';

const HOME = 'ovn-default';

interface Kind {
  readonly resource: Resource;
  readonly name: string;
  readonly spec: object;
  readonly subject: LabelSubject;
}

const KINDS: readonly Kind[] = [
  { resource: VIPS, name: 'web', spec: { subnet: HOME }, subject: { holder: vipHolder('web') } },
  { resource: SUBNETS, name: HOME, spec: { cidrBlock: '10.16.0.0/16' }, subject: {} },
  {
    resource: IP_POOLS,
    name: 'gold',
    spec: { subnet: HOME, ips: ['10.16.0.200'] },
    subject: { pool: 'gold' },
  },
];

const labelled = (labels?: Labels): object => (labels ? { labels } : {});

const byPlural = KINDS.map((kind) => [kind.resource.plural, kind] as const);

describe.each(byPlural)('labels of %s', (_, { resource, name, spec, subject }) => {
  const labelsIn = ({ ledger }: ProjectorWorld): Labels | undefined =>
    ledger.view.subnet(HOME)?.labels.of(subject);
  const commands = ({ ledger }: ProjectorWorld): string[] =>
    ledger.executed.map(({ command, rejected }) => `${command.type}${rejected ? ` ${rejected.code}` : ''}`);

  /** The object with the labels, and its Subnet, if that is another one; what was commanded until then is forgotten. */
  async function created(labels?: Labels): Promise<ProjectorWorld> {
    const world = new ProjectorWorld();
    if (resource !== SUBNETS) world.subnet(HOME);
    await world.start();
    await world.settle(2_000);
    world.ledger.executed.length = 0;
    world.create(resource, name, spec, labelled(labels));
    await world.settle(5_000);
    return world;
  }

  const edited = async (world: ProjectorWorld, labels: Record<string, string | null>): Promise<void> => {
    world.ledger.executed.length = 0;
    world.takeWrites();
    world.edit(resource, name, { metadata: { labels } });
    await world.settle(5_000);
  };

  it('come with it, in one command', async () => {
    const world = await created({ team: 'net', env: 'prod' });
    expect(commands(world)).toHaveLength(1);
    expect(labelsIn(world)).toEqual({ env: 'prod', team: 'net' });
    expect(world.condition(resource, name)).toMatchObject({ status: 'True' });
  });

  it('are none where it has none', async () => {
    const world = await created();
    expect(commands(world)).toHaveLength(1);
    expect([...(world.ledger.view.subnet(HOME)?.labels.subjects() ?? [])]).toEqual([]);
  });

  it('follow each edit, and then there is rest', async () => {
    const world = await created({ team: 'net', env: 'prod' });
    await edited(world, { team: 'web', env: null, tier: '1' });
    expect(commands(world)).toEqual(['SetLabels']);
    expect(labelsIn(world)).toEqual({ team: 'web', tier: '1' });
    expect(world.condition(resource, name)).toMatchObject({ status: 'True' });
    world.takeWrites();
    await world.settle(600_000);
    expect([commands(world), world.takeWrites()]).toEqual([['SetLabels'], []]);
    await edited(world, { team: null, tier: null });
    expect(commands(world)).toEqual(['SetLabels']);
    expect(labelsIn(world)).toEqual({});
  });

  it('are put right when another transport changed them', async () => {
    const world = await created({ team: 'net' });
    const others: readonly Labels[] = [{ team: 'web' }, {}, { team: 'net', more: '' }];
    for (const labels of others) {
      await world.ledger.execute({ type: 'SetLabels', subnet: HOME, ...subject, labels }, 'ann', 'http');
      await world.settle(5_000);
      expect(labelsIn(world)).toEqual({ team: 'net' });
    }
  });

  it('are compared after a restart', async () => {
    const world = new ProjectorWorld();
    if (resource !== SUBNETS) world.subnet(HOME);
    world.create(resource, name, spec, labelled({ team: 'net' }));
    const running = await world.start();
    await world.settle(5_000);
    await running.crash();
    world.edit(resource, name, { metadata: { labels: { team: 'web' } } });
    world.ledger.executed.length = 0;
    await world.start();
    await world.settle(5_000);
    expect(commands(world)).toEqual(['SetLabels']);
    expect(labelsIn(world)).toEqual({ team: 'web' });
  });

  it('go with it', async () => {
    const world = await created({ team: 'net' });
    world.delete(resource, name);
    await world.settle(5_000);
    world.create(resource, name, spec);
    await world.settle(5_000);
    expect(world.condition(resource, name)).toMatchObject({ status: 'True' });
    expect(labelsIn(world)).toEqual({});
  });

  it('change nothing else of what an edit may ask for', async () => {
    const world = await created({ team: 'net' });
    const more =
      resource === VIPS ? { namespace: 'default' } : resource === SUBNETS ? {} : { namespaces: ['a'] };
    world.edit(resource, name, { metadata: { labels: { team: 'web' } }, spec: more });
    await world.settle(5_000);
    expect(labelsIn(world)).toEqual({ team: 'web' });
    expect(world.condition(resource, name)).toMatchObject({ status: 'True' });
  });
});

describe('labels that the ledger would not take', () => {
  const of = (labels?: Labels) => labelsOf({ metadata: { name: 'web', labels } } as KubernetesObject);

  it('are left out', () => {
    expect(of({ 'no key': 'a', team: 'no value', env: 'prod' })).toEqual({ env: 'prod' });
    const many = Object.fromEntries(
      Array.from({ length: 99 }, (_, at) => [`k${String(at).padStart(2, '0')}`, '']),
    );
    expect(Object.keys(of(many))).toEqual(Object.keys(many).slice(0, LABELS_MAX));
    expect(of()).toEqual({});
  });
});
