// What is read of Pods and of who owns them: pure, and as odd as people write it.
import { parseAddress, parseMac } from '@holdfast/ipam';
import { type KubernetesObject, readRetentionRequest, trimFollowedPod } from '@holdfast/kube-api';
import { requestText, providersOf, readNicRequest } from './nic-request';
import { wantsOrdinal } from '../owner/owner-standing';
import { holderOf, type IdentityRules, ownerOfPod, portOfNic } from './pod-identity';

const NETWORKS = 'k8s.v1.cni.cncf.io/networks';
const RULES: IdentityRules = { statefulSetGroups: new Set(['apps', 'apps.kruise.io']), keepVmIp: true };

function pod(name: string, annotations: Record<string, string> = {}, owner?: object): KubernetesObject {
  const ownerReferences = owner ? [{ uid: 'o', ...owner }] : undefined;
  const metadata = {
    name,
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    annotations,
    ownerReferences,
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: metadata as KubernetesObject['metadata'] };
}

const on = (...providers: string[]): Record<string, string> =>
  Object.fromEntries(providers.map((provider) => [`${provider}.kubernetes.io/logical_switch`, 's1']));

describe('the NICs of a Pod', () => {
  it.each<[string, string[], string[]]>([
    ['', [], []],
    ['infra/net1', [], []],
    ['infra/net1', ['net1.infra.ovn'], ['net1.infra.ovn']],
    ['net1', ['net1.default.ovn'], ['net1.default.ovn']],
    [
      ' infra/net1@eth1 , net2 ',
      ['net1.infra.ovn', 'net2.default.ovn'],
      ['net1.infra.ovn', 'net2.default.ovn'],
    ],
    [
      'infra/net1@eth1,infra/net1@eth2',
      ['net1.infra.ovn.eth1', 'net1.infra.ovn.eth2'],
      ['net1.infra.ovn.eth1', 'net1.infra.ovn.eth2'],
    ],
    ['[{"name":"net1","namespace":"infra","interface":"eth1"}]', ['net1.infra.ovn'], ['net1.infra.ovn']],
    ['[{"name":"net1"}]', ['net1.default.ovn'], ['net1.default.ovn']],
    ['[]', [], []],
  ])('%s with switches of %j', (networks, switches, more) => {
    expect(providersOf(pod('a', { [NETWORKS]: networks, ...on(...switches) })).value).toEqual([
      'ovn',
      ...more,
    ]);
  });

  it.each(['a b', '/x', 'a/', '[', '[{}]', '[{"name":1}]', '[null]'])('are refused as %s', (networks) => {
    expect(providersOf(pod('a', { [NETWORKS]: networks })).rejected?.facts).toEqual({ field: NETWORKS });
  });
});

describe('the request for a NIC', () => {
  const request = (words: Record<string, string>, provider = 'ovn') => {
    const entries = Object.entries(words).map(([word, text]) => [`${provider}.kubernetes.io/${word}`, text]);
    return readNicRequest(pod('a', Object.fromEntries(entries)), provider);
  };

  it('is all that its provider’s annotations say', () => {
    const words = {
      ip_address: 'fd00::5 ,10.0.0.5',
      mac_address: '02-00-00-00-00-05',
      port_security: 'true',
    };
    const mac = parseMac('02:00:00:00:00:05');
    const read = request({ ...words, mac_address: '02:00:00:00:00:05' }, 'net1.infra.ovn').value;
    expect(read).toEqual({
      request: { v4: parseAddress('10.0.0.5'), v6: parseAddress('fd00::5'), mac },
      portSecurity: true,
    });
    expect(request({}).value).toEqual({ request: {}, portSecurity: false });
  });

  it('is another one when it says something else', () => {
    const texts: Record<string, string>[] = [
      {},
      { 'ovn.kubernetes.io/ip_address': 'x' },
      { 'ovn.kubernetes.io/mac_address': 'x' },
    ];
    expect(new Set(texts.map((annotations) => requestText(pod('a', annotations), 'ovn'))).size).toBe(3);
  });
});

