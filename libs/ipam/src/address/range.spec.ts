import fc from 'fast-check';
import { type AddressRange, type Cidr, formatRange, overlaps, parseCidr, parseRange } from '.';

const range = (text: string): AddressRange => parseRange(text) as AddressRange;

describe('parseRange', () => {
  it.each([
    ['10.16.0.2..10.16.0.9', '10.16.0.2..10.16.0.9'],
    ['10.16.0.2', '10.16.0.2'],
    ['10.16.0.2..10.16.0.2', '10.16.0.2'],
    ['10.16.0.9/30', '10.16.0.8..10.16.0.11'],
    ['10.16.0.9/32', '10.16.0.9'],
    ['fd00::2..fd00::9', 'fd00::2..fd00::9'],
    ['fd00::/126', 'fd00::..fd00::3'],
  ])('reads %s as %s', (text, both) => {
    expect(formatRange(range(text))).toBe(both);
  });

  it.each([
    ...[
      '',
      '..',
      '10.16.0.2..',
      '..10.16.0.2',
      '10.16.0.9..10.16.0.2',
      'fd00::9..fd00::2',
      '10.16.0.2..fd00::2',
    ],
    ...[
      '10.16.0.2-10.16.0.9',
      '10.16.0.2...10.16.0.9',
      '10.16.0.2..10.16.0.5..10.16.0.9',
      '10.16.0.2,10.16.0.9',
    ],
    ...['10.16.0.0/24..10.16.1.0/24', '10.16.0.2 .. 10.16.0.9', '10.16.0.2..9'],
  ])('refuses %j', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  it('reads what formatRange writes', () => {
    const ends = fc.oneof(
      fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)),
      fc.tuple(fc.bigInt(0n, 2n ** 128n - 1n), fc.bigInt(0n, 2n ** 128n - 1n)),
    );
    fc.assert(
      fc.property(ends, ([a, b]) => {
        const written = a < b ? { first: a, last: b } : { first: b, last: a };
        expect(parseRange(formatRange(written))).toEqual(written);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe('overlaps', () => {
  it.each([
    ['10.16.0.0/24', true],
    ['10.16.0.255', true],
    ['10.15.255.0..10.16.0.0', true],
    ['10.0.0.0/8', true],
    ['10.16.1.0', false],
    ['10.15.255.255', false],
    ['::/0', false],
  ])('10.16.0.0/24 and %s: %s', (text, isSo) => {
    expect(overlaps(parseCidr('10.16.0.0/24') as Cidr, range(text))).toBe(isSo);
  });
});
