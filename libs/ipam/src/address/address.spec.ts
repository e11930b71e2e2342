import fc from 'fast-check';
import { type Address, familyOf, formatAddress, formatPair, parseAddress } from '.';

const v4 = fc.nat(0xffffffff);
const v6 = fc.oneof(
  fc.bigInt(0n, 2n ** 128n - 1n),
  // Few bits set: long runs of zeros, in every place.
  fc
    .array(fc.nat(127), { maxLength: 3 })
    .map((bits) => bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n)),
);

describe('parseAddress', () => {
  it.each<[string, Address]>([
    ['0.0.0.0', 0],
    ['10.16.0.5', 0x0a100005],
    ['255.255.255.255', 0xffffffff],
    ['::', 0n],
    ['::1', 1n],
    ['fd00::5', (0xfd00n << 112n) | 5n],
    ['FD00:0:0:0:0:0:0:5', (0xfd00n << 112n) | 5n],
    ['1:2:3:4:5:6:7::', 0x0001000200030004000500060007_0000n],
    ['::ffff:10.16.0.5', 0xffff_0a100005n],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 2n ** 128n - 1n],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toBe(address);
  });

  it.each([
    ...['', ' ', '10', '10.16', '10.16.0', '10.16.0.', '.10.16.0', '10.16.0.5.', '10.16.0.5.6', '10..0.5'],
    ...['010.16.0.5', '10.16.0.05', '00.0.0.0', '10.16.0.256', '10.16.0.1000', '10.16.0.-5', '+10.16.0.5'],
    ...['0x0a.16.0.5', '10.16.0.5 ', ' 10.16.0.5', '10.16.0.5/32', '10.16.0.٥', '1e1.0.0.0', '168820741'],
    ...[
      ':',
      ':::',
      '1',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1::2::3',
      '::1:',
      ':1::',
      'fd00::12345',
      'fd00::g',
    ],
    ...['fd00::5%eth0', '[fd00::5]', 'fd00::5/64', ' fd00::5', 'fd00::5 ', '1:2:3:4:5:6:7:8::', '::0x5'],
    ...[
      '::ffff:010.16.0.5',
      '::ffff:0x0a.16.0.5',
      '::ffff:10.16.0',
      '::ffff:10.16.0.5:1',
      '10.16.0.5::',
      '::10.16.0.256',
    ],
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('reads what formatAddress writes, and tells the families apart', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), (address) => {
        expect(parseAddress(formatAddress(address))).toBe(address);
        expect(familyOf(address)).toBe(formatAddress(address).includes(':') ? 6 : 4);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('never throws, and reads nothing that does not write the same address', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'0123456789abcdefx:./%- '), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(noise, fc.string()), (text) => {
        const address = parseAddress(text);
        if (address !== undefined) expect(parseAddress(formatAddress(address))).toBe(address);
      }),
      { seed: 2, numRuns: 5000 },
    );
  });
});

describe('formatAddress', () => {
  // RFC 5952 section 4.
  it.each([
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
  ])('writes %s as %s', (long, short) => {
    expect(formatAddress(parseAddress(long) as Address)).toBe(short);
  });

  it('writes the high IPv4 addresses', () => {
    expect([0x80000000, 0xffffffff, 0xc0a80001].map(formatAddress)).toEqual([
      '128.0.0.0',
      '255.255.255.255',
      '192.168.0.1',
    ]);
  });
});

describe('formatPair', () => {
  it.each([
    [{ v4: 0x0a100005 }, '10.16.0.5'],
    [{ v6: 5n }, '::5'],
    [{ v4: 0x0a100005, v6: 5n }, '10.16.0.5, ::5'],
    [{}, ''],
  ])('writes %p as "%s"', (pair, text) => {
    expect(formatPair(pair)).toBe(text);
  });
});
