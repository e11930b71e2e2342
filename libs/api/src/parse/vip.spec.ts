import { parseAddress, parseMac } from '@holdfast/ipam';
import { readJson, refusedField } from '../testing';

const place = { name: 'vip-aap', subnet: 'ovn-default' };

describe('ReserveVip', () => {
  it('needs a name and a subnet', () => {
    expect(readJson('ReserveVip', place).meaning).toEqual({
      command: { type: 'ReserveVip', ...place, vipType: '', selector: [] },
    });
  });

  it('takes what it is for, the selector as it was written', () => {
    const request = {
      ...place,
      v4: '10.16.0.121',
      mac: '02:5a:0a:10:00:79',
      families: ['IPV4'],
      type: 'switch_lb_vip',
      namespace: 'default',
      selector: ['app: aap1', 'tier in (a, b),!old'],
      note: 'keepalived',
    };
    expect(readJson('ReserveVip', request).meaning?.command).toEqual({
      type: 'ReserveVip',
      ...place,
      v4: parseAddress('10.16.0.121'),
      mac: parseMac('02:5a:0a:10:00:79'),
      families: [4],
      vipType: 'switch_lb_vip',
      namespace: 'default',
      selector: ['app: aap1', 'tier in (a, b),!old'],
      note: 'keepalived',
    });
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: 'a_b' }, 'name'],
    [{ subnet: '' }, 'subnet'],
    [{ v4: 'x' }, 'v4'],
    [{ v6: 'x' }, 'v6'],
    [{ mac: 'x' }, 'mac'],
    [{ families: ['IPV6'], v4: '10.16.0.5' }, 'families'],
    [{ type: 'floating' }, 'type'],
    [{ namespace: 'Not.Rfc1123' }, 'namespace'],
    [{ selector: ['app: aap1', 'app aap1'] }, 'selector[1]'],
    [{ selector: [''] }, 'selector[0]'],
    [{ selector: Array<string>(65).fill('app: aap1') }, 'selector'],
    [{ selector: [`app in (${'web,'.repeat(300)}web)`] }, 'selector[0]'],
    [{ selector: 'app: aap1' }, 'selector'],
    [{ note: 'x'.repeat(1025) }, 'note'],
    [{ note: 'bell\u0007' }, 'note'],
    [{ claim: 1 }, 'claim'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('ReserveVip', { ...place, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('ReviseVip', () => {
  it('sets the whole purpose and the addresses that are given', () => {
    const request = { name: 'vip-aap', v6: 'fd00::9', selector: ['app'] };
    expect(readJson('ReviseVip', request).meaning?.command).toEqual({
      type: 'ReviseVip',
      name: 'vip-aap',
      v6: parseAddress('fd00::9'),
      vipType: '',
      selector: ['app'],
    });
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ subnet: 'other' }, 'subnet'],
    [{ v4: 'x' }, 'v4'],
    [{ selector: ['!'] }, 'selector[0]'],
    [{ type: 'x' }, 'type'],
    [{ namespace: '-' }, 'namespace'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('ReviseVip', { name: 'vip-aap', ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('GrantVipParent and WithdrawVipParent', () => {
  const parent = { name: 'vip-aap', port: 'lb/amphora-1' };
  const grant = { vip: 'vip-aap', port: 'lb/amphora-1', grantor: 'explicit' };

  it('name a port, which callers grant by name and never by labels', () => {
    expect(readJson('GrantVipParent', parent).meaning?.command).toEqual({ type: 'GrantParent', ...grant });
    expect(readJson('WithdrawVipParent', { ...parent, reason: 'gone' }).meaning?.command).toEqual({
      type: 'WithdrawParent',
      ...grant,
      reason: 'gone',
    });
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ port: '' }, 'port'],
    [{ port: 'a,b' }, 'port'],
    [{ port: 'a b' }, 'port'],
    [{ port: 'a\nb' }, 'port'],
    [{ port: '"a"' }, 'port'],
    [{ port: '..' }, 'port'],
    [{ port: 'x'.repeat(256) }, 'port'],
    [{ grantor: 'selector' }, 'grantor'],
  ])('refuse %j', (patch, field) => {
    expect(refusedField('GrantVipParent', { ...parent, ...patch })).toBe(`InvalidArgument ${field}`);
    expect(refusedField('WithdrawVipParent', { ...parent, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('ReleaseVip', () => {
  it('takes a name and a reason', () => {
    expect(readJson('ReleaseVip', { name: 'vip-aap', reason: 'done' }).meaning?.command).toEqual({
      type: 'ReleaseVip',
      name: 'vip-aap',
      reason: 'done',
    });
    expect(refusedField('ReleaseVip', { reason: 'done' })).toBe('InvalidArgument name');
    expect(refusedField('ReleaseVip', { name: 'a', reason: '\u0000' })).toBe('InvalidArgument reason');
  });
});
