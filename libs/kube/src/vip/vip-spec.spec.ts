import { formatAddress, formatMac } from '@holdfast/ipam';
import type { JsonObject } from '@holdfast/kube-api';
import { readVipSpec } from './vip-spec';

/** What was read, as text. */
function texts(spec: JsonObject): object {
  const { value, rejected } = readVipSpec(spec);
  if (!value) throw new Error(rejected.message);
  const { v4, v6, mac, ...rest } = value;
  return {
    ...rest,
    ...(v4 !== undefined && { v4: formatAddress(v4) }),
    ...(v6 !== undefined && { v6: formatAddress(v6) }),
    ...(mac !== undefined && { mac: formatMac(mac) }),
  };
}

const PLAIN = { subnet: 's', purpose: { vipType: '', selector: [] }, unread: '' };

describe('readVipSpec', () => {
  it.each<[string, JsonObject, object]>([
    ['only a subnet', { subnet: 's' }, PLAIN],
    [
      'empty texts and nulls as absent',
      { subnet: ' s ', type: '', v4ip: '', v6ip: null, selector: null },
      PLAIN,
    ],
    ['an IPv4 address', { subnet: 's', v4ip: '10.0.0.9' }, { ...PLAIN, v4: '10.0.0.9' }],
    ['an IPv6 address in upper case', { subnet: 's', v6ip: 'FD00::A' }, { ...PLAIN, v6: 'fd00::a' }],
    [
      'a MAC with dashes',
      { subnet: 's', macAddress: '02-00-00-00-00-0A' },
      { ...PLAIN, mac: '02:00:00:00:00:0a' },
    ],
    [
      'a selector as it was written',
      { subnet: 's', namespace: 'n', selector: ['app: aap1', 'tier in (a, b)'] },
      { ...PLAIN, purpose: { vipType: '', namespace: 'n', selector: ['app: aap1', 'tier in (a, b)'] } },
    ],
    [
      'a type',
      { subnet: 's', type: 'switch_lb_vip' },
      { ...PLAIN, purpose: { vipType: 'switch_lb_vip', selector: [] } },
    ],
    [
      'what nobody reads, and says so',
      { subnet: 's', attachSubnets: ['t'] },
      { ...PLAIN, unread: expect.stringContaining('spec.attachSubnets') },
    ],
  ])('reads %s', (_, spec, desired) => {
    expect(texts(spec)).toEqual(desired);
  });

  it.each<[string, JsonObject, string]>([
    ['spec.subnet', {}, 'is required'],
    ['spec.subnet', { subnet: 'No Name' }, '"No Name"'],
    ['spec.subnet', { subnet: 5 }, 'is no text but 5'],
    ['spec.v4ip', { subnet: 's', v4ip: '10.0.0.01' }, 'is no IPv4 address'],
    ['spec.v4ip', { subnet: 's', v4ip: 'fd00::1' }, 'is no IPv4 address'],
    ['spec.v6ip', { subnet: 's', v6ip: '10.0.0.1' }, 'is no IPv6 address'],
    ['spec.macAddress', { subnet: 's', macAddress: '01:00:5e:00:00:01' }, 'is no unicast MAC address'],
    ['spec.type', { subnet: 's', type: 'kube_host_vlan_local' }, 'is none of "", "switch_lb_vip"'],
    ['spec.namespace', { subnet: 's', namespace: 'A_b' }, '"A_b"'],
    ['spec.selector', { subnet: 's', selector: 'app: a' }, 'is no list'],
    ['spec.selector[1]', { subnet: 's', selector: ['a: b', 7] }, 'is no text but 7'],
    ['spec.selector[0]', { subnet: 's', selector: ['a:b:c'] }, '"a:b:c"'],
    ['spec.attachSubnets', { subnet: 's', attachSubnets: {} }, 'is no list'],
  ])('refuses by the name of %s: %j', (field, spec, said) => {
    const { rejected } = readVipSpec(spec);
    expect(rejected).toMatchObject({ code: 'InvalidArgument', facts: { field } });
    expect(rejected?.message).toContain(said);
  });

  it('repeats only so much of what somebody wrote', () => {
    const { rejected } = readVipSpec({ subnet: 's', v4ip: 'x'.repeat(10_000) });
    expect(rejected?.message.length).toBeLessThan(200);
  });
});
