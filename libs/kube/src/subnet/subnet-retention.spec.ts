// What a Subnet's object says of how long reservations stay, and what it takes out by saying nothing.
import { SUBNETS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import { SUBNET_RETENTION_ANNOTATION } from './subnet-spec';

const annotated = (text: string | null): object => ({
  metadata: { annotations: { [SUBNET_RETENTION_ANNOTATION]: text } },
});
const definitionOf = ({ ledger }: ProjectorWorld) => ledger.view.subnet('ovn-default')?.definition;

async function defined(): Promise<ProjectorWorld> {
  const world = new ProjectorWorld();
  await world.start();
  world.subnet();
  await world.settle();
  return world;
}

describe("a Subnet's retention", () => {
  it.each([
    ['release', { keep: 'release' }],
    ['owner', { keep: 'owner' }],
    [' 24h ', { keep: 'time', forMs: 24 * 3_600_000 }],
    ['forever', { keep: 'forever' }],
  ])('is %j as its annotation says, and what is usual again without it', async (text, retention) => {
    const world = await defined();
    world.edit(SUBNETS, 'ovn-default', annotated(text));
    await world.settle();
    expect(definitionOf(world)?.retention).toEqual(retention);
    world.edit(SUBNETS, 'ovn-default', annotated(null));
    await world.settle();
    expect(definitionOf(world)).not.toHaveProperty('retention');
  });

  it('stays when it cannot be read, and the condition says what would be', async () => {
    const world = await defined();
    world.edit(SUBNETS, 'ovn-default', annotated('24h'));
    await world.settle();
    world.edit(SUBNETS, 'ovn-default', annotated('a while'));
    await world.settle();
    expect(definitionOf(world)?.retention).toEqual({ keep: 'time', forMs: 24 * 3_600_000 });
    expect(world.condition(SUBNETS, 'ovn-default')).toMatchObject({
      status: 'False',
      message: expect.stringMatching(/holdfast\.io\/retention.*"a while" is none of release, owner, forever/),
    });
  });
});

it('a Subnet whose object names neither a VPC nor a retention has none, whoever said otherwise', async () => {
  const world = await defined();
  const revised = { router: 'ovn-cluster', retention: { keep: 'forever' } } as const;
  await world.ledger.execute({ type: 'ReviseSubnet', subnet: 'ovn-default', ...revised }, 'ann', 'grpc');
  await world.settle();
  expect(definitionOf(world)).not.toHaveProperty('router');
  expect(definitionOf(world)).not.toHaveProperty('retention');
});
