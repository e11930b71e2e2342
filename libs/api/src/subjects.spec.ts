import * as fc from 'fast-check';
import { eventSubject, subjectToken } from './subjects';

describe('subjects of events', () => {
  it.each([
    ['subnet', 'ovn-default', 'AddressReserved', 'holdfast.v1.events.subnet.ovn-default.AddressReserved'],
    ['subnet', 'a.b-c', 'SubnetDefined', 'holdfast.v1.events.subnet.a_b-c.SubnetDefined'],
    ['vip', 'web.example', 'VipNameClaimed', 'holdfast.v1.events.vip.web_example.VipNameClaimed'],
    ['vip', 'ü > *', 'X', 'holdfast.v1.events.vip.%C3%BC%20%3E%20%2A.X'],
  ])('%s %s %s', (category, id, type, subject) => {
    expect(eventSubject({ category, id, type })).toBe(subject);
  });

  it('makes one safe token of any text, no two alike', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((it) => it.isWellFormed());
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(subjectToken(a)).toMatch(/^[A-Za-z0-9_%-]+$/);
        expect(subjectToken(a) === subjectToken(b)).toBe(a === b);
      }),
    );
    expect(subjectToken('a_b')).not.toBe(subjectToken('a.b'));
  });
});
