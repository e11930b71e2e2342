import { formatAddress } from '../../address';
import { type DefinitionText, address, cidr, range } from '../../testing';
import { AddressSpace, joinRanges } from './address-space';

function space(block: string, { gateways = [], excluded = [] }: DefinitionText = {}): AddressSpace {
  return new AddressSpace(cidr(block), {
    cidrs: [cidr(block)],
    gateways: gateways.map(address),
    excluded: excluded.map(range),
    coolingMs: 0,
  });
}
const texts = (addresses: readonly (number | bigint)[]) => addresses.map(formatAddress);

describe('the addresses that come next', () => {
  it.each([
    ['10.0.0.0/29', ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']],
    ['10.0.0.0/31', ['10.0.0.0', '10.0.0.1']],
    ['10.0.0.7/32', ['10.0.0.7']],
    ['fd00::/126', ['fd00::1', 'fd00::2']],
    ['fd00::/127', ['fd00::', 'fd00::1']],
    ['fd00::7/128', ['fd00::7']],
  ])('of %s are %j', (block, all) => {
    expect(texts(space(block).upcoming(100, 0, 0))).toEqual(all);
    expect(texts(space(block).upcoming(1, 0, 0))).toEqual(all.slice(0, 1));
    expect(space(block).upcoming(0, 0, 0)).toEqual([]);
  });

  it('skip the gateway, what is excluded and what is used, one run after the other', () => {
    const skipping = space('10.0.0.0/28', {
      gateways: ['10.0.0.1'],
      excluded: ['10.0.0.4', '10.0.0.6..10.0.0.7'],
    });
    for (const used of ['10.0.0.5', '10.0.0.3', '10.0.0.9', '10.0.0.8', '10.0.0.14'])
      skipping.use(address(used));
    expect(texts(skipping.upcoming(100, 0, 0))).toEqual([
      '10.0.0.2',
      '10.0.0.10',
      '10.0.0.11',
      '10.0.0.12',
      '10.0.0.13',
    ]);
    skipping.use(address('10.0.0.2'));
    expect(texts(skipping.upcoming(2, 0, 0))).toEqual(['10.0.0.10', '10.0.0.11']);
  });

  it('are then those that were released and no longer cool, the longest released first', () => {
    const full = space('10.0.0.0/29');
    for (let at = 1; at <= 6; at += 1) full.use(address(`10.0.0.${at}`));
    full.release(address('10.0.0.5'), 100);
    full.release(address('10.0.0.2'), 200);
    full.release(address('10.0.0.6'), 300);
    expect(texts(full.upcoming(100, 1300, 1000))).toEqual(['10.0.0.5', '10.0.0.2', '10.0.0.6']);
    expect(texts(full.upcoming(2, 1300, 1000))).toEqual(['10.0.0.5', '10.0.0.2']);
    expect(texts(full.upcoming(100, 1299, 1000))).toEqual(['10.0.0.5', '10.0.0.2']);
    expect(full.upcoming(100, 1099, 1000)).toEqual([]);
    expect(full.next(1099, 1000)).toEqual({ coolingUntil: 1100 });
    expect(full.next(1100, 1000)).toMatchObject({ address: address('10.0.0.5') });
  });

  it('are never-used ones before released ones, in one answer', () => {
    const nearly = space('10.0.0.0/29');
    for (const at of [1, 2, 3, 5]) nearly.use(address(`10.0.0.${at}`));
    nearly.release(address('10.0.0.3'), 0);
    expect(texts(nearly.upcoming(100, 0, 0))).toEqual(['10.0.0.4', '10.0.0.6', '10.0.0.3']);
  });

  it('of a /64 of which the lower half is excluded are those of the upper half', () => {
    const upper = space('fd00::/64', { excluded: ['fd00::/65', 'fd00::8000:0:0:1'] });
    expect(texts(upper.upcoming(2, 0, 0))).toEqual(['fd00::8000:0:0:0', 'fd00::8000:0:0:2']);
  });

  it('are none when everything is excluded', () => {
    expect(space('10.0.0.0/24', { excluded: ['10.0.0.0/24'] }).upcoming(10, 0, 0)).toEqual([]);
    expect(space('::/0', { excluded: ['::/0'] }).upcoming(10, 0, 0)).toEqual([]);
  });
});

describe('the size', () => {
  it.each<[string, DefinitionText, bigint]>([
    ['10.0.0.0/24', {}, 254n],
    ['10.0.0.0/24', { gateways: ['10.0.0.1'] }, 253n],
    ['10.0.0.0/24', { gateways: ['10.0.0.1'], excluded: ['10.0.0.0/30'] }, 251n],
    ['10.0.0.0/24', { excluded: ['10.0.0.9', '10.0.0.5..10.0.0.10', '10.0.0.250..10.0.9.9'] }, 243n],
    ['10.0.0.0/24', { excluded: ['10.0.0.0/24'] }, 0n],
    ['10.0.0.0/31', {}, 2n],
    ['10.0.0.7/32', {}, 1n],
    ['0.0.0.0/0', {}, 2n ** 32n - 2n],
    ['fd00::/64', {}, 2n ** 64n - 2n],
    ['fd00::/64', { excluded: ['fd00::/65'] }, 2n ** 63n - 1n],
    ['fd00::/64', { excluded: ['fd00::8000:0:0:0/65', 'fd00::5'] }, 2n ** 63n - 2n],
    ['::/0', { gateways: ['::1'] }, 2n ** 128n - 3n],
  ])('of %s with %j is %d', (block, rest, size) => {
    expect(space(block, rest).sizeUsable()).toBe(size);
  });
});

describe('what is excluded', () => {
  it.each([
    ['10.0.0.0/24', '10.0.0.20..10.0.0.29', '10.0.0.20', true],
    ['10.0.0.0/24', '10.0.0.20..10.0.0.29', '10.0.0.29', true],
    ['10.0.0.0/24', '10.0.0.20..10.0.0.29', '10.0.0.30', false],
    ['10.0.0.0/24', '10.0.0.1..10.0.0.29', '10.0.0.1', true],
    ['10.0.0.0/24', '10.0.0.1..10.0.0.29', '10.0.0.30', false],
    ['fd00::/64', 'fd00::8000:0:0:0/65', 'fd00::8000:0:0:0', true],
    ['fd00::/64', 'fd00::8000:0:0:0/65', 'fd00::ffff:ffff:ffff:fffe', true],
    ['fd00::/64', 'fd00::8000:0:0:0/65', 'fd00::7fff:ffff:ffff:ffff', false],
    ['fd00::/64', 'fd00::20:0:0:0', 'fd00::20:0:0:0', true],
    ['fd00::/64', 'fd00::20:0:0:0', 'fd00::20:0:0:1', false],
  ])('of %s by %s: %s is, %s', (block, excluded, one, isSo) => {
    expect(space(block, { excluded: [excluded] }).isExcluded(address(one))).toBe(isSo);
  });
});

describe('joinRanges', () => {
  it('sorts, and joins what overlaps or touches', () => {
    const ranges = ['10.0.0.9', '10.0.0.3..10.0.0.5', '10.0.0.4', '10.0.0.6..10.0.0.7', '10.0.0.1..10.0.0.3'];
    expect(joinRanges(ranges.map(range))).toEqual([range('10.0.0.1..10.0.0.7'), range('10.0.0.9')]);
    expect(joinRanges([])).toEqual([]);
  });
});
