// What a Vip's object says of how long it is kept for the owner of its last user.
import { vipHolder } from '@holdfast/ipam';
import { RETENTION_ANNOTATION, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';

const annotated = (text: string | null): object => ({
  metadata: { annotations: { [RETENTION_ANNOTATION]: text } },
});
const retentionOf = ({ ledger }: ProjectorWorld) =>
  ledger.view.subnet('ovn-default')?.users.of(vipHolder('web'))?.retention;

async function reserved(): Promise<ProjectorWorld> {
  const world = new ProjectorWorld();
  world.subnet();
  await world.start();
  world.vip('web', { subnet: 'ovn-default' });
  await world.settle();
  return world;
}

describe('a Vip’s retention', () => {
  it('is what its annotation says, stays without one, and is its Subnet’s again with an empty one', async () => {
    const world = await reserved();
    world.edit(VIPS, 'web', annotated(' 24h '));
    await world.settle();
    expect(retentionOf(world)).toEqual({ keep: 'time', forMs: 24 * 3_600_000 });
    const commands = world.ledger.executed.length;
    world.edit(VIPS, 'web', annotated(null));
    await world.settle();
    expect(world.ledger.executed).toHaveLength(commands);
    world.edit(VIPS, 'web', annotated(''));
    await world.settle();
    expect(retentionOf(world)).toBeUndefined();
  });

  it('is set with the Vip', async () => {
    const world = new ProjectorWorld();
    world.subnet();
    await world.start();
    const metadata = { annotations: { [RETENTION_ANNOTATION]: 'forever' } };
    world.create(VIPS, 'web', { subnet: 'ovn-default' }, metadata as object);
    await world.settle();
    expect(retentionOf(world)).toEqual({ keep: 'forever' });
    expect(world.condition(VIPS, 'web')).toMatchObject({ status: 'True' });
  });

  it('that cannot be read changes nothing, and the condition says what could be', async () => {
    const world = await reserved();
    const commands = world.ledger.executed.length;
    world.edit(VIPS, 'web', annotated('a while'));
    await world.settle();
    expect(world.ledger.executed).toHaveLength(commands);
    expect(world.condition(VIPS, 'web')).toMatchObject({
      status: 'False',
      message: expect.stringMatching(/holdfast\.io\/retention.*"a while" is none of release, owner, forever/),
    });
  });
});
