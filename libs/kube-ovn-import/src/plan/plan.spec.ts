// What is recorded of an orderly cluster, and that it is so already when it is looked at again.
import type { LedgerContents } from './ledger-contents';
import {
  cluster,
  ip,
  MAC,
  machine,
  node,
  customObject,
  ofMachine,
  ofSet,
  ownedBy,
  pod,
  pool,
  statefulSet,
  subnetObject,
  vipUsedBy,
  vip,
} from '../testing/kube-ovn-objects';
import { conflictsOf, planOf, planSteps } from '../testing/plan-text';

const DEFINED = 'define ovn-default 10.16.0.0/16 gw 10.16.0.1 not 10.16.0.1 on ovn-cluster';

/** Of a cluster with one Subnet: what else is recorded, if there is no conflict. */
function recorded(objects: Parameters<typeof cluster>[0]): string[] {
  const plan = planOf(cluster(objects));
  expect(conflictsOf(plan)).toEqual([]);
  const [first, ...rest] = planSteps(plan);
  expect(first).toBe(DEFINED);
  return rest;
}

describe('planImport records', () => {
  it('a Subnet with its blocks, gateways, exclusions and router', () => {
    const dual = subnetObject('dual', '10.20.0.0/24,fd00::/64', {
      gateway: '10.20.0.254,fd00::1',
      excludeIps: ['10.20.0.1..10.20.0.9', '10.20.0.254', 'fd00::1'],
      vpc: 'tenant',
    });
    const underlay = subnetObject('underlay', '192.168.0.0/24', { vlan: 'vlan1', provider: 'ovn' });
    expect(planSteps(planOf(cluster({ subnets: [dual, underlay] })))).toEqual([
      'define dual 10.20.0.0/24 fd00::/64 gw 10.20.0.254 gw fd00::1 not 10.20.0.1..10.20.0.9 not 10.20.0.254 not fd00::1 on tenant',
      'define underlay 192.168.0.0/24 gw 192.168.0.1',
    ]);
  });

  it('an IPPool', () => {
    const pools = [
      pool('db', { ips: ['10.16.1.0/24', '10.16.2.5', '10.16.3.1..10.16.3.9'], namespaces: ['prod'] }),
    ];
    expect(recorded({ pools })).toEqual([
      'pool db 10.16.1.0/24 10.16.2.5 10.16.3.1..10.16.3.9 for prod'.replace(
        '10.16.1.0/24',
        '10.16.1.0..10.16.1.255',
      ),
    ]);
  });

  it('an ordinary Pod, by its annotations and its IP resource, as the user', () => {
    expect(recorded({ pods: [pod('web', '10.16.0.5')], ips: [ip('web.default', '10.16.0.5')] })).toEqual([
      `reserve pod/default/web 10.16.0.5 ${MAC(5)} port web.default`,
      'attach pod/default/web uid-of-pod-default-web to pod/default/web',
    ]);
  });

  it('a Pod without an IP resource, and one of both families', () => {
    const annotations = {
      'ovn.kubernetes.io/ip_address': '10.16.0.5,fd00::5',
      'ovn.kubernetes.io/port_security': 'true',
    };
    const plan = planOf(
      cluster({
        subnets: [subnetObject('ovn-default', '10.16.0.0/16,fd00::/64')],
        pods: [pod('web', '10.16.0.5', annotations)],
      }),
    );
    expect(planSteps(plan)[1]).toBe(`reserve pod/default/web 10.16.0.5 fd00::5 ${MAC(5)} port web.default`);
    expect(plan.steps[1]?.command).toMatchObject({ families: [4, 6], portSecurity: true });
  });

  it('every NIC of a Pod as a holder of its own, and only the address where OVN has no port', () => {
    const nic = (provider: string, v4: string, mac: string) => ({
      [`${provider}.kubernetes.io/allocated`]: 'true',
      [`${provider}.kubernetes.io/logical_switch`]: 'ovn-default',
      [`${provider}.kubernetes.io/ip_address`]: v4,
      [`${provider}.kubernetes.io/mac_address`]: mac,
    });
    const annotations = {
      ...nic('net1.infra.ovn', '10.16.0.6', MAC(6)),
      ...nic('mac.infra', '10.16.0.7', MAC(7)),
    };
    expect(
      recorded({
        pods: [pod('web', '10.16.0.5', annotations)],
        ips: [ip('web.default.net1.infra.ovn', '10.16.0.6')],
      }),
    ).toEqual([
      `reserve pod/default/web 10.16.0.5 ${MAC(5)} port web.default`,
      'attach pod/default/web uid-of-pod-default-web to pod/default/web',
      `reserve pod/default/web@mac.infra 10.16.0.7 ${MAC(7)}`,
      'attach pod/default/web uid-of-pod-default-web to pod/default/web@mac.infra',
      `reserve pod/default/web@net1.infra.ovn 10.16.0.6 ${MAC(6)} port web.default.net1.infra.ovn`,
      'attach pod/default/web uid-of-pod-default-web to pod/default/web@net1.infra.ovn',
    ]);
  });

  it('the ordinals of a StatefulSet, with and without a Pod', () => {
    const ips = [0, 1].map((at) => ip(`db-${at}.default`, `10.16.0.${at + 10}`, { podType: 'StatefulSet' }));
    expect(
      recorded({
        statefulSets: [statefulSet('db', 2)],
        pods: [pod('db-0', '10.16.0.10', {}, ofSet('db'))],
        ips,
      }),
    ).toEqual([
      `reserve statefulset/default/db/0 10.16.0.10 ${MAC(10)} port db-0.default`,
      'attach pod/default/db-0 uid-of-pod-default-db-0 to statefulset/default/db/0',
      `reserve statefulset/default/db/1 10.16.0.11 ${MAC(11)} port db-1.default`,
    ]);
  });

  it('an ordinal without a Pod with the port security that its next Pod will ask for', () => {
    const annotations = { 'ovn.kubernetes.io/port_security': 'true' };
    const set = statefulSet('db', 1);
    const secured = { ...set, spec: { ...set.spec, template: { metadata: { annotations } } } };
    const ips = [ip('db-0.default', '10.16.0.10', { podType: 'StatefulSet' })];
    const { steps } = planOf(cluster({ statefulSets: [secured], ips }));
    expect(steps[1]?.command).toMatchObject({ holder: 'statefulset/default/db/0', portSecurity: true });
  });

  it("the ordinals of OpenKruise's StatefulSets, whom Kube-OVN takes for ordinary Pods", () => {
    const owned = { ownerReferences: ownedBy('apps.kruise.io/v1beta1', 'StatefulSet', 'db') };
    const ips = [0, 1].map((at) => ip(`db-${at}.default`, `10.16.0.${at + 10}`));
    expect(
      recorded({ statefulSets: [statefulSet('db', 2)], pods: [pod('db-0', '10.16.0.10', {}, owned)], ips }),
    ).toEqual([
      `reserve statefulset/default/db/0 10.16.0.10 ${MAC(10)} port db-0.default`,
      'attach pod/default/db-0 uid-of-pod-default-db-0 to statefulset/default/db/0',
      `reserve statefulset/default/db/1 10.16.0.11 ${MAC(11)} port db-1.default`,
    ]);
  });

  it('virtual machines: running, and stopped', () => {
    const ips = ['vm-a', 'vm-b'].map((name, at) =>
      ip(`${name}.default`, `10.16.0.${at + 20}`, { podType: 'VirtualMachine' }),
    );
    const pods = [pod('virt-launcher-vm-a-x', '10.16.0.20', {}, ofMachine('vm-a'))];
    expect(recorded({ machines: [machine('vm-a'), machine('vm-b')], pods, ips })).toEqual([
      `reserve vm/default/vm-a 10.16.0.20 ${MAC(20)} port vm-a.default`,
      'attach pod/default/virt-launcher-vm-a-x uid-of-pod-default-virt-launcher-vm-a-x to vm/default/vm-a',
      `reserve vm/default/vm-b 10.16.0.21 ${MAC(21)} port vm-b.default`,
    ]);
  });

  it('both Pods of a live migration, the one that packets go to first', () => {
    const target = { ...ofMachine('vm-a'), labels: { 'kubevirt.io/migrationJobUID': 'm1' } };
    const pods = [
      pod('target', '10.16.0.20', {}, target),
      pod('source', '10.16.0.20', {}, ofMachine('vm-a')),
    ];
    expect(recorded({ machines: [machine('vm-a')], pods }).slice(1)).toEqual([
      'attach pod/default/source uid-of-pod-default-source to vm/default/vm-a',
      'attach pod/default/target uid-of-pod-default-target to vm/default/vm-a migrating',
    ]);
  });

  it('a Vip with its addresses, MAC, type, namespace and selector', () => {
    const vips = [
      vip('aap', '10.16.0.100', { namespace: 'default', selector: ['app: aap'] }),
      vip('lb', '10.16.0.101', { type: 'switch_lb_vip' }),
    ];
    expect(recorded({ vips })).toEqual([
      `vip aap 10.16.0.100 ${MAC(100)} "" default app: aap`,
      `vip lb 10.16.0.101 ${MAC(101)} "switch_lb_vip"`,
    ]);
  });

  it('a Vip with the Pod that has its addresses, and for whom it is kept', () => {
    const uses = { 'ovn.kubernetes.io/vip': 'web' };
    const pods = [pod('db-0', '10.16.0.100', uses, ofSet('db'))];
    const ips = [ip('db-0.default', '10.16.0.100', { podType: 'StatefulSet' })];
    const vips = [vip('web', '10.16.0.100', {}, {}, vipUsedBy('db-0.default'))];
    expect(recorded({ pods, ips, vips, statefulSets: [statefulSet('db', 1)] })).toEqual([
      `vip web 10.16.0.100 ${MAC(100)} ""`,
      'attach pod/default/db-0 uid-of-pod-default-db-0 to vip/web for statefulset/default/db/0',
    ]);
  });

  it('a Vip that is kept for an ordinal without a Pod, and not the ordinal itself', () => {
    const ips = [ip('db-0.default', '10.16.0.100', { podType: 'StatefulSet' })];
    const vips = [vip('web', '10.16.0.100', {}, {}, vipUsedBy('db-0.default'))];
    const status = { v4usingIPs: 1, v4usingIPrange: '' };
    const subnets = [subnetObject('ovn-default', '10.16.0.0/16', { excludeIps: ['10.16.0.1'] }, status)];
    expect(recorded({ ips, vips, subnets, statefulSets: [statefulSet('db', 1)] })).toEqual([
      `vip web 10.16.0.100 ${MAC(100)} ""`,
      'attach ip/default/db-0.default uid-of-ip--db-0.default to vip/web for statefulset/default/db/0',
      'detach uid-of-ip--db-0.default from vip/web, its owner exists',
    ]);
  });

  it('an IP that a user reserved before its Pod was made, and to be kept', () => {
    const labels = { 'ovn.kubernetes.io/ip_reserved': 'true' };
    expect(recorded({ ips: [ip('later.default', '10.16.0.30', {}, { labels })] })).toEqual([
      `reserve pod/default/later 10.16.0.30 ${MAC(30)} port later.default`,
      'keep pod/default/later forever',
    ]);
  });

  it("nodes' addresses, and those that Kube-OVN has for itself", () => {
    const alone = { podName: '', namespace: '' };
    const ips = [
      ip('node-n1', '10.16.0.40', alone),
      ip('u2o-interconnection.ovn-cluster.ovn-default', '10.16.0.41', {
        ...{ podName: 'u2o-interconnection.ovn-cluster.ovn-default', namespace: 'default', nodeName: '' },
      }),
    ];
    const status = {
      u2oInterconnectionIP: '10.16.0.41',
      mcastQuerierIP: '10.16.0.42',
      mcastQuerierMAC: MAC(42),
    };
    const subnets = [subnetObject('ovn-default', '10.16.0.0/16', { excludeIps: ['10.16.0.1'] }, status)];
    expect(recorded({ nodes: [node('n1')], ips, subnets })).toEqual([
      `reserve kube-ovn/ovn-default/multicast-querier 10.16.0.42 ${MAC(42)}`,
      `reserve kube-ovn/ovn-default/u2o-interconnection.ovn-cluster.ovn-default 10.16.0.41 ${MAC(41)}`,
      `reserve node/n1 10.16.0.40 ${MAC(40)}`,
    ]);
  });

  it('nothing of Pods on the network of their node, that have finished, or that have no address yet', () => {
    const pods = [
      pod('host', '10.16.0.50', {}, {}, { spec: { hostNetwork: true } }),
      pod('done', '10.16.0.51', {}, {}, { status: { phase: 'Succeeded' } }),
      customObject('v1', 'Pod', { name: 'new', namespace: 'default' }),
    ];
    expect(recorded({ pods })).toEqual([]);
  });
});

