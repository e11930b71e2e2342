import { parseAddress } from '@holdfast/ipam';
import type { OperationName } from '../operations';
import { readJson, refusedField } from '../testing';
import { pageToken } from './page';

const first = { size: 100 };

describe('queries', () => {
  it.each<[OperationName, object, object]>([
    ['GetSubnet', { name: 'a' }, { name: 'a' }],
    ['GetSubnet', { name: 'a', atLeastPosition: '42' }, { name: 'a', atLeastPosition: '42' }],
    ['GetSubnet', { name: 'a', atLeastPosition: '42/41' }, { name: 'a', atLeastPosition: '42/41' }],
    ['ListSubnets', {}, { page: first }],
    ['ListFreeAddresses', { subnet: 'a' }, { subnet: 'a', limit: 100 }],
    ['ListFreeAddresses', { subnet: 'a', family: 'IPV6', limit: 1 }, { subnet: 'a', family: 6, limit: 1 }],
    ['GetReservation', { subnet: 'a', holder: 'vip/web' }, { subnet: 'a', holder: 'vip/web' }],
    ['ListReservations', {}, { page: first }],
    [
      'ListReservations',
      { subnet: 'a', kind: 'statefulset', namespace: 'default', pageSize: 1000 },
      { subnet: 'a', kind: 'statefulset', namespace: 'default', page: { size: 1000 } },
    ],
    ['ListReservations', { kind: 'vip' }, { kind: 'vip', page: first }],
    ['ListReservations', { kind: 'octavia' }, { kind: 'octavia', page: first }],
    ['GetVip', { name: 'web' }, { name: 'web' }],
    ['ListVips', { subnet: 'a' }, { subnet: 'a', page: first }],
    ['GetRule', { subnet: 'a', name: 'http' }, { subnet: 'a', name: 'http' }],
    ['ListRules', {}, { page: first }],
    ['ListRules', { subnet: 'a', vip: 'web', pageSize: 2 }, { subnet: 'a', vip: 'web', page: { size: 2 } }],
    [
      'GetHistory',
      { address: 'FD00::1', fromTime: '1970-01-01T00:00:00.001Z', toTime: '1970-01-01T00:00:00.002Z' },
      { subject: { address: parseAddress('fd00::1') }, fromMs: 1, toMs: 2, page: first },
    ],
    [
      'GetHistory',
      { holder: 'pod/a/b', subnet: 's' },
      { subject: { holder: 'pod/a/b' }, subnet: 's', page: first },
    ],
    ['GetHistory', { vip: 'web' }, { subject: { vip: 'web' }, page: first }],
    [
      'WhoHeld',
      { address: '10.0.0.1', at: '1970-01-01T00:00:01Z', subnet: 's' },
      { address: parseAddress('10.0.0.1'), atMs: 1000, subnet: 's' },
    ],
    ['GetStatus', {}, {}],
  ])('%s %j', (name, request, query) => {
    expect(readJson(name, request)).toEqual({ meaning: { type: name, ...query } });
  });

  it.each<[OperationName, object, string]>([
    ['GetSubnet', {}, 'name'],
    ['GetSubnet', { name: 'a', atLeastPosition: 'x' }, 'at_least_position'],
    ['GetSubnet', { name: 'a', atLeastPosition: '042' }, 'at_least_position'],
    ['GetSubnet', { name: 'a', atLeastPosition: '-1' }, 'at_least_position'],
    ['GetSubnet', { name: 'a', atLeastPosition: 42 }, 'at_least_position'],
    ['ListSubnets', { pageSize: -1 }, 'page_size'],
    ['ListSubnets', { pageSize: 1001 }, 'page_size'],
    ['ListSubnets', { pageSize: 1.5 }, 'page_size'],
    ['ListFreeAddresses', { subnet: 'a', limit: 1001 }, 'limit'],
    ['ListFreeAddresses', { subnet: 'a', family: 7 }, 'family'],
    ['ListFreeAddresses', { limit: 5 }, 'subnet'],
    ['GetReservation', { subnet: 'a' }, 'holder'],
    ['ListReservations', { kind: 'Pod' }, 'kind'],
    ['ListReservations', { namespace: '/' }, 'namespace'],
    ['GetVip', {}, 'name'],
    ['ListVips', { subnet: '*' }, 'subnet'],
    ['GetPool', { name: 'mail' }, 'subnet'],
    ['GetPool', { subnet: 'a' }, 'name'],
    ['ListPools', { subnet: 'A' }, 'subnet'],
    ['GetRule', { name: 'http' }, 'subnet'],
    ['GetRule', { subnet: 'a' }, 'name'],
    ['ListRules', { vip: 'A' }, 'vip'],
    ['GetHistory', {}, 'address'],
    ['GetHistory', { address: '' }, 'address'],
    ['GetHistory', { address: '10.0.0.0/8' }, 'address'],
    ['GetHistory', { holder: 'x' }, 'holder'],
    ['GetHistory', { vip: '' }, 'vip'],
    ['GetHistory', { vip: 'a', address: '10.0.0.1' }, 'address'],
    ['GetHistory', { vip: 'a', fromTime: '2026-01-02T00:00:00Z', toTime: '2026-01-02T00:00:00Z' }, 'to_time'],
    ['WhoHeld', { address: '10.0.0.1' }, 'at'],
    ['WhoHeld', { at: '2026-01-02T00:00:00Z' }, 'address'],
    ['GetStatus', { verbose: true }, 'verbose'],
  ])('%s refuses %j', (name, request, field) => {
    expect(refusedField(name, request)).toBe(`InvalidArgument ${field}`);
  });
});

describe('page tokens', () => {
  it('carry the last key of the page before', () => {
    const token = pageToken('ListReservations', ['ovn-default', 'pod/default/ü']);
    expect(readJson('ListReservations', { pageToken: token, pageSize: 5 }).meaning?.page).toEqual({
      size: 5,
      after: ['ovn-default', 'pod/default/ü'],
    });
    expect(pageToken('ListReservations', undefined)).toBe('');
  });

  it.each([
    ['of another list', pageToken('ListVips', ['a'])],
    ['of nowhere', 'nonsense'],
    ['of no strings', Buffer.from('["ListReservations",1]').toString('base64url')],
    ['of no list', Buffer.from('{"a":1}').toString('base64url')],
    ['without a key', Buffer.from('["ListReservations"]').toString('base64url')],
    ['too long', pageToken('ListReservations', ['x'.repeat(2000)])],
  ])('%s are refused', (_, token) => {
    expect(refusedField('ListReservations', { pageToken: token })).toBe('InvalidArgument page_token');
  });
});
