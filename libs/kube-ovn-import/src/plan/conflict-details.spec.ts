// What the table of conflicts (./conflicts.spec) leaves out: what is said in a conflict, and what is none.
import { cluster, ip, MAC, ofSet, pod, statefulSet, subnetObject, vip } from '../testing/kube-ovn-objects';
import { conflictsOf, planOf, planSteps } from '../testing/plan-text';

describe('planImport finds', () => {
  it('nothing against switch_lb_vips whose spec does not insist on the MAC of the router port (D4)', () => {
    const lb = { type: 'switch_lb_vip', macAddress: '' };
    const vips = [vip('a', '10.16.0.5', lb, { mac: MAC(1) }), vip('b', '10.16.0.6', lb, { mac: MAC(1) })];
    const plan = planOf(cluster({ vips }));
    expect(conflictsOf(plan)).toEqual([]);
    expect(planSteps(plan).slice(1)).toEqual([
      'vip a 10.16.0.5 "switch_lb_vip"',
      'vip b 10.16.0.6 "switch_lb_vip"',
    ]);
  });

  it('IPv6 addresses with capital letters, and records them as what they are', () => {
    const subnets = [subnetObject('ovn-default', 'fd00::/64')];
    const spec = { v4IpAddress: '', v6IpAddress: 'fd00::A', ipAddress: 'fd00::A', macAddress: MAC(5) };
    const annotations = {
      'ovn.kubernetes.io/ip_address': 'fd00::a',
      'ovn.kubernetes.io/mac_address': MAC(5),
    };
    const plan = planOf(
      cluster({ subnets, ips: [ip('a.default', '', spec)], pods: [pod('a', '10.16.0.5', annotations)] }),
    );
    expect(conflictsOf(plan)).toEqual([
      'UpperCaseAddress ips.kubeovn.io/a.default: pod/default/a | RFC 5952 section 4.3',
    ]);
    expect(planSteps(plan)[1]).toBe(`reserve pod/default/a fd00::a ${MAC(5)} port a.default`);
  });

  it('why a Vip with such an address never got it', () => {
    const vips = [vip('web', '', { v4ip: '', v6ip: 'FD00::A', macAddress: '' }, { v4ip: '', mac: '' })];
    const { conflicts } = planOf(cluster({ vips }));
    expect(conflicts.map(({ code, message }) => [code, message])).toEqual([
      ['VipWithoutAddress', expect.stringContaining('write it in lower case')],
    ]);
  });

  it('says of each party which object says what', () => {
    const { conflicts } = planOf(
      cluster({ pods: [pod('a', '10.16.0.5')], ips: [ip('a.default', '10.16.0.6')] }),
    );
    expect(conflicts[0]?.parties.map(({ evidence }) => evidence)).toEqual([
      [`pods/default/a (annotations): 10.16.0.5 ${MAC(5)} in ovn-default`],
      [`ips.kubeovn.io/a.default (spec): 10.16.0.6 ${MAC(6)} in ovn-default`],
    ]);
  });

  it('no StatefulSet to be gone whose Pod is there, whatever its size says', () => {
    const objects = {
      pods: [pod('db-5', '10.16.0.5', {}, ofSet('db'))],
      statefulSets: [statefulSet('db', 1)],
    };
    const ips = [ip('db-5.default', '10.16.0.5', { podType: 'StatefulSet' })];
    const plan = planOf(cluster({ ...objects, ips }));
    expect(conflictsOf(plan)).toEqual([]);
    expect(planSteps(plan)[1]).toContain('reserve statefulset/default/db/5 10.16.0.5');
  });
});
