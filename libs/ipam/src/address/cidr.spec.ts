import fc from 'fast-check';
import {
  type Address,
  type Cidr,
  contains,
  formatAddress,
  formatCidr,
  lastOf,
  parseAddress,
  parseCidr,
  plus,
  sizeOf,
  usableRange,
} from '.';

const cidr = (text: string): Cidr => parseCidr(text) as Cidr;
const address = (text: string): Address => parseAddress(text) as Address;

describe('parseCidr', () => {
  it.each([
    ['10.16.0.0/16', '10.16.0.0/16'],
    ['10.16.3.9/16', '10.16.0.0/16'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['fd00::5/64', 'fd00::/64'],
    ['ffff::/0', '::/0'],
    ['FD00::5/128', 'fd00::5/128'],
  ])('reads %s as %s', (text, block) => {
    expect(formatCidr(cidr(text))).toBe(block);
  });

  it.each([
    ...[
      '',
      '/',
      '10.16.0.0',
      '10.16.0.0/',
      '/16',
      '10.16.0.0/33',
      '10.16.0.0/-1',
      '10.16.0.0/016',
      '10.16.0.0/ 16',
    ],
    ...[
      '10.16.0.0/1e1',
      '10.16.0.0/16/8',
      '10.16/16',
      'fd00::/129',
      'fd00::/',
      'fd00::%eth0/64',
      '10.16.0.0/255.255.0.0',
    ],
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  it('reads what formatCidr writes', () => {
    const block = fc.oneof(
      fc.tuple(fc.nat(0xffffffff), fc.nat(32)),
      fc.tuple(fc.bigInt(0n, 2n ** 128n - 1n), fc.nat(128)),
    );
    fc.assert(
      fc.property(block, ([base, length]) => {
        const read = cidr(`${formatAddress(base)}/${length}`);
        expect(cidr(formatCidr(read))).toEqual(read);
        expect(contains(read, base)).toBe(true);
        expect(BigInt(lastOf(read)) - BigInt(read.base) + 1n).toBe(sizeOf(read));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe('a block', () => {
  it.each([
    ['10.16.0.0/24', '10.16.0.255', 256n],
    ['10.16.0.0/31', '10.16.0.1', 2n],
    ['10.16.0.7/32', '10.16.0.7', 1n],
    ['0.0.0.0/0', '255.255.255.255', 2n ** 32n],
    ['fd00::/64', 'fd00::ffff:ffff:ffff:ffff', 2n ** 64n],
    ['::/0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 2n ** 128n],
  ])('%s ends at %s and spans %s addresses', (text, last, size) => {
    expect([formatAddress(lastOf(cidr(text))), sizeOf(cidr(text))]).toEqual([last, size]);
  });

  it.each([
    ['10.16.0.0/24', '10.16.0.1', '10.16.0.254'],
    ['10.16.0.0/30', '10.16.0.1', '10.16.0.2'],
    ['10.16.0.0/31', '10.16.0.0', '10.16.0.1'],
    ['10.16.0.7/32', '10.16.0.7', '10.16.0.7'],
    ['fd00::/126', 'fd00::1', 'fd00::2'],
    ['fd00::/127', 'fd00::', 'fd00::1'],
    ['fd00::7/128', 'fd00::7', 'fd00::7'],
  ])('%s is usable from %s to %s', (text, first, last) => {
    expect(usableRange(cidr(text))).toEqual({ first: address(first), last: address(last) });
  });

  it('contains its ends, not its neighbours, and nothing of the other family', () => {
    const block = cidr('10.16.0.0/24');
    const [first, last] = [block.base, lastOf(block)];
    expect([first, last, plus(first, -1), plus(last, 1)].map((one) => contains(block, one))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(contains(block, BigInt(first))).toBe(false);
    expect(contains(cidr('::/0'), first)).toBe(false);
  });
});
