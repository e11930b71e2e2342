import fc from 'fast-check';
import {
  type Holder,
  type HolderParts,
  holderParts,
  isSubnetName,
  isVipName,
  parseHolder,
  toHolder,
  vipHolder,
} from '.';

describe('parseHolder', () => {
  it.each<[string, HolderParts]>([
    ['vip/web', { kind: 'vip', name: 'web' }],
    ['node/n1', { kind: 'node', name: 'n1' }],
    ['pod/default/web-0', { kind: 'pod', namespace: 'default', name: 'web-0' }],
    ['pod/default/web-0@eth1', { kind: 'pod', namespace: 'default', name: 'web-0', nic: 'eth1' }],
    ['statefulset/default/web/0', { kind: 'statefulset', namespace: 'default', name: 'web', ordinal: 0 }],
    [
      'statefulset/default/web/12@n.ns.ovn',
      { kind: 'statefulset', namespace: 'default', name: 'web', ordinal: 12, nic: 'n.ns.ovn' },
    ],
    [
      'octavia/6f1c2e1a-0b7d-4c6e-9d0a-1f2e3d4c5b6a/lb_7',
      { kind: 'octavia', namespace: '6f1c2e1a-0b7d-4c6e-9d0a-1f2e3d4c5b6a', name: 'lb_7' },
    ],
  ])('reads %s', (text, parts) => {
    expect(parseHolder(text)).toBe(text);
    expect(holderParts(text as Holder)).toEqual(parts);
  });

  it.each([
    ...[
      '',
      '/',
      'vip',
      'vip/',
      '/web',
      'web',
      'vip/default/web',
      'pod/web',
      'pod/a/b/c',
      'pod//web',
      'pod/default/',
    ],
    ...[
      'Pod/default/web',
      '1pod/default/web',
      'pod/default/web@',
      'pod/default/web@@eth1',
      'pod/default/web@a@b',
    ],
    ...[
      'pod/default/-web',
      'pod/default/web-',
      'pod/def ault/web',
      'pod/default/wéb',
      'pod/default/web\n',
      ' vip/web',
    ],
    ...[
      'statefulset/default/web',
      'statefulset/default/web/',
      'statefulset/default/web/-1',
      'statefulset/default/web/01',
    ],
    ...['statefulset/default/web/1.5', 'statefulset/default/web/1e3', 'statefulset/default/web/9999999999'],
    `pod/default/${'a'.repeat(254)}`,
    `${'k'.repeat(64)}/default/a`,
  ])('refuses %j', (text) => {
    expect(parseHolder(text)).toBeUndefined();
  });

  it('never throws, and what it reads is what toHolder writes of its parts', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'vipodstaefulr/@-0a.\n '), maxLength: 24 });
    const nearly = fc
      .tuple(
        fc.constantFrom('vip', 'node', 'pod', 'statefulset', 'vm', ''),
        fc.array(noise, { maxLength: 4 }),
      )
      .map(([kind, names]) => [kind, ...names].join('/'));
    fc.assert(
      fc.property(fc.oneof(noise, nearly, fc.string()), (text) => {
        const holder = parseHolder(text);
        if (holder !== undefined) expect(toHolder(holderParts(holder))).toBe(text);
      }),
      { seed: 1, numRuns: 5000 },
    );
  });
});

describe('toHolder', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._:-]{0,20}[A-Za-z0-9])?$/);
  const nic = fc.option(name, { nil: undefined });
  const parts = fc.oneof(
    fc.record({ kind: fc.constantFrom('vip', 'node'), name, nic }),
    fc.record({ kind: fc.constantFrom('pod', 'vm', 'octavia'), namespace: name, name, nic }),
    fc.record({ kind: fc.constant('statefulset'), namespace: name, name, ordinal: fc.nat(999_999_999), nic }),
  );

  it('writes what holderParts reads', () => {
    fc.assert(
      fc.property(parts, (which) => {
        const holder = toHolder(which);
        expect(holder && { ...which, ...holderParts(holder) }).toEqual(which);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it.each<HolderParts>([
    { kind: 'vip', name: 'web@eth1' },
    { kind: 'vip', name: 'a/b' },
    { kind: 'vip', namespace: 'default', name: 'web' },
    { kind: 'pod', name: 'web' },
    { kind: 'pod', name: 'default/web' },
    { kind: 'pod', namespace: 'default', name: 'web', ordinal: 1 },
    { kind: 'pod', namespace: '', name: 'web' },
    { kind: 'pod/default', namespace: 'a', name: 'web' },
    { kind: 'pod', namespace: 'default', name: 'web', nic: 'a@b' },
    { kind: 'pod', namespace: 'default', name: 'web', nic: '' },
    { kind: 'statefulset', namespace: 'default', name: 'web' },
    { kind: 'statefulset', namespace: 'default', name: 'web', ordinal: -1 },
    { kind: 'statefulset', namespace: 'default', name: 'web', ordinal: 1.5 },
    { kind: 'statefulset', namespace: 'default', name: 'web', ordinal: NaN },
  ])('refuses what would read back as something else: %j', (which) => {
    expect(toHolder(which)).toBeUndefined();
  });
});

describe('the name of a Vip or a Subnet', () => {
  it.each(['web', 'w', '0', 'web-01', 'web.example', 'a'.repeat(253)])('may be %s', (name) => {
    expect([isVipName(name), isSubnetName(name)]).toEqual([true, true]);
    expect(parseHolder(`vip/${name}`)).toBe(vipHolder(name));
  });

  it.each([
    '',
    '-web',
    'web-',
    'Web',
    'web_1',
    'web/1',
    'web@1',
    'a..b',
    '.a',
    'a.',
    'a.-b',
    'wéb',
    'a b',
    'a\n',
    'a'.repeat(254),
  ])('may not be %j', (name) => {
    expect([isVipName(name), isSubnetName(name)]).toEqual([false, false]);
  });
});
