import { formatRange, parseAddress, plus } from '../address';
import fc from 'fast-check';
import { HeldAddresses } from './held-addresses';

const at = (text: string) => parseAddress(text)!;

function texts(held: HeldAddresses, first: string, last: string): string[] {
  return [...held.runsIn([{ first: at(first), last: at(last) }])].map(formatRange);
}

describe('held addresses', () => {
  it('are found as runs, across the ends of chunks, and within a range', () => {
    const held = new HeldAddresses();
    for (let count = 0; count < 600; count += 1) held.add(plus(at('10.16.0.250'), count));
    held.add(at('10.16.9.9'));
    held.delete(at('10.16.1.7'));
    const all = ['10.16.0.250..10.16.1.6', '10.16.1.8..10.16.3.81', '10.16.9.9'];
    expect(texts(held, '10.16.0.0', '10.16.255.255')).toEqual(all);
    expect(texts(held, '10.16.1.5', '10.16.1.9')).toEqual(['10.16.1.5..10.16.1.6', '10.16.1.8..10.16.1.9']);
    expect(held.size).toBe(600);
    expect(held.countIn([{ first: at('10.16.1.0'), last: at('10.16.2.10') }])).toBe(255 + 11);
  });

  it('are far apart in IPv6, and none is left of what was given up', () => {
    const held = new HeldAddresses();
    for (const text of ['fd00::ffff', 'fd00::1:0', 'fd00:1::1']) held.add(at(text));
    expect(texts(held, 'fd00::', 'fd00:ffff::')).toEqual(['fd00::ffff..fd00::1:0', 'fd00:1::1']);
    for (const text of ['fd00::ffff', 'fd00::1:0', 'fd00:1::1']) held.delete(at(text));
    expect(texts(held, 'fd00::', 'fd00:ffff::')).toEqual([]);
    expect(held.size).toBe(0);
  });

  it('are those that a set would have, whatever comes and goes', () => {
    const change = fc.tuple(fc.boolean(), fc.nat(1_100));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 400 }), fc.nat(1_100), fc.nat(1_100), (changes, a, b) => {
        const [held, expected] = [new HeldAddresses(), new Set<number>()];
        for (const [isHeld, address] of changes) {
          if (isHeld) held.add(address);
          else held.delete(address);
          if (isHeld) expected.add(address);
          else expected.delete(address);
        }
        const within = { first: Math.min(a, b), last: Math.max(a, b) };
        const inside = [...expected].filter((it) => it >= within.first && it <= within.last);
        const found = [...held.runsIn([within])].flatMap(({ first, last }) =>
          Array.from({ length: Number(last) - Number(first) + 1 }, (_, step) => Number(first) + step),
        );
        expect(found).toEqual(inside.sort((x, y) => x - y));
        expect(held.countIn([within])).toBe(inside.length);
        expect(held.size).toBe(expected.size);
      }),
    );
  });
});
