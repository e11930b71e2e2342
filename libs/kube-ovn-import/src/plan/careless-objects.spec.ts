// Objects as people and old versions leave them: each becomes what it means, or a conflict; never an exception, and never
// an address that the next who comes could get.
import type { KubernetesObject } from '@holdfast/kube-api';
import type { ClusterObjects } from '../cluster/cluster-objects';
import { kubeOvnRuns } from '../cluster/kube-ovn-controller';
import {
  cluster,
  ip,
  MAC,
  customObject,
  ofSet,
  ownedBy,
  pod,
  statefulSet,
  subnetObject,
  vipUsedBy,
  vip,
} from '../testing/kube-ovn-objects';
import { conflictsOf, isNotHeldBack, planOf, planSteps, withoutHolder } from '../testing/plan-text';

type Objects = Partial<ClusterObjects>;
const OVN = 'ovn.kubernetes.io';
const DUAL = [subnetObject('ovn-default', '10.16.0.0/16,fd00::/64', { gateway: '10.16.0.1,fd00::1' })];
const bare = (kind: string, name: string, rest: object = {}) =>
  customObject('kubeovn.io/v1', kind, { name }, rest);
const nad = (provider: string, v4: string, at: number) => ({
  [`${provider}.kubernetes.io/allocated`]: 'true',
  [`${provider}.kubernetes.io/logical_switch`]: 'ovn-default',
  [`${provider}.kubernetes.io/ip_address`]: v4,
  [`${provider}.kubernetes.io/mac_address`]: MAC(at),
});

