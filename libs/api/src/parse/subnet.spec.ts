import { parseAddress, parseCidr, parseRange } from '@holdfast/ipam';
import { readJson, refusedField } from '../testing';

const define = { name: 'ovn-default', cidrs: ['10.16.0.0/16'] };

describe('DefineSubnet', () => {
  it('needs a name and a block', () => {
    expect(readJson('DefineSubnet', define).meaning).toEqual({
      command: { type: 'DefineSubnet', subnet: 'ovn-default', cidrs: [parseCidr('10.16.0.0/16')] },
    });
  });

  it('takes all there is to a subnet', () => {
    const all = {
      ...define,
      cidrs: ['10.16.0.9/16', 'FD00:0::/64'],
      gateways: ['10.16.0.254', 'fd00::fe'],
      excluded: ['10.16.0.2..10.16.0.9', '10.16.1.1', 'fd00::/120'],
      cooling: '1.5s',
      retention: '24h',
    };
    expect(readJson('DefineSubnet', all).meaning?.command).toEqual({
      type: 'DefineSubnet',
      subnet: 'ovn-default',
      cidrs: ['10.16.0.0/16', 'fd00::/64'].map(parseCidr),
      gateways: ['10.16.0.254', 'fd00::fe'].map(parseAddress),
      excluded: all.excluded.map(parseRange),
      coolingMs: 1500,
      retention: { keep: 'time', forMs: 24 * 3_600_000 },
    });
  });

  it('tells no gateway from a default one', () => {
    expect(readJson('DefineSubnet', { ...define, noGateway: true }).meaning?.command.gateways).toEqual([]);
    expect(readJson('DefineSubnet', { ...define, gateways: [] }).meaning?.command.gateways).toBeUndefined();
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: 'Upper' }, 'name'],
    [{ name: 'a/b' }, 'name'],
    [{ name: 'x'.repeat(254) }, 'name'],
    [{ cidrs: [] }, 'cidrs'],
    [{ cidrs: ['10.16.0.0'] }, 'cidrs[0]'],
    [{ cidrs: ['10.16.0.0/16', '10.16.0.0/33'] }, 'cidrs[1]'],
    [{ cidrs: ['10.16.0.0/16', '10.16.0.0/16', 'fd00::/64'] }, 'cidrs'],
    [{ gateways: ['10.16.0.256'] }, 'gateways[0]'],
    [{ gateways: ['10.16.0.1', '10.16.0.2', '10.16.0.3'] }, 'gateways'],
    [{ gateways: ['10.16.0.1'], noGateway: true }, 'no_gateway'],
    [{ excluded: ['10.16.0.9..10.16.0.2'] }, 'excluded[0]'],
    [{ excluded: ['10.16.0.2..fd00::2'] }, 'excluded[0]'],
    [{ excluded: Array<string>(4097).fill('10.16.0.2') }, 'excluded'],
    [{ cooling: '-1s' }, 'cooling'],
    [{ cooling: '0.0001s' }, 'cooling'],
    [{ cooling: `${366 * 24 * 3600 + 1}s` }, 'cooling'],
    [{ cooling: 'soon' }, 'cooling'],
    [{ cooling: 5 }, 'cooling'],
    [{ retention: 'never' }, 'retention'],
    [{ retention: '0s' }, 'retention'],
    [{ retention: '11y' }, 'retention'],
    [{ retention: '99999d' }, 'retention'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('DefineSubnet', { ...define, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('ReviseSubnet', () => {
  const revise = { name: 'ovn-default' };

  it('leaves alone what is left out', () => {
    expect(readJson('ReviseSubnet', revise).meaning?.command).toEqual({
      type: 'ReviseSubnet',
      subnet: 'ovn-default',
    });
  });

  it('sets what is given, and empties what is to be empty', () => {
    const request = { ...revise, cidrs: ['10.16.0.0/15'], noGateway: true, noExcluded: true, cooling: '0s' };
    expect(readJson('ReviseSubnet', request).meaning?.command).toEqual({
      type: 'ReviseSubnet',
      subnet: 'ovn-default',
      cidrs: [parseCidr('10.16.0.0/15')],
      gateways: [],
      excluded: [],
      coolingMs: 0,
    });
    const retentionOf = (more: object) =>
      readJson('ReviseSubnet', { ...revise, ...more }).meaning?.command.retention;
    expect(retentionOf({ retention: 'owner' })).toEqual({ keep: 'owner' });
    expect(retentionOf({ noRetention: true })).toBeNull();
    expect(retentionOf({})).toBeUndefined();
    expect(
      readJson('ReviseSubnet', { ...revise, excluded: ['10.16.0.2'] }).meaning?.command.excluded,
    ).toEqual([parseRange('10.16.0.2')]);
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ cidrs: ['nonsense'] }, 'cidrs[0]'],
    [{ gateways: ['10.16.0.1'], noGateway: true }, 'no_gateway'],
    [{ excluded: ['10.16.0.2'], noExcluded: true }, 'no_excluded'],
    [{ excluded: ['x'] }, 'excluded[0]'],
    [{ cooling: '367d' }, 'cooling'],
    [{ retention: 'x' }, 'retention'],
    [{ retention: 'owner', noRetention: true }, 'no_retention'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('ReviseSubnet', { ...revise, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('RetireSubnet', () => {
  it('needs a name', () => {
    expect(readJson('RetireSubnet', { name: 'a.b' }).meaning?.command).toEqual({
      type: 'RetireSubnet',
      subnet: 'a.b',
    });
    expect(refusedField('RetireSubnet', {})).toBe('InvalidArgument name');
  });
});
