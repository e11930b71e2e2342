// An address that changes under what uses it, as users of peers report it of what is like a Vip. Each by the threads that report
// it.
import { formatAddress } from '@holdfast/ipam';
import { VIPS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';

const SUBNET = 'ovn-default';

/** Ever, at any moment, did two Vips have one address? Held in every prefix of what was recorded. */
function everHeldTwice({ ledger }: ProjectorWorld): string[] {
  const vipOf = new Map<string, string>();
  const twice: string[] = [];
  for (const { event } of ledger.facts) {
    if (event.type !== 'VipReserved' && event.type !== 'VipReleased') continue;
    const address = formatAddress((event.v4 ?? event.v6) as number);
    const other = vipOf.get(address);
    if (event.type === 'VipReserved' && other !== undefined)
      twice.push(`${address}: ${other} and ${event.name}`);
    if (event.type === 'VipReserved') vipOf.set(address, event.name);
    else vipOf.delete(address);
  }
  return twice;
}

describe('an address that changes under what runs', () => {
  it('is no Vip’s when others are deleted and wait, and all is restarted (metallb #435, #1774, #2443, #2479, #2723; cilium #39033)', async () => {
    const world = new ProjectorWorld();
    world.subnet(SUBNET, { cidrBlock: '10.16.0.0/29' });
    let projector = await world.start();
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) world.vip(name);
    await world.settle(2_000);
    for (const name of ['w1', 'w2']) world.vip(name);
    await world.settle(2_000);
    const addressOf = (name: string): unknown => world.statusOf(VIPS, name)['v4ip'];
    const before = new Map(names.map((name) => [name, addressOf(name)]));
    expect(new Set(before.values()).size).toBe(5);
    for (let round = 0; round < 5; round += 1) {
      await projector.crash();
      if (round === 2) world.delete(VIPS, 'c');
      projector = await world.start();
      await world.settle(120_000);
    }
    for (const name of ['a', 'b', 'd', 'e'])
      expect([name, addressOf(name)]).toEqual([name, before.get(name)]);
    // What was freed is one waiting Vip's, and nobody moved for it.
    expect([addressOf('w1'), addressOf('w2')].filter((it) => it === before.get('c'))).toHaveLength(1);
    expect(everHeldTwice(world)).toEqual([]);
    await projector.stop();
  });

  it('is none that several share, after a restart (cilium #46262)', async () => {
    const world = new ProjectorWorld();
    world.subnet(SUBNET);
    let projector = await world.start();
    world.vip('slr-01', { subnet: SUBNET, type: 'switch_lb_vip' });
    await world.settle(2_000);
    const address = world.statusOf(VIPS, 'slr-01')['v4ip'] as string;
    const ports = (port: number): object[] => [{ name: 'p', port, targetPort: 80, protocol: 'TCP' }];
    world.rule('one', { vip: address, ports: ports(80) });
    world.rule('two', { vip: address, ports: ports(81) });
    await world.settle(5_000);
    const rules = (): string[] =>
      world.ledger.facts.map(({ event }) => event.type).filter((type) => type.startsWith('Rule'));
    const before = rules();
    expect(before.filter((type) => type === 'RuleDefined')).toHaveLength(2);
    for (let round = 0; round < 3; round += 1) {
      await projector.crash();
      projector = await world.start();
      await world.settle(120_000);
    }
    expect(world.statusOf(VIPS, 'slr-01')['v4ip']).toBe(address);
    expect(rules()).toEqual(before);
    await projector.stop();
  });
});
