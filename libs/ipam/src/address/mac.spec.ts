import fc from 'fast-check';
import {
  DERIVED_MAC_ATTEMPTS,
  addressOfMac,
  decodeMac,
  deriveMac,
  formatMac,
  parseMac,
  subnetOctet,
} from '.';

describe('parseMac', () => {
  it.each([
    ['02:0a:1b:2c:3d:4e', '02:0a:1b:2c:3d:4e'],
    ['02-0A-1B-2C-3D-4E', '02:0a:1b:2c:3d:4e'],
    ['FE:FF:FF:FF:FF:FF', 'fe:ff:ff:ff:ff:ff'],
    ['00:00:5E:00:01:07', '00:00:5e:00:01:07'],
  ])('reads %s as %s', (text, canonical) => {
    expect(formatMac(parseMac(text) as number)).toBe(canonical);
  });

  it.each([
    ...['', '02:0a:1b:2c:3d', '02:0a:1b:2c:3d:4e:5f', '020a1b2c3d4e', '020a.1b2c.3d4e', '2:a:1b:2c:3d:4e'],
    ...['02:0a-1b:2c-3d:4e', '02:0a:1b:2c:3d:4g', ' 02:0a:1b:2c:3d:4e', '02:0a:1b:2c:3d:4e '],
    ...['ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '33:33:00:00:00:01', '00:00:00:00:00:00'],
  ])('refuses %j', (text) => {
    expect(parseMac(text)).toBeUndefined();
  });

  it('reads what formatMac writes, as decodeMac does', () => {
    fc.assert(
      fc.property(fc.nat(0x7f), fc.nat(0xff), fc.nat(0xffffffff), (first, second, low) => {
        const mac = first * 2 * 2 ** 40 + second * 2 ** 32 + low;
        expect(decodeMac(formatMac(mac))).toBe(mac);
        expect(parseMac(formatMac(mac).toUpperCase())).toBe(mac === 0 ? undefined : mac);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe('deriveMac', () => {
  const octet = subnetOctet('ovn-default');
  const address = fc.oneof(fc.nat(0xffffffff), fc.bigInt(0n, 2n ** 128n - 1n));

  it('makes unicast, locally administered MACs', () => {
    fc.assert(
      fc.property(address, fc.nat(DERIVED_MAC_ATTEMPTS - 1), fc.nat(255), (one, attempt, subnet) => {
        const mac = deriveMac(subnet, one, attempt);
        expect(parseMac(formatMac(mac))).toBe(mac);
        expect(Math.floor(mac / 2 ** 40) & 3).toBe(2);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('makes as many different ones of an address as it says', () => {
    const attempts = Array.from({ length: DERIVED_MAC_ATTEMPTS }, (_, attempt) =>
      deriveMac(octet, 5, attempt),
    );
    expect(new Set(attempts).size).toBe(DERIVED_MAC_ATTEMPTS);
  });

  it('gives no two IPv4 addresses one, nor two IPv6 addresses of a row of 2^32', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.bigInt(0n, 2n ** 96n - 1n), (a, b, high) => {
        fc.pre(a !== b);
        const [v6a, v6b] = [(high << 32n) | BigInt(a), (high << 32n) | BigInt(b)];
        expect(deriveMac(octet, a)).not.toBe(deriveMac(octet, b));
        expect(deriveMac(octet, v6a)).not.toBe(deriveMac(octet, v6b));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('leads back to the IPv6 address, among those that share its upper 96 bits', () => {
    const row = fc.nat(0xffffffff).map(BigInt);
    fc.assert(
      fc.property(row, row, fc.bigInt(0n, 2n ** 96n - 1n), (a, b, high) => {
        const [v6, near] = [(high << 32n) | a, (high << 32n) | b];
        expect(addressOfMac(deriveMac(octet, v6), near)).toBe(v6);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('is the same for ever', () => {
    expect(formatMac(deriveMac(subnetOctet('ovn-default'), 0x0a100005))).toBe('02:88:0a:10:00:05');
    expect(formatMac(deriveMac(subnetOctet('ovn-default'), (0xfd00n << 112n) | 5n))).toBe(
      '02:88:cd:00:00:05',
    );
  });
});