describe('as whom a Pod holds', () => {
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' };
  const machine = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', name: 'db' };

  it.each<[string, object | undefined, string, string]>([
    ['a', undefined, 'pod/default/a', 'a.default'],
    ['web-0', set, 'statefulset/default/web/0', 'web-0.default'],
    [
      'web-10',
      { ...set, apiVersion: 'apps.kruise.io/v1beta1' },
      'statefulset/default/web/10',
      'web-10.default',
    ],
    ['web-x', set, 'pod/default/web-x', 'web-x.default'],
    ['web-01', set, 'pod/default/web-01', 'web-01.default'],
    ['other-0', set, 'pod/default/other-0', 'other-0.default'],
    ['web-0', { ...set, apiVersion: 'example.com/v1' }, 'pod/default/web-0', 'web-0.default'],
    ['web-0', { ...set, kind: 'ReplicaSet' }, 'pod/default/web-0', 'web-0.default'],
    ['virt-launcher-db-x', machine, 'vm/default/db', 'db.default'],
  ])('%s of %j', (name, reference, holder, port) => {
    const it = pod(name, {}, reference);
    const owner = ownerOfPod(it, RULES);
    expect([holderOf(it, owner, 'ovn'), portOfNic(it, owner, 'ovn')]).toEqual([holder, port]);
    expect(holderOf(it, owner, 'n.i.ovn')).toBe(`${holder}@n.i.ovn`);
    expect(portOfNic(it, owner, 'n.i.ovn')).toBe(`${port}.n.i.ovn`);
  });
});

describe('whether a set wants an ordinal', () => {
  const set = (spec: object): KubernetesObject => ({ ...pod('web'), spec: spec as KubernetesObject['spec'] });

  it.each<[object, number[]]>([
    [{}, [0]],
    [{ replicas: 0 }, []],
    [{ replicas: 2 }, [0, 1]],
    [{ replicas: 2, ordinals: { start: 3 } }, [3, 4]],
    [{ replicas: 2, reserveOrdinals: [0, 2] }, [1, 3]],
    [{ replicas: 2, ordinals: { start: 1 }, reserveOrdinals: ['2', 'odd'] }, [1, 3]],
  ])('%j: %j', (spec, desired) => {
    const ordinals = [0, 1, 2, 3, 4, 5].filter((ordinal) => wantsOrdinal(set(spec), ordinal));
    expect(ordinals).toEqual(desired);
  });
});

describe('the retention that is asked for', () => {
  const says = (text?: string) => pod('a', text === undefined ? {} : { 'holdfast.io/retention': text });

  it('is the Pod’s, else its owner’s, else nobody’s', () => {
    expect(readRetentionRequest(says('forever'), [says('release')]).value).toEqual({ keep: 'forever' });
    expect(readRetentionRequest(says(), [says('24h')]).value).toEqual({ keep: 'time', forMs: 86_400_000 });
    expect(readRetentionRequest(says(), []).value).toBeUndefined();
    expect(readRetentionRequest(says(' '), [says('24h')]).value).toBeNull();
    expect(readRetentionRequest(says('soon'), []).rejected?.code).toBe('InvalidArgument');
  });
});

describe('what is kept of a Pod', () => {
  it('is all that is read of it, and little', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' };
    const annotations = { [NETWORKS]: 'net1', ...on('net1.default.ovn'), big: 'x'.repeat(1000) };
    const whole = { ...pod('web-0', annotations, owner), spec: { nodeName: 'n1', containers: [{}] } };
    const kept = trimFollowedPod(whole);
    expect(providersOf(kept)).toEqual(providersOf(whole));
    expect(ownerOfPod(kept, RULES)).toEqual(ownerOfPod(whole, RULES));
    for (const dropped of ['big', 'containers']) expect(JSON.stringify(kept)).not.toContain(dropped);
  });
});