describe('planImport, looking again', () => {
  const objects = cluster({
    pods: [pod('web', '10.16.0.5')],
    vips: [vip('lb', '10.16.0.101', { type: 'switch_lb_vip' })],
    pools: [pool('db', { ips: ['10.16.1.0/24'] })],
  });
  const user = { object: 'pod/default/web', uid: 'uid-of-pod-default-web', node: 'n1' };
  const ledger: LedgerContents = {
    subnets: [
      {
        ...{ name: 'ovn-default', cidrs: ['10.16.0.0/16'], gateways: ['10.16.0.1'], excluded: ['10.16.0.1'] },
        ...{ coolingMs: 0, router: 'ovn-cluster' },
        pools: [{ name: 'db', ranges: ['10.16.1.0/24'], namespaces: [] }],
      },
    ],
    reservations: [
      {
        ...{ subnet: 'ovn-default', holder: 'pod/default/web', v4: '10.16.0.5', mac: MAC(5) },
        ...{ port: 'web.default', portSecurity: false, users: [user], isForEver: false },
      },
      {
        ...{ subnet: 'ovn-default', holder: 'vip/lb', v4: '10.16.0.101', mac: MAC(101) },
        ...{ users: [], isForEver: false },
      },
    ],
    vips: [{ name: 'lb', type: 'switch_lb_vip', selector: [], note: '' }],
  };

  it('finds that all is so already', () => {
    const plan = planOf(objects, ledger);
    expect(conflictsOf(plan)).toEqual([]);
    expect(planSteps(plan)).toEqual([
      `${DEFINED} (so already)`,
      'pool db 10.16.1.0..10.16.1.255 for  (so already)',
      `reserve pod/default/web 10.16.0.5 ${MAC(5)} port web.default (so already)`,
      'attach pod/default/web uid-of-pod-default-web to pod/default/web (so already)',
      `vip lb 10.16.0.101 ${MAC(101)} "switch_lb_vip" (so already)`,
    ]);
  });

  const [reservation, ofVip] = ledger.reservations;
  if (!reservation || !ofVip) throw new Error('there are two');
  it.each<[string, LedgerContents, string]>([
    [
      'another holder of the address',
      {
        ...ledger,
        reservations: [{ ...reservation, holder: 'pod/default/other', port: undefined, users: [] }, ofVip],
      },
      'LedgerDiffers 10.16.0.5: pod/default/web | pod/default/other, not: pod/default/web',
    ],
    [
      'another holder of the MAC',
      {
        ...ledger,
        reservations: [
          { ...reservation, holder: 'node/n9', v4: '10.16.0.99', port: undefined, users: [] },
          ofVip,
        ],
      },
      'LedgerDiffers pod/default/web: pod/default/web | node/n9, not: pod/default/web',
    ],
    [
      'another address of the holder',
      { ...ledger, reservations: [{ ...reservation, v4: '10.16.0.99' }, ofVip] },
      'LedgerDiffers pod/default/web: pod/default/web | the ledger, not: pod/default/web',
    ],
    [
      'another Pod that uses it',
      {
        ...ledger,
        reservations: [{ ...reservation, users: [{ object: 'pod/default/x', uid: 'x' }] }, ofVip],
      },
      'LedgerDiffers pod/default/web: pod/default/web | the ledger, not: pod/default/web',
    ],
    [
      'a Vip of the name elsewhere',
      {
        ...ledger,
        subnets: [
          ...ledger.subnets,
          { ...(ledger.subnets[0] as (typeof ledger.subnets)[0]), name: 'b', pools: [] },
        ],
        reservations: [reservation, { ...ofVip, subnet: 'b' }],
      },
      'LedgerDiffers vip/lb: vip/lb | the ledger, not: vip/lb',
    ],
  ])('names %s in the ledger', (_, changed, conflict) => {
    expect(conflictsOf(planOf(objects, changed))).toEqual([conflict]);
  });

  it('leaves a Subnet alone that the ledger has otherwise, with all in it', () => {
    const [first] = ledger.subnets;
    if (!first) throw new Error('there is one');
    const plan = planOf(objects, { ...ledger, subnets: [{ ...first, cidrs: ['10.16.0.0/24'], pools: [] }] });
    expect(conflictsOf(plan)).toEqual([
      'LedgerDiffers subnet/ovn-default: subnet/ovn-default | the ledger, not: subnet/ovn-default',
    ]);
    expect(plan.steps).toEqual([]);
  });
});
