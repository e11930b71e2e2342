import { parseAddress } from '@holdfast/ipam';
import type { KubernetesObject } from '../port/kubernetes-object';
import {
  addressesOfPod,
  hasPodFinished,
  isOnHostNetwork,
  isServing,
  nicsOf,
  trimPod,
  vipsNamedBy,
} from './pod-reading';

const SWITCH = 'ovn.kubernetes.io/logical_switch';
const MACHINE = {
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachineInstance',
  name: 'vm',
  uid: 'u',
} as const;

function pod(metadata: object = {}, spec = {}, status = {}): KubernetesObject {
  const named = { name: 'web-0', namespace: 'default', uid: 'u', resourceVersion: '1', ...metadata };
  return { apiVersion: 'v1', kind: 'Pod', metadata: named, spec, status };
}

const annotated = (annotations: Record<string, string>): KubernetesObject => pod({ annotations });
const serving = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

describe('the Vips that a Pod names', () => {
  it.each<[string | undefined, string[]]>([
    [undefined, []],
    ['', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a ,b , ,c,', ['a', 'b', 'c']],
    ['a\n,\tb', ['a', 'b']],
    ['b,a,b', ['b', 'a']],
  ])('%j', (text, names) => {
    const annotations = text === undefined ? undefined : { 'ovn.kubernetes.io/aaps': text };
    expect(vipsNamedBy(pod({ annotations }))).toEqual(names);
  });
});

describe('the ports of a Pod', () => {
  it.each<[string, Record<string, string>, Record<string, string | undefined>]>([
    ['nothing said', {}, { 'web-0.default': undefined }],
    ['the default NIC', { [SWITCH]: 'ovn-default' }, { 'web-0.default': 'ovn-default' }],
    [
      "a NetworkAttachmentDefinition's",
      { [SWITCH]: 's1', 'net1.infra.ovn.kubernetes.io/logical_switch': 's2' },
      { 'web-0.default': 's1', 'web-0.default.net1.infra.ovn': 's2' },
    ],
    [
      'one attached twice, by interface',
      {
        'net1.infra.ovn.eth2.kubernetes.io/logical_switch': 's2',
        'net1.infra.ovn.eth1.kubernetes.io/logical_switch': 's1',
      },
      {
        'web-0.default': undefined,
        'web-0.default.net1.infra.ovn.eth1': 's1',
        'web-0.default.net1.infra.ovn.eth2': 's2',
      },
    ],
    [
      'one that only takes addresses',
      { 'macvlan.infra.kubernetes.io/logical_switch': 's2' },
      { 'web-0.default': undefined },
    ],
  ])('%s', (_, annotations, ports) => {
    const nics = nicsOf(annotated(annotations));
    expect(Object.fromEntries(nics.map(({ port, subnet }) => [port, subnet]))).toEqual(ports);
  });

  it("are named after a virtual machine's instance, and only that kind of owner", () => {
    expect(nicsOf(pod({ ownerReferences: [MACHINE] }))[0]?.port).toBe('vm.default');
    const other = { ...MACHINE, apiVersion: 'example.com/v1' };
    expect(nicsOf(pod({ ownerReferences: [other] }))[0]?.port).toBe('web-0.default');
  });
});

describe('the state of a Pod', () => {
  it.each(['Pending', 'Running', 'Unknown'])('%s is not finished', (phase) => {
    expect(hasPodFinished(pod({}, {}, { phase }))).toBe(false);
  });

  it.each(['Succeeded', 'Failed'])('%s is finished', (phase) => {
    expect(hasPodFinished(pod({}, {}, { phase }))).toBe(true);
  });

  it('serves when it runs, is ready and is not going', () => {
    expect(isServing(pod({}, {}, serving))).toBe(true);
    expect(isServing(pod({ deletionTimestamp: 'now' }, {}, serving))).toBe(false);
    expect(isServing(pod({}, {}, { ...serving, phase: 'Pending' }))).toBe(false);
    expect(isServing(pod({}, {}, { phase: 'Running' }))).toBe(false);
    const unready = [{ type: 'Ready', status: 'False' }];
    expect(isServing(pod({}, {}, { ...serving, conditions: unready }))).toBe(false);
  });

  it('has its addresses of both families, each once, whatever else stands there', () => {
    const podIPs = [{ ip: '10.16.0.7' }, { ip: 'fd00::7' }, {}, { ip: 'nonsense' }];
    const addresses = ['10.16.0.7', 'fd00::7'].map((text) => parseAddress(text));
    expect(addressesOfPod(pod({}, {}, { podIPs, podIP: '10.16.0.7' }))).toEqual(addresses);
    expect(addressesOfPod(pod({}, {}, { podIP: '10.16.0.7' }))).toEqual(addresses.slice(0, 1));
    expect(addressesOfPod(pod())).toEqual([]);
  });
});

describe('what is kept of a Pod', () => {
  const whole = pod(
    {
      labels: { app: 'web' },
      annotations: { 'ovn.kubernetes.io/aaps': 'a', [SWITCH]: 's', big: 'x'.repeat(1000) },
      ownerReferences: [{ ...MACHINE, kind: 'ReplicaSet' }, MACHINE],
      managedFields: [{}],
    },
    { hostNetwork: true, containers: [{ name: 'a', image: 'b' }] },
    { ...serving, podIPs: [{ ip: '10.16.0.7' }], containerStatuses: [{}] },
  );

  it('is all that is read of it', () => {
    const kept = trimPod(whole);
    for (const read of [vipsNamedBy, nicsOf, hasPodFinished, isOnHostNetwork, isServing, addressesOfPod])
      expect(read(kept)).toEqual(read(whole));
    expect(kept.metadata.labels).toEqual({ app: 'web' });
  });

  it('is little', () => {
    const text = JSON.stringify(trimPod(whole));
    for (const dropped of ['big', 'containers', 'ReplicaSet', 'managedFields', 'containerStatuses'])
      expect(text).not.toContain(dropped);
  });
});
