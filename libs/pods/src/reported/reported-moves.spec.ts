// An address that changes under what runs, as users of peers report it: what ./reported.spec.ts has not. Each by the threads
// that report it.
import { parseCidr, parseRange } from '@holdfast/ipam';
import { PodWorld, DEFAULT_SUBNET } from '../testing/pod-world';

const HOUR_MS = 3_600_000;

const cidrs = (text: string) => [parseCidr(text)].filter((it) => it !== undefined);
const held = (world: PodWorld): (string | undefined)[][] =>
  world.holders().map((holder) => [holder, world.heldBy(holder)]);

describe('an address that changes under what runs', () => {
  it('is none of a Subnet that shrinks: it is refused, or touches nobody (cilium #41458)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/27' });
    for (let index = 0; index < 13; index += 1) world.podOf(`p${index}`);
    await world.settle(1_000);
    world.gone('p4');
    await world.settle(1_000);
    const before = held(world);
    const revise = (change: object) =>
      world.ledger.execute({ type: 'ReviseSubnet', subnet: DEFAULT_SUBNET, ...change }, 'ann', 'http');
    expect((await revise({ cidrs: cidrs('10.16.0.0/29') })).rejected?.code).toBe('SubnetInUse');
    const carved = [parseRange('10.16.0.16..10.16.0.30')].filter((it) => it !== undefined);
    expect((await revise({ excluded: carved })).rejected).toBeUndefined();
    expect((await revise({ cidrs: cidrs('10.16.0.0/28'), excluded: [] })).rejected).toBeUndefined();
    await world.whileDown(() => undefined);
    await world.settle(HOUR_MS);
    expect(held(world)).toEqual(before);
    expect(world.ip('p12')).toBe(before.find(([holder]) => holder === 'pod/default/p12')?.[1]?.split(' ')[0]);
  });
});