/** What is careless, the objects, the conflicts, and what is recorded besides the Subnet and what is held back. */
const CASES: readonly (readonly [string, Objects, readonly string[], readonly string[]])[] = [
  [
    'objects without spec or status',
    {
      ips: [bare('IP', 'a')],
      vips: [bare('Vip', 'v')],
      pods: [customObject('v1', 'Pod', { name: 'p', namespace: 'default' })],
    },
    ['Unreadable ips.kubeovn.io/a: ip/a, not: ip/a', 'Unreadable vips.kubeovn.io/v: vip/v, not: vip/v'],
    [],
  ],
  [
    'fields of another type',
    {
      ips: [ip('a.default', '10.16.0.5', { v4IpAddress: 5, subnet: ['x'], podName: {} })],
      vips: [vip('v', '10.16.0.6', { selector: 'app: web' })],
    },
    [
      'Unreadable ips.kubeovn.io/a.default: ip/a.default, not: ip/a.default',
      'Unreadable vips.kubeovn.io/v: vip/v, not: vip/v',
    ],
    [],
  ],
  [
    'MAC addresses in capital letters',
    {
      pods: [pod('a', '10.16.0.10', { [`${OVN}/mac_address`]: '00:00:00:0A:00:0A' })],
      ips: [ip('a.default', '10.16.0.10', { macAddress: MAC(10) })],
    },
    [],
    [
      `reserve pod/default/a 10.16.0.10 ${MAC(10)} port a.default`,
      'attach pod/default/a uid-of-pod-default-a to pod/default/a',
    ],
  ],
  [
    'a MAC that is none, and one of a group',
    {
      pods: [
        pod('a', '10.16.0.5', { [`${OVN}/mac_address`]: 'none' }),
        pod('b', '10.16.0.6', { [`${OVN}/mac_address`]: '01:00:5e:00:00:01' }),
      ],
    },
    [
      'Unreadable pods/default/a: pod/default/a, not: pod/default/a',
      'Unreadable pods/default/b: pod/default/b, not: pod/default/b',
    ],
    [],
  ],
  [
    'an address that is none beside one that is',
    { pods: [pod('a', '10.16.0.5,10.16.0.300')] },
    ['Unreadable pods/default/a: pod/default/a, not: pod/default/a'],
    [],
  ],
  [
    'IPs without Pods',
    {
      ips: [
        ip('a.default', '10.16.0.5'),
        ip('db-0.default', '10.16.0.6', { podType: 'StatefulSet' }),
        ip('db-7.default', '10.16.0.7', { podType: 'StatefulSet' }),
      ],
      statefulSets: [statefulSet('db', 1)],
    },
    [
      expect.stringMatching(/^OwnerGone ips.kubeovn.io\/a.default/),
      expect.stringMatching(/^OwnerGone ips.kubeovn.io\/db-7.default/),
    ] as unknown as string[],
    [`reserve statefulset/default/db/0 10.16.0.6 ${MAC(6)} port db-0.default`],
  ],
  [
    'IPs whose words can be nobody’s name',
    {
      ips: [
        ip('a b.default', '10.16.0.5', { podName: 'a b' }),
        ip('x/y', '10.16.0.6', { podName: '', namespace: '', nodeName: 'x/y' }),
        ip('c.default', '10.16.0.7', { podType: 'DaemonSet' }),
      ],
    },
    ['a b.default', 'x/y', 'c.default'].map(
      (name) => `Unreadable ips.kubeovn.io/${name}: ip/${name}, not: ip/${name}`,
    ),
    [],
  ],
  [
    'a Pod whose owner can be nobody’s name',
    {
      pods: [
        pod(
          'a',
          '10.16.0.5',
          {},
          { ownerReferences: ownedBy('kubevirt.io/v1', 'VirtualMachineInstance', 'a b') },
        ),
      ],
    },
    ['Unreadable pods/default/a: pods/default/a, not: pods/default/a'],
    [],
  ],
  [
    'a Pod of both families with one of them in its IP',
    {
      subnets: DUAL,
      pods: [pod('a', '10.16.0.5,fd00::5', { [`${OVN}/mac_address`]: MAC(5) })],
      ips: [ip('a.default', '10.16.0.5')],
    },
    ['EvidenceDiffers pod/default/a: pod/default/a | pod/default/a, not: pod/default/a'],
    [],
  ],
  [
    'a Pod of both families, told in one text, in another order and case',
    {
      subnets: DUAL,
      pods: [pod('a', ' FD00::5 , 10.16.0.5', { [`${OVN}/mac_address`]: MAC(5) })],
      ips: [
        ip('a.default', '10.16.0.5', { v4IpAddress: '', v6IpAddress: '', ipAddress: '10.16.0.5,fd00::5' }),
      ],
    },
    [expect.stringMatching(/^UpperCaseAddress pods/) as unknown as string],
    [
      `reserve pod/default/a 10.16.0.5 fd00::5 ${MAC(5)} port a.default`,
      'attach pod/default/a uid-of-pod-default-a to pod/default/a',
    ],
  ],
  [
    'several NICs, each a holder, one of them not OVN’s',
    {
      pods: [
        pod('a', '10.16.0.5', {
          ...nad('net1.infra.ovn', '10.16.0.6', 6),
          ...nad('macvlan.infra', '10.16.0.7', 7),
        }),
      ],
      ips: [
        ip('a.default', '10.16.0.5'),
        ip('a.default.net1.infra.ovn', '10.16.0.6'),
        ip('a.default.macvlan.infra', '10.16.0.7'),
      ],
    },
    [],
    [
      `reserve pod/default/a 10.16.0.5 ${MAC(5)} port a.default`,
      'attach pod/default/a uid-of-pod-default-a to pod/default/a',
      `reserve pod/default/a@macvlan.infra 10.16.0.7 ${MAC(7)}`,
      'attach pod/default/a uid-of-pod-default-a to pod/default/a@macvlan.infra',
      `reserve pod/default/a@net1.infra.ovn 10.16.0.6 ${MAC(6)} port a.default.net1.infra.ovn`,
      'attach pod/default/a uid-of-pod-default-a to pod/default/a@net1.infra.ovn',
    ],
  ],
  [
    'several NICs that were given one address',
    { pods: [pod('a', '10.16.0.5', nad('net1.infra.ovn', '10.16.0.5', 6))] },
    [
      'AddressTwice 10.16.0.5: pod/default/a@net1.infra.ovn | pod/default/a, not: pod/default/a@net1.infra.ovn pod/default/a',
    ],
    [],
  ],
  [
    'Vips without status, or with half of one',
    {
      vips: [
        customObject(
          'kubeovn.io/v1',
          'Vip',
          { name: 'new' },
          { spec: { subnet: 'ovn-default', v4ip: '10.16.0.5' } },
        ),
        vip('half', '10.16.0.6', {}, { mac: '' }),
      ],
    },
    [
      'VipWithoutAddress vip/new: vip/new | Kube-OVN, not: vip/new',
      'VipWithoutAddress vip/half: vip/half | Kube-OVN, not: vip/half',
    ],
    [],
  ],
  [
    'a Vip whose label names a port that a label cannot hold',
    { vips: [vip('v', '10.16.0.5', {}, {}, vipUsedBy('x.y'))] },
    ['VipUserDiffers vip/v: vip/v | nobody'],
    [`vip v 10.16.0.5 ${MAC(5)} ""`],
  ],
  [
    'an ordinal that its set would not have, and its Pod is there',
    { pods: [pod('db-9', '10.16.0.5', {}, ofSet('db'))], statefulSets: [statefulSet('db', 1)] },
    [],
    [
      `reserve statefulset/default/db/9 10.16.0.5 ${MAC(5)} port db-9.default`,
      'attach pod/default/db-9 uid-of-pod-default-db-9 to statefulset/default/db/9',
    ],
  ],
  [
    'a Subnet without a block',
    { subnets: [subnetObject('ovn-default', '')], pods: [pod('a', '10.16.0.5')] },
    [expect.stringMatching(/^Unreadable subnets/)] as unknown as string[],
    [],
  ],
];

describe('planImport takes', () => {
  it.each(CASES)('%s', (_, objects, conflicts, recorded) => {
    const plan = planOf(cluster(objects));
    expect(conflictsOf(plan)).toEqual(conflicts);
    expect(planSteps(plan).filter((step) => isNotHeldBack(step) && !step.startsWith('define'))).toEqual(
      recorded,
    );
    expect(withoutHolder(cluster(objects), plan)).toEqual([]);
  });
});

describe('Kube-OVN’s controller', () => {
  const controller = (phase: string): KubernetesObject =>
    customObject(
      'v1',
      'Pod',
      { name: 'kube-ovn-controller-1', namespace: 'kube-system', labels: { app: 'kube-ovn-controller' } },
      { status: { phase } },
    );

  it('is seen while a Pod of it runs', () => {
    expect(kubeOvnRuns(cluster({ pods: [pod('a', '10.16.0.5'), controller('Running')] }))).toMatchObject({
      code: 'KubeOvnRuns',
      message: expect.stringContaining('--replicas=0'),
    });
    expect(kubeOvnRuns(cluster({ pods: [pod('a', '10.16.0.5'), controller('Failed')] }))).toBeUndefined();
  });
});
