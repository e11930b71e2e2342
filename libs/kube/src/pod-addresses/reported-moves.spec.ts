// An address that changes under what runs, as users of peers report it: what ./reported.spec.ts has not. Each by the threads
// that report it.
import { parseCidr, parseRange } from '@holdfast/ipam';
import { VIPS } from '../resource';
import { PodWorld, SUBNET } from './testing/pod-world';

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
      world.ledger.execute({ type: 'ReviseSubnet', subnet: SUBNET, ...change }, 'ann', 'http');
    expect((await revise({ cidrs: cidrs('10.16.0.0/29') })).rejected?.code).toBe('SubnetInUse');
    const carved = [parseRange('10.16.0.16..10.16.0.30')].filter((it) => it !== undefined);
    expect((await revise({ excluded: carved })).rejected).toBeUndefined();
    expect((await revise({ cidrs: cidrs('10.16.0.0/28'), excluded: [] })).rejected).toBeUndefined();
    await world.whileDown(() => undefined);
    await world.settle(HOUR_MS);
    expect(held(world)).toEqual(before);
    expect(world.ip('p12')).toBe(before.find(([holder]) => holder === 'pod/default/p12')?.[1]?.split(' ')[0]);
  });

  it('is no Vip’s when others are deleted and wait, and all is restarted (metallb #435, #1774, #2443, #2479, #2723; cilium #39033)', async () => {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/29' });
    await world.running.stop();
    let face = await world.start();
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) world.vip(name);
    await world.settle(2_000);
    for (const name of ['w1', 'w2']) world.vip(name);
    await world.settle(2_000);
    const addressOf = (name: string): unknown => world.statusOf(VIPS, name)['v4ip'];
    const before = new Map(names.map((name) => [name, addressOf(name)]));
    expect(new Set(before.values()).size).toBe(5);
    for (let round = 0; round < 5; round += 1) {
      await face.crash();
      if (round === 2) world.delete(VIPS, 'c');
      face = await world.start();
      await world.settle(120_000);
    }
    for (const name of ['a', 'b', 'd', 'e'])
      expect([name, addressOf(name)]).toEqual([name, before.get(name)]);
    // What was freed is one waiting Vip's, and nobody moved for it.
    expect([addressOf('w1'), addressOf('w2')].filter((it) => it === before.get('c'))).toHaveLength(1);
    expect(world.everHeldTwice()).toEqual([]);
    await face.stop();
  });

  it('is none that several share, after a restart (cilium #46262)', async () => {
    const world = await PodWorld.started();
    await world.running.stop();
    let face = await world.start();
    world.vip('slr-01', { subnet: SUBNET, type: 'switch_lb_vip' });
    await world.settle(2_000);
    const address = world.statusOf(VIPS, 'slr-01')['v4ip'] as string;
    const ports = (port: number): object[] => [{ name: 'p', port, targetPort: 80, protocol: 'TCP' }];
    world.rule('one', { vip: address, ports: ports(80) });
    world.rule('two', { vip: address, ports: ports(81) });
    await world.settle(5_000);
    const rules = (): string[] => world.recorded().filter((type) => type.startsWith('Rule'));
    const before = rules();
    expect(before.filter((type) => type === 'RuleDefined')).toHaveLength(2);
    for (let round = 0; round < 3; round += 1) {
      await face.crash();
      face = await world.start();
      await world.settle(120_000);
    }
    expect(world.statusOf(VIPS, 'slr-01')['v4ip']).toBe(address);
    expect(rules()).toEqual(before);
    await face.stop();
  });
});
