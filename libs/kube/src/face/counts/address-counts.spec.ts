// What the statuses of Subnets and pools say of addresses: numbers and ranges of one position, which always add up.
import { VirtualClock } from '@holdfast/clock/testing';
import {
  type AddressRange,
  countAddresses,
  countPool,
  type Family,
  parseCidr,
  parseHolder,
  parseRange,
} from '@holdfast/ipam';
import fc from 'fast-check';
import { MemoryLedger } from '../../testing/memory-ledger';
import { AddressCounts } from './address-counts';
import { RANGES_MAX } from './address-ranges';

const SUBNET = 'ovn-default';
const range = (text: string): AddressRange => parseRange(text)!;
const holder = (text: string) => parseHolder(text)!;

function counted(): { readonly ledger: MemoryLedger; readonly counts: AddressCounts } {
  const ledger = new MemoryLedger(new VirtualClock());
  const counts = new AddressCounts(() => ledger.view);
  ledger.onFacts((facts) => facts.forEach((fact) => counts.happened(fact)));
  return { ledger, counts };
}

async function defined(blocks: string, excluded: readonly string[] = []): ReturnType<typeof later> {
  const { ledger, counts } = counted();
  const cidrs = blocks.split(' ').map((text) => parseCidr(text)!);
  await ledger.execute({ type: 'DefineSubnet', subnet: SUBNET, cidrs, excluded: excluded.map(range) }, 'ann');
  return later(ledger, counts);
}

const later = (ledger: MemoryLedger, counts: AddressCounts) => Promise.resolve({ ledger, counts });

const reserve = (name: string, wish: object = {}) =>
  ({ type: 'ReserveAddress', subnet: SUBNET, holder: holder(`pod/default/${name}`), ...wish }) as const;

/** How many addresses a text names. */
function sizeOf(text: string): bigint {
  const parts = text === '' ? [] : text.split(',');
  return parts.reduce((sum, part) => {
    const { first, last } = range(part.replace('-', '..'));
    return sum + BigInt(last) - BigInt(first) + 1n;
  }, 0n);
}

describe('counts', () => {
  it('name what is held and what is to be had, each family for itself', async () => {
    const { ledger, counts } = await defined('10.16.0.0/28 fd00::/64', ['10.16.0.5', '10.16.0.8..10.16.0.9']);
    for (const name of ['a', 'b', 'c']) await ledger.execute(reserve(name), 'ann');
    await ledger.execute(reserve('d', { v4: 0x0a100008, families: [4] }), 'ann');
    await ledger.execute(
      { type: 'ReleaseAddress', subnet: SUBNET, holder: holder('pod/default/b'), reason: 'over' },
      'ann',
    );
    expect(counts.ofSubnet(SUBNET, 4)).toEqual({
      using: 3,
      available: 8,
      usingRange: '10.16.0.2,10.16.0.4,10.16.0.8',
      availableRange: '10.16.0.3,10.16.0.6-10.16.0.7,10.16.0.10-10.16.0.14',
    });
    expect(counts.ofSubnet(SUBNET, 6)).toMatchObject({ using: 2, usingRange: 'fd00::2,fd00::4' });
    expect(counts.ofSubnet('another', 4)).toEqual({
      using: 0,
      available: 0,
      usingRange: '',
      availableRange: '',
    });
  });

  it('leave out what would be too long to read, and not a number', async () => {
    const { ledger, counts } = await defined('10.16.0.0/16');
    for (let at = 0; at < 300; at += 1)
      await ledger.execute(reserve(`p${at}`, { v4: 0x0a100100 + at * 2 }), 'ann');
    const { using, usingRange, availableRange } = counts.ofSubnet(SUBNET, 4);
    expect(using).toBe(300);
    for (const text of [usingRange, availableRange]) {
      expect(text.split(',')).toHaveLength(RANGES_MAX + 1);
      expect(text).toMatch(/,\.\.\.$/);
    }
  });

  it('look at all addresses once, and never again for an event or a definition', async () => {
    const { ledger, counts } = await defined('10.16.0.0/16');
    await ledger.execute(reserve('a'), 'ann');
    const passes = jest.spyOn(ledger.view.subnet(SUBNET)!.byAddress, 'keys');
    expect(counts.ofSubnet(SUBNET, 4).using).toBe(1);
    expect(passes).toHaveBeenCalledTimes(1);
    await ledger.execute(reserve('b'), 'ann');
    const ranges = [range('10.16.0.3..10.16.0.9')];
    await ledger.execute({ type: 'DefinePool', subnet: SUBNET, name: 'gold', ranges, namespaces: [] }, 'ann');
    passes.mockClear();
    expect(counts.ofSubnet(SUBNET, 4)).toMatchObject({ using: 2, usingRange: '10.16.0.2-10.16.0.3' });
    expect(counts.ofPool(SUBNET, 'gold', 4)).toMatchObject({ using: 1, usingRange: '10.16.0.3' });
    expect(passes).not.toHaveBeenCalled();
  });

  it('are right also when facts were missed', async () => {
    const ledger = new MemoryLedger(new VirtualClock());
    const counts = new AddressCounts(() => ledger.view);
    const cidrs = [parseCidr('10.16.0.0/28')!];
    await ledger.execute({ type: 'DefineSubnet', subnet: SUBNET, cidrs }, 'ann');
    expect(counts.ofSubnet(SUBNET, 4).usingRange).toBe('');
    await ledger.execute(reserve('a'), 'ann');
    expect(counts.ofSubnet(SUBNET, 4)).toMatchObject({ using: 1, usingRange: '10.16.0.2' });
  });

  it('add up, whatever comes and goes', async () => {
    const name = fc.constantFrom(...'abcdefgh');
    const order = fc.oneof(
      name.map((it) => reserve(it)),
      name.map((it) => reserve(it, { pool: 'gold' })),
      fc
        .tuple(name, fc.integer({ min: 1, max: 14 }))
        .map(([it, host]) => reserve(it, { v4: 0x0a100000 + host })),
      name.map((it) => {
        const what = { subnet: SUBNET, holder: holder(`pod/default/${it}`) };
        return { type: 'ReleaseAddress', ...what, reason: 'over' } as const;
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(order, { maxLength: 30 }), async (orders) => {
        const { ledger, counts } = await defined('10.16.0.0/28 fd00::/120', [
          '10.16.0.7',
          'fd00::4..fd00::6',
        ]);
        const ranges = ['10.16.0.4..10.16.0.8', 'fd00::5..fd00::a'].map(range);
        await ledger.execute(
          { type: 'DefinePool', subnet: SUBNET, name: 'gold', ranges, namespaces: [] },
          'ann',
        );
        const state = () => ledger.view.subnet(SUBNET)!;
        for (const one of orders) {
          await ledger.execute(one, 'ann');
          for (const family of [4, 6] as const satisfies readonly Family[]) {
            const pairs = [
              [counts.ofSubnet(SUBNET, family), countAddresses(state(), family)!],
              [counts.ofPool(SUBNET, 'gold', family), countPool(state(), 'gold', family)!],
            ] as const;
            for (const [said, expected] of pairs) {
              expect([BigInt(said.using), BigInt(said.available)]).toEqual([
                expected.using,
                expected.available,
              ]);
              expect(sizeOf(said.usingRange)).toBe(expected.using);
              expect(sizeOf(said.availableRange)).toBe(expected.available);
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
