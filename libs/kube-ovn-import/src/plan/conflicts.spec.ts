// Every conflict that Kube-OVN's own defects leave behind (D.. as its field catalogue counts them), each with both parties
// and with what is not recorded because of it.
import type { ClusterObjects } from '../cluster/cluster-objects';
import {
  cluster,
  ip,
  MAC,
  machine,
  node,
  customObject,
  ofMachine,
  pod,
  statefulSet,
  subnetObject,
  vipUsedBy,
  vip,
} from '../testing/kube-ovn-objects';
import { conflictsOf, isNotHeldBack, planOf, planSteps, withoutHolder } from '../testing/plan-text';

type Objects = Partial<ClusterObjects>;
const uses = (name: string): Record<string, string> => ({ 'ovn.kubernetes.io/vip': name });
const reserved = { labels: { 'ovn.kubernetes.io/ip_reserved': 'true' } };
const gone = { deletionTimestamp: '2026-11-20T08:00:00Z' };
const nowhere = { podName: '', namespace: '', nodeName: 'n9' };

/** What is wrong, the objects, the conflicts, and what is recorded besides the Subnet and what is held back. */
type Case = readonly [
  what: string,
  objects: Objects,
  conflicts: readonly string[],
  recorded: readonly string[],
];

const CASES: readonly Case[] = [
  [
    'an IP resource and a Pod of another name that have one address',
    {
      pods: [pod('a', '10.16.0.5', { 'ovn.kubernetes.io/mac_address': MAC(6) }), pod('b', '')],
      ips: [ip('b.default', '10.16.0.5')],
    },
    ['AddressTwice 10.16.0.5: pod/default/a | pod/default/b, not: pod/default/a pod/default/b'],
    [],
  ],
  [
    'a Pod whose annotation and IP resource differ',
    { pods: [pod('a', '10.16.0.5')], ips: [ip('a.default', '10.16.0.6')] },
    ['EvidenceDiffers pod/default/a: pod/default/a | pod/default/a, not: pod/default/a'],
    [],
  ],
  [
    'one MAC in two hands',
    { pods: [pod('a', '10.16.0.5'), pod('b', '10.16.0.6', { 'ovn.kubernetes.io/mac_address': MAC(5) })] },
    [`MacTwice ${MAC(5)}: pod/default/a | pod/default/b, not: pod/default/a pod/default/b`],
    [],
  ],
  [
    'an address outside of its Subnet, as after the block was changed',
    { pods: [pod('a', '10.17.0.5')] },
    ['AddressUnusable 10.17.0.5: pod/default/a | subnet/ovn-default, not: pod/default/a'],
    [],
  ],
  [
    'an address that is the gateway',
    { vips: [vip('web', '10.16.0.1')] },
    ['AddressUnusable 10.16.0.1: vip/web | subnet/ovn-default, not: vip/web'],
    [],
  ],
  [
    'an address of a family that the Subnet does not have',
    { vips: [vip('web', '10.16.0.5', {}, { v6ip: 'fd00::5' })] },
    ['AddressUnusable vip/web: vip/web | subnet/ovn-default, not: vip/web'],
    [],
  ],
  [
    'a Pod in a Subnet that is gone',
    { pods: [pod('a', '10.18.0.5', { 'ovn.kubernetes.io/logical_switch': 'gone' })] },
    ['SubnetUnknown pod/default/a: pod/default/a | subnet/gone, not: pod/default/a'],
    [],
  ],
  [
    'D1b: a Vip that has the port, and so the address, of a Pod of its name',
    { pods: [pod('web', '10.16.0.5')], vips: [vip('web', '10.16.0.5', { namespace: 'default' })] },
    [
      'AddressTwice 10.16.0.5: vip/web | pod/default/web, not: vip/web pod/default/web',
      `MacTwice ${MAC(5)}: vip/web | pod/default/web, not: vip/web pod/default/web`,
    ],
    [],
  ],
  [
    "D4: two switch_lb_vips with the MAC of the Subnet's router port",
    {
      vips: [
        vip('a', '10.16.0.5', { type: 'switch_lb_vip', macAddress: MAC(1) }, { mac: MAC(1) }),
        vip('b', '10.16.0.6', { type: 'switch_lb_vip', macAddress: MAC(1) }, { mac: MAC(1) }),
      ],
    },
    [`MacTwice ${MAC(1)}: vip/a | vip/b, not: vip/a vip/b`],
    [],
  ],
  [
    'D7: an address that a Pod has from a Vip, and another Pod from Kube-OVN, which took it for free',
    {
      vips: [vip('web', '10.16.0.5', {}, {}, vipUsedBy('a.default'))],
      pods: [
        pod('a', '10.16.0.5', uses('web')),
        pod('b', '10.16.0.5', { 'ovn.kubernetes.io/mac_address': MAC(9) }),
      ],
    },
    ['AddressTwice 10.16.0.5: vip/web | pod/default/b, not: vip/web pod/default/b'],
    [],
  ],
  [
    'D9: a Vip whose label was taken away under its user',
    { vips: [vip('web', '10.16.0.5')], pods: [pod('a', '10.16.0.5', uses('web'))] },
    ['VipUserDiffers vip/web: vip/web | pod/default/a'],
    [`vip web 10.16.0.5 ${MAC(5)} ""`, 'attach pod/default/a uid-of-pod-default-a to vip/web'],
  ],
  [
    'a Vip whose label names a port that nobody has',
    { vips: [vip('web', '10.16.0.5', {}, {}, vipUsedBy('a.default'))] },
    ['VipUserDiffers vip/web: vip/web | nobody'],
    [`vip web 10.16.0.5 ${MAC(5)} ""`],
  ],
  [
    'a Vip whose label names another port than that of its user',
    {
      vips: [vip('web', '10.16.0.5', {}, {}, vipUsedBy('b.default'))],
      pods: [pod('a', '10.16.0.5', uses('web'))],
    },
    ['VipUserDiffers vip/web: vip/web | pod/default/a, not: vip/web'],
    [],
  ],
  [
    'two Pods that have one Vip',
    {
      vips: [vip('web', '10.16.0.5', {}, {}, vipUsedBy('a.default'))],
      pods: [pod('a', '10.16.0.5', uses('web')), pod('b', '10.16.0.5', uses('web'))],
    },
    [
      'AddressTwice 10.16.0.5: vip/web | pod/default/a | pod/default/b, not: vip/web pod/default/a pod/default/b',
      `MacTwice ${MAC(5)}: vip/web | pod/default/a | pod/default/b, not: vip/web pod/default/a pod/default/b`,
    ],
    [],
  ],
  [
    'D29: a Pod whose NICs all have its Vip',
    {
      vips: [vip('web', '10.16.0.5', {}, {}, vipUsedBy('a.default'))],
      pods: [
        pod('a', '10.16.0.5', {
          ...uses('web'),
          'net1.infra.ovn.kubernetes.io/allocated': 'true',
          'net1.infra.ovn.kubernetes.io/logical_switch': 'ovn-default',
          'net1.infra.ovn.kubernetes.io/ip_address': '10.16.0.5',
          'net1.infra.ovn.kubernetes.io/mac_address': MAC(5),
        }),
      ],
    },
    [
      'AddressTwice 10.16.0.5: vip/web | pod/default/a@net1.infra.ovn, not: vip/web pod/default/a@net1.infra.ovn',
      `MacTwice ${MAC(5)}: vip/web | pod/default/a@net1.infra.ovn, not: vip/web pod/default/a@net1.infra.ovn`,
    ],
    [],
  ],
  [
    'D29: a Pod whose Vip is of another Subnet',
    {
      subnets: [subnetObject('ovn-default', '10.16.0.0/16'), subnetObject('b', '10.20.0.0/24')],
      vips: [vip('web', '10.20.0.5', { subnet: 'b' }, {}, { labels: { 'ovn.kubernetes.io/subnet': 'b' } })],
      pods: [pod('a', '10.20.0.5', uses('web'))],
    },
    ['VipUserDiffers vip/web: vip/web | pod/default/a, not: pod/default/a'],
    ['define b 10.20.0.0/24 gw 10.20.0.1 on ovn-cluster', `vip web 10.20.0.5 ${MAC(5)} ""`],
  ],
  [
    'a Pod that names a Vip which is not there',
    { pods: [pod('a', '10.16.0.5', uses('web'))] },
    ['VipUserDiffers vip/web: pod/default/a | vip/web, not: pod/default/a'],
    [],
  ],
  [
    'D11: a status that was written from the spec, with an address that a Pod has',
    { vips: [vip('web', '10.16.0.5', {}, { mac: MAC(77) })], pods: [pod('a', '10.16.0.5')] },
    ['VipEdited vip/web: vip/web | vip/web, edited, not: vip/web'],
    [
      `reserve pod/default/a 10.16.0.5 ${MAC(5)} port a.default`,
      'attach pod/default/a uid-of-pod-default-a to pod/default/a',
    ],
  ],
  [
    'D13: a Vip that is terminating for ever',
    { vips: [vip('web', '10.16.0.5', {}, {}, { ...vipUsedBy(''), ...gone })] },
    ['Leaving vip/web: vip/web | nobody, not: vip/web'],
    [],
  ],
  [
    'D14, D18: a Pod whose port name is no label, so that the Vip seems free',
    {
      vips: [vip('web', '10.16.0.5')],
      pods: [pod('a'.repeat(70), '10.16.0.5', uses('web'))],
    },
    [`VipUserDiffers vip/web: vip/web | pod/default/${'a'.repeat(70)}`],
    [
      `vip web 10.16.0.5 ${MAC(5)} ""`,
      `attach pod/default/${'a'.repeat(70)} uid-of-pod-default-${'a'.repeat(70)} to vip/web`,
    ],
  ],
  [
    'D16, D17: an IP that a user reserved, with the address of a Pod',
    {
      ips: [ip('later.default', '10.16.0.5', { macAddress: MAC(9) }, reserved)],
      pods: [pod('a', '10.16.0.5')],
    },
    ['AddressTwice 10.16.0.5: pod/default/a | pod/default/later, not: pod/default/a pod/default/later'],
    [],
  ],
  [
    'D19: a selector that Kube-OVN reads as every Pod',
    { vips: [vip('web', '10.16.0.5', { namespace: 'default', selector: ['app=>web'] })] },
    ['Unreadable vips.kubeovn.io/web: vip/web, not: vip/web'],
    [],
  ],
  [
    'D26: a Vip that never got an address, and nobody was told why',
    { vips: [vip('web', '', { macAddress: '', v4ip: '10.99.0.1' }, { v4ip: '', mac: '' })] },
    ['VipWithoutAddress vip/web: vip/web | Kube-OVN, not: vip/web'],
    [],
  ],
  [
    'D27: a Vip whose type, or Subnet, was changed afterwards',
    {
      vips: [
        vip('a', '10.16.0.5', { type: 'switch_lb_vip' }, { type: '' }),
        vip('b', '10.16.0.6', { subnet: 'other' }),
      ],
    },
    [
      'VipEdited vip/a: vip/a | vip/a, edited, not: vip/a',
      'VipEdited vip/b: vip/b | vip/b, edited, not: vip/b',
    ],
    [],
  ],
  [
    'IP resources whose Pod, ordinal, set, machine or node is gone',
    {
      statefulSets: [
        statefulSet('db', 1),
        { ...statefulSet('old', 1), metadata: { ...statefulSet('old', 1).metadata, ...gone } },
      ],
      pods: [pod('done', '10.16.0.19', {}, {}, { status: { phase: 'Failed' } })],
      ips: [
        ip('a.default', '10.16.0.10'),
        ip('db-1.default', '10.16.0.11', { podType: 'StatefulSet' }),
        ip('old-0.default', '10.16.0.12', { podType: 'StatefulSet' }),
        ip('vm.default', '10.16.0.13', { podType: 'VirtualMachine' }),
        ip('node-n9', '10.16.0.14', nowhere),
        ip('done.default', '10.16.0.19'),
      ],
    },
    [
      'OwnerGone ips.kubeovn.io/a.default: pod/default/a | nobody, not: pod/default/a',
      'OwnerGone ips.kubeovn.io/db-1.default: statefulset/default/db/1 | nobody, not: statefulset/default/db/1',
      'OwnerGone ips.kubeovn.io/old-0.default: statefulset/default/old/0 | nobody, not: statefulset/default/old/0',
      'OwnerGone ips.kubeovn.io/vm.default: vm/default/vm | nobody, not: vm/default/vm',
      'OwnerGone ips.kubeovn.io/node-n9: node/n9 | nobody, not: node/n9',
      'OwnerGone ips.kubeovn.io/done.default: pod/default/done | nobody, not: pod/default/done',
    ],
    [],
  ],
  [
    'an IP resource that is going, whose owner is there',
    { machines: [machine('vm')], ips: [ip('vm.default', '10.16.0.13', { podType: 'VirtualMachine' }, gone)] },
    ['Leaving ips.kubeovn.io/vm.default: vm/default/vm | nobody, not: vm/default/vm'],
    [],
  ],
  [
    'a Subnet that is going, with all in it, and a pool that is',
    {
      subnets: [
        {
          ...subnetObject('b', '10.20.0.0/24'),
          metadata: { name: 'b', uid: 'b', resourceVersion: '1', ...gone },
        },
        subnetObject('ovn-default', '10.16.0.0/16'),
      ],
      pools: [
        customObject(
          'kubeovn.io/v1',
          'IPPool',
          { name: 'p', ...gone },
          { spec: { subnet: 'ovn-default', ips: ['10.16.1.0/24'] } },
        ),
      ],
      pods: [pod('a', '10.20.0.5', { 'ovn.kubernetes.io/logical_switch': 'b' })],
    },
    [
      'Leaving subnet/b: subnet/b | nobody, not: subnet/b',
      'Leaving pool/ovn-default/p: pool/ovn-default/p | nobody, not: pool/ovn-default/p',
    ],
    [],
  ],
  [
    'IP resources that nobody can read',
    {
      nodes: [node('n1')],
      ips: [
        ip('a.default', 'nonsense'),
        ip('b.default', '10.16.0.5', { podName: 'other' }),
        ip('c.default', '10.16.0.6', { podType: 'DaemonSet' }),
        ip('d.default', '', { macAddress: '' }),
      ],
    },
    [
      'Unreadable ips.kubeovn.io/a.default: ip/a.default, not: ip/a.default',
      'Unreadable ips.kubeovn.io/b.default: ip/b.default, not: ip/b.default',
      'Unreadable ips.kubeovn.io/c.default: ip/c.default, not: ip/c.default',
      'Unreadable ips.kubeovn.io/d.default: ip/d.default, not: ip/d.default',
    ],
    [],
  ],
  [
    'a Pod whose annotations say no address',
    { pods: [pod('a', '10.16.0.5', { 'ovn.kubernetes.io/ip_address': '' })] },
    ['Unreadable pods/default/a: pod/default/a, not: pod/default/a'],
    [],
  ],
  [
    'two machine Pods at once, and no migration',
    { pods: [pod('p', '10.16.0.5', {}, ofMachine('vm')), pod('q', '10.16.0.5', {}, ofMachine('vm'))] },
    ['UsersDiffer vm/default/vm: pod/default/p | pod/default/q'],
    [`reserve vm/default/vm 10.16.0.5 ${MAC(5)} port vm.default`],
  ],
  [
    'two IPPools that have addresses in common',
    {
      pools: ['x', 'y'].map((name) =>
        customObject(
          'kubeovn.io/v1',
          'IPPool',
          { name },
          { spec: { subnet: 'ovn-default', ips: ['10.16.1.0/24'] } },
        ),
      ),
    },
    ['Refused pool/ovn-default/y: pool/ovn-default/y | the ledger, not: pool/ovn-default/y'],
    ['pool x 10.16.1.0..10.16.1.255 for '],
  ],
];

describe('planImport finds', () => {
  it.each(CASES)('%s', (_, objects, conflicts, recorded) => {
    const plan = planOf(cluster(objects));
    expect(conflictsOf(plan)).toEqual(conflicts);
    expect(planSteps(plan).slice(1).filter(isNotHeldBack)).toEqual(recorded);
    expect(withoutHolder(cluster(objects), plan)).toEqual([]);
  });
});
