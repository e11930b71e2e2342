// What the statuses of Subnets and pools say of addresses: numbers and ranges in the fields that Kube-OVN's users know, and
// always those of the view.
import {
  type AddressRange,
  type Family,
  type Holder,
  parseAddress,
  parseHolder,
  parseRange,
  type SubnetCounts,
} from '@holdfast/ipam';
import fc from 'fast-check';
import { IP_POOLS, SUBNETS } from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import type { LedgerCommand } from '@holdfast/ledger';
import { COUNTS_EVERY_MS } from '../subnet/subnet-reconciler';
import { RANGES_MAX, statusCounts } from './status-counts';

const at = (text: string) => parseAddress(text)!;
const NONE = { using: 0, available: 0, usingRange: '', availableRange: '' };
const counted = { using: 3n, available: 2n ** 64n - 9n, excluded: 6n, size: 2n ** 64n };

describe('counts in the words of a status', () => {
  it('are numbers, and ranges as Kube-OVN writes them', () => {
    const usingRanges = [
      { first: at('fd00::2'), last: at('fd00::3') },
      { first: at('fd00::9'), last: at('fd00::9') },
    ];
    expect(statusCounts({ ...counted, usingRanges, availableRanges: [] })).toEqual({
      ...NONE,
      using: 3,
      available: 2 ** 64,
      usingRange: 'fd00::2-fd00::3,fd00::9',
    });
  });

  it('leave out what would be too long to read, and look no further', () => {
    let looked = 0;
    const endless = {
      *[Symbol.iterator]() {
        for (let n = 0; ; n += 2) {
          looked += 1;
          yield { first: n, last: n };
        }
      },
    };
    const { usingRange } = statusCounts({ ...counted, usingRanges: endless, availableRanges: [] });
    expect(usingRange.split(',')).toHaveLength(RANGES_MAX + 1);
    expect(usingRange).toMatch(/,\.\.\.$/);
    expect(looked).toBe(RANGES_MAX + 1);
  });

  it('are nothing where there is no such family', () => {
    expect(statusCounts(undefined)).toEqual(NONE);
  });
});

const range = (text: string): AddressRange => parseRange(text)!;
const holder = (name: string): Holder => parseHolder(`pod/default/${name}`)!;
const SUBNET = 'ovn-default';

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const reserve = (name: string, request: object = {}): LedgerCommand => ({
  ...{ type: 'ReserveAddress', subnet: SUBNET, holder: holder(name) },
  ...request,
});
const release = (name: string): LedgerCommand => ({
  ...{ type: 'ReleaseAddress', subnet: SUBNET, holder: holder(name) },
  reason: 'over',
});
const exclude = (text: string): LedgerCommand => ({
  ...{ type: 'ReviseSubnet', subnet: SUBNET },
  excluded: [range(text)],
});
const commands = fc.oneof(
  names.map((name) => reserve(name)),
  names.map((name) => reserve(name, { pool: 'gold', families: [4] })),
  fc
    .tuple(names, fc.integer({ min: 2, max: 14 }))
    .map(([name, host]) => reserve(name, { v4: 0x0a100000 + host })),
  names.map(release),
  fc.constantFrom('10.16.0.4..10.16.0.6', '10.16.0.4..10.16.0.9').map(exclude),
);

function subnetFields(family: Family, counts: SubnetCounts): object {
  const { using, available, usingRange, availableRange } = statusCounts(counts.ofSubnet(family));
  return {
    [`v${family}usingIPs`]: using,
    [`v${family}availableIPs`]: available,
    [`v${family}usingIPrange`]: usingRange,
    [`v${family}availableIPrange`]: availableRange,
  };
}

function poolFields(family: Family, pool: string, counts: SubnetCounts): object {
  const { using, available, usingRange, availableRange } = statusCounts(counts.ofPool(pool, family));
  return {
    [`v${family}UsingIPs`]: using,
    [`v${family}AvailableIPs`]: available,
    [`v${family}UsingIPRange`]: usingRange,
    [`v${family}AvailableIPRange`]: availableRange,
  };
}

it('the statuses of a Subnet and its IPPools say what the view counts at their position', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(commands, { maxLength: 15 }), async (sequence) => {
      const world = new ProjectorWorld();
      const { stop } = await world.start();
      world.subnet(SUBNET, { cidrBlock: '10.16.0.0/28,fd00::/124' });
      world.pool('gold', ['10.16.0.5..10.16.0.8', 'fd00::5..fd00::9']);
      await world.settle(3_000);
      for (const command of sequence) {
        await world.ledger.execute(command, 'ann', 'holdfast');
        await world.settle(COUNTS_EVERY_MS);
        const { view } = world.ledger;
        const counts = view.counts(SUBNET)!;
        const position = view.subnetPosition(SUBNET);
        expect(world.statusOf(SUBNETS, SUBNET)).toMatchObject({
          observedPosition: position,
          ...subnetFields(4, counts),
          ...subnetFields(6, counts),
        });
        expect(world.statusOf(IP_POOLS, 'gold')).toMatchObject({
          ...poolFields(4, 'gold', counts),
          ...poolFields(6, 'gold', counts),
        });
      }
      await stop();
    }),
    { numRuns: 8 },
  );
});
