import { parseAddress, parseMac } from '@holdfast/ipam';
import { readJson, refusedField } from '../testing';

const place = { subnet: 'ovn-default', holder: 'pod/default/web-0' };

describe('ReserveAddress', () => {
  it('needs a subnet and a holder', () => {
    expect(readJson('ReserveAddress', place).meaning).toEqual({
      command: { type: 'ReserveAddress', ...place },
    });
  });

  it('takes addresses, a MAC and families', () => {
    const requested = {
      v4: '10.16.0.5',
      v6: 'FD00::5',
      mac: '02-5A-0A-10-00-05',
      families: ['IPV4', 'IPV6'],
    };
    expect(readJson('ReserveAddress', { ...place, ...requested }).meaning?.command).toEqual({
      type: 'ReserveAddress',
      ...place,
      v4: parseAddress('10.16.0.5'),
      v6: parseAddress('fd00::5'),
      mac: parseMac('02:5a:0a:10:00:05'),
      families: [4, 6],
    });
    expect(readJson('ReserveAddress', { ...place, families: ['IPV6'] }).meaning?.command.families).toEqual([
      6,
    ]);
  });

  it('takes a pool, and what the holder had before', () => {
    const requested = { pool: 'mail', prefersFormer: true };
    expect(readJson('ReserveAddress', { ...place, ...requested }).meaning?.command).toMatchObject(requested);
  });

  it('takes who is to use it, in the same decision', () => {
    const user = { object: 'pod/default/web-0', uid: '0f4c-2f5e', node: 'n1', resourceVersion: '4711' };
    expect(
      readJson('ReserveAddress', { ...place, user: { ...user, migrates: true } }).meaning?.command,
    ).toEqual({ type: 'ReserveAddress', ...place, user, migrates: true });
    const { command } = readJson('MoveAddress', { ...place, port: 'web-0.default', user }).meaning ?? {};
    expect(command).toEqual({
      ...{ type: 'MoveAddress', ...place },
      ...{ port: 'web-0.default', portSecurity: false, user },
    });
  });

  it.each(['node/n1', 'statefulset/default/web/0', 'octavia/p-7/lb:1@eth1', 'pod/default/web-0@net1'])(
    'takes the holder %s',
    (holder) => {
      expect(readJson('ReserveAddress', { ...place, holder }).meaning?.command.holder).toBe(holder);
    },
  );

  it.each([
    [{ subnet: '' }, 'subnet'],
    [{ subnet: 'A' }, 'subnet'],
    [{ holder: '' }, 'holder'],
    [{ holder: 'web-0' }, 'holder'],
    [{ holder: 'pod/web-0' }, 'holder'],
    [{ holder: 'pod/default/web-0@a@b' }, 'holder'],
    [{ holder: 'statefulset/default/web/00' }, 'holder'],
    [{ holder: 'vip/web' }, 'holder'],
    [{ v4: '010.16.0.5' }, 'v4'],
    [{ v4: 'fd00::5' }, 'v4'],
    [{ v4: 168820741 }, 'v4'],
    [{ v6: '10.16.0.5' }, 'v6'],
    [{ v6: 'fe80::1%eth0' }, 'v6'],
    [{ mac: '01:00:5e:00:00:01' }, 'mac'],
    [{ mac: '00:00:00:00:00:00' }, 'mac'],
    [{ mac: '025a0a100005' }, 'mac'],
    [{ pool: 'a/b' }, 'pool'],
    [{ user: { object: 'pod/default/web-0' } }, 'user.uid'],
    [{ user: { object: 'web-0', uid: 'u1' } }, 'user.object'],
    [{ user: { object: 'pod/default/web-0', uid: 'u1', port: 'p' } }, 'user.port'],
    [{ prefersFormer: 'yes' }, 'prefers_former'],
    [{ families: ['IPV5'] }, 'families[0]'],
    [{ families: ['IP_FAMILY_UNSPECIFIED'] }, 'families[0]'],
    [{ families: [9] }, 'families[0]'],
    [{ families: ['IPV4', 'IPV4', 'IPV6'] }, 'families'],
    [{ families: ['IPV6'], v4: '10.16.0.5' }, 'families'],
    [{ families: ['IPV4'], v6: 'fd00::5' }, 'families'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('ReserveAddress', { ...place, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('MoveAddress', () => {
  it('takes what is to be had instead', () => {
    expect(readJson('MoveAddress', { ...place, v6: 'fd00::7' }).meaning?.command).toEqual({
      type: 'MoveAddress',
      ...place,
      v6: parseAddress('fd00::7'),
    });
  });

  it.each([
    [{}, 'v4'],
    [{ v4: 'x' }, 'v4'],
    [{ v6: 'x' }, 'v6'],
    [{ mac: 'x' }, 'mac'],
    [{ v4: '10.16.0.5', holder: 'vip/web' }, 'holder'],
    [{ v4: '10.16.0.5', subnet: '' }, 'subnet'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('MoveAddress', { ...place, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('ReleaseAddress', () => {
  it('takes a reason, or none', () => {
    expect(readJson('ReleaseAddress', { ...place, reason: 'gone\n\tfor good: ü' }).meaning?.command).toEqual({
      type: 'ReleaseAddress',
      ...place,
      reason: 'gone\n\tfor good: ü',
    });
    expect(readJson('ReleaseAddress', place).meaning?.command.reason).toBe('');
  });

  it.each([
    [{ reason: 'x'.repeat(1025) }, 'reason'],
    [{ reason: '\u001b[31mred' }, 'reason'],
    [{ reason: 7 }, 'reason'],
    [{ holder: 'vip/web' }, 'holder'],
    [{ subnet: 'a b' }, 'subnet'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('ReleaseAddress', { ...place, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});
