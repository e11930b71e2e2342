import { parseRange } from '@holdfast/ipam';
import { readJson, refusedField } from '../testing';

const place = { subnet: 'ovn-default', name: 'mail' };
const pool = { ...place, ranges: ['10.16.9.0..10.16.9.9', 'fd00::/120'], namespaces: ['mail', 'mail-test'] };

describe('DefinePool', () => {
  it('takes ranges and namespaces', () => {
    expect(readJson('DefinePool', pool).meaning?.command).toEqual({
      type: 'DefinePool',
      ...place,
      ranges: pool.ranges.map(parseRange),
      namespaces: pool.namespaces,
    });
    expect(readJson('DefinePool', { ...pool, namespaces: [] }).meaning?.command.namespaces).toEqual([]);
  });

  it.each([
    [{ subnet: '' }, 'subnet'],
    [{ name: '' }, 'name'],
    [{ name: 'a/b' }, 'name'],
    [{ ranges: [] }, 'ranges'],
    [{ ranges: ['10.16.0.9..10.16.0.2'] }, 'ranges[0]'],
    [{ ranges: Array<string>(65).fill('10.16.0.2') }, 'ranges'],
    [{ namespaces: ['a', 'B'] }, 'namespaces[1]'],
    [{ namespaces: Array<string>(257).fill('a') }, 'namespaces'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('DefinePool', { ...pool, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('RetirePool', () => {
  it('needs a subnet and a name', () => {
    expect(readJson('RetirePool', place).meaning?.command).toEqual({ type: 'RetirePool', ...place });
    expect(refusedField('RetirePool', { subnet: 'a' })).toBe('InvalidArgument name');
    expect(refusedField('RetirePool', { name: 'a' })).toBe('InvalidArgument subnet');
  });
});
