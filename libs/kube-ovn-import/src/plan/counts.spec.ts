// Kube-OVN's figures against its objects (D10, D30 of its field catalogue), and the difference of ranges and addresses.
import fc from 'fast-check';
import { FINALIZER } from '@holdfast/kube-api';
import { countConflicts } from './counts';
import { isHeldBack } from './held-back';
import { difference } from './range-difference';
import { cluster, ip, pod, subnetObject, vipUsedBy, vip } from '../testing/kube-ovn-objects';
import { conflictsOf, planOf } from '../testing/plan-text';

const figures = (status: object) => [
  subnetObject(
    'ovn-default',
    '10.16.0.0/16',
    { gateway: '10.16.0.1', excludeIps: ['10.16.0.1', '10.16.0.9'] },
    { ...status },
  ),
];
const objects = {
  pods: [pod('a', '10.16.0.5')],
  ips: [ip('a.default', '10.16.0.5')],
  vips: [vip('free', '10.16.0.6')],
};

describe('the counts of a Subnet', () => {
  it('are no conflict when they are what the objects say', () => {
    const status = {
      v4usingIPs: 2,
      v4usingIPrange: '10.16.0.5-10.16.0.6',
      v6usingIPs: 0,
      v6usingIPrange: '',
    };
    expect(conflictsOf(planOf(cluster({ ...objects, subnets: figures(status) })))).toEqual([]);
  });

  it('are not those of Kube-OVN where the control plane has taken the Subnet over', () => {
    const [taken] = figures({ v4usingIPs: 7 });
    if (!taken) throw new Error('there is one');
    const metadata = { ...taken.metadata, finalizers: [FINALIZER] };
    expect(conflictsOf(planOf(cluster({ ...objects, subnets: [{ ...taken, metadata }] })))).toEqual([]);
  });

  it('are not asked for in a Subnet that has none yet', () => {
    expect(conflictsOf(planOf(cluster({ ...objects, subnets: figures({}) })))).toEqual([]);
  });

  it.each([
    ['another number', { v4usingIPs: 3 }, 'it counts 3 in use, and there are 1 IP resources and 1 Vips'],
    [
      'D10: an address in memory that no object names',
      { v4usingIPrange: '10.16.0.5..10.16.0.8' },
      'its memory has 10.16.0.7..10.16.0.8 in use, and no object says by whom',
    ],
    [
      'an address that it has forgotten',
      { v4usingIPrange: '10.16.0.5' },
      'its memory has 10.16.0.6 free, and objects say who has it',
    ],
    [
      'a range that nobody can read',
      { v4usingIPrange: '10.16' },
      'its range of used addresses cannot be read: 10.16',
    ],
  ])('tell of %s', (_, status, evidence) => {
    const { conflicts, steps } = planOf(cluster({ ...objects, subnets: figures(status) }));
    expect(conflicts.map(({ code, parties }) => [code, parties[0]?.evidence])).toEqual([
      ['CountsDiffer', [evidence]],
    ]);
    expect(steps.filter(({ command }) => !('holder' in command && isHeldBack(command.holder)))).toHaveLength(
      4,
    );
  });

  it('may leave out what a Pod has from a Vip (D7), and count it once', () => {
    const used = {
      pods: [pod('a', '10.16.0.5', { 'ovn.kubernetes.io/vip': 'web' })],
      ips: [ip('a.default', '10.16.0.5')],
      vips: [vip('web', '10.16.0.5', {}, {}, vipUsedBy('a.default'))],
    };
    const status = { v4usingIPs: 1, v4usingIPrange: '' };
    expect(conflictsOf(planOf(cluster({ ...used, subnets: figures(status) })))).toEqual([]);
  });

  it('leave out IP resources of excluded addresses', () => {
    const excluded = { ips: [ip('a.default', '10.16.0.9')], pods: [pod('a', '10.16.0.9')] };
    expect(conflictsOf(planOf(cluster({ ...excluded, subnets: figures({ v4usingIPs: 0 }) })))).toEqual([]);
  });

  it('are compared by objects in a Subnet of both families (D30: one number for both)', () => {
    const dual = subnetObject('ovn-default', '10.16.0.0/16,fd00::/64', {}, { v4usingIPs: 1, v6usingIPs: 1 });
    const plan = cluster({
      subnets: [dual],
      pods: [pod('a', '10.16.0.5')],
      ips: [ip('a.default', '10.16.0.5')],
    });
    expect(countConflicts(plan, { claims: [], isOfUsedVip: () => false }).conflicts).toEqual([]);
  });
});

describe('difference', () => {
  it('is that of the sets', () => {
    const bounds = fc.tuple(fc.nat(60), fc.nat(5));
    fc.assert(
      fc.property(
        fc.array(bounds, { maxLength: 6 }),
        fc.array(fc.nat(70), { maxLength: 30 }),
        (runs, addresses) => {
          let from = 0;
          const ranges = runs.map(([gap, length]) => {
            const first = from + gap;
            from = first + length + 1;
            return { first, last: first + length };
          });
          const inRanges = ranges.flatMap(({ first, last }) =>
            Array.from({ length: last - first + 1 }, (_, at) => first + at),
          );
          const { unnamed, unknown } = difference(ranges, addresses);
          const left = unnamed.flatMap(({ first, last }) =>
            Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => Number(first) + at),
          );
          expect(left).toEqual(inRanges.filter((it) => !addresses.includes(it)));
          expect(unknown).toEqual(
            [...new Set(addresses)].filter((it) => !inRanges.includes(it)).sort((a, b) => a - b),
          );
        },
      ),
    );
  });
});
