// Objects as Kube-OVN leaves them in a cluster: what a test does not say is as in an orderly one.
import type { JsonObject, KubernetesObject, ObjectMeta, OwnerReference } from '@holdfast/kube-api';
import type { ClusterObjects } from '../cluster/cluster-objects';

type Fields = Readonly<Record<string, unknown>>;

export const MAC = (at: number): string => `00:00:00:0a:00:${at.toString(16).padStart(2, '0')}`;

export function customObject(
  apiVersion: string,
  kind: string,
  metadata: Partial<ObjectMeta> & { readonly name: string },
  rest: { readonly spec?: Fields; readonly status?: Fields } = {},
): KubernetesObject {
  const { name, namespace = '' } = metadata;
  const uid = `uid-of-${kind.toLowerCase()}-${namespace}-${name}`;
  return {
    apiVersion,
    kind,
    metadata: { uid, resourceVersion: '7', ...metadata },
    ...(rest as { readonly spec?: JsonObject; readonly status?: JsonObject }),
  };
}

const kubeOvn = (kind: string, metadata: Partial<ObjectMeta> & { readonly name: string }, rest: object) =>
  customObject('kubeovn.io/v1', kind, metadata, rest);

export const subnetObject = (
  name: string,
  cidrBlock: string,
  spec: Fields = {},
  status?: Fields,
): KubernetesObject =>
  kubeOvn('Subnet', { name }, { spec: { cidrBlock, provider: 'ovn', vpc: 'ovn-cluster', ...spec }, status });

/** `v4` ends in the octet that its MAC ends in. */
export function ip(
  port: string,
  v4: string,
  spec: Fields = {},
  metadata: Partial<ObjectMeta> = {},
): KubernetesObject {
  const [podName = '', namespace = ''] = port.split('.');
  const fields = {
    ...{ podName, namespace, podType: '', subnet: 'ovn-default', nodeName: 'n1' },
    ...{ v4IpAddress: v4, v6IpAddress: '', ipAddress: v4, macAddress: macOf(v4) },
    ...{ attachIps: [], attachMacs: [], attachSubnets: [], containerID: '' },
  };
  return kubeOvn('IP', { name: port, ...metadata }, { spec: { ...fields, ...spec } });
}

export function vip(
  name: string,
  v4: string,
  spec: Fields = {},
  status: Fields = {},
  metadata: Partial<ObjectMeta> = {},
): KubernetesObject {
  const labels = { 'ovn.kubernetes.io/subnet': 'ovn-default', 'ovn.kubernetes.io/ip_reserved': '' };
  const given = { v4ip: v4, v6ip: '', macAddress: macOf(v4) };
  return kubeOvn(
    'Vip',
    { name, labels, ...metadata },
    {
      spec: { subnet: 'ovn-default', namespace: '', type: '', selector: [], ...given, ...spec },
      status: { type: spec['type'] ?? '', v4ip: v4, v6ip: '', mac: macOf(v4), ...status },
    },
  );
}

export const vipUsedBy = (port: string): Partial<ObjectMeta> => ({
  labels: { 'ovn.kubernetes.io/subnet': 'ovn-default', 'ovn.kubernetes.io/ip_reserved': port },
});

export const pool = (name: string, spec: Fields): KubernetesObject =>
  kubeOvn('IPPool', { name }, { spec: { subnet: 'ovn-default', namespaces: [], ips: [], ...spec } });

/** No API server takes a Pod without. */
const CONTAINERS = { containers: [{ name: 'main', image: 'example.com/none' }] };

/** A Pod of namespace `default`. */
export function pod(
  name: string,
  v4: string,
  annotations: Readonly<Record<string, string>> = {},
  metadata: Partial<ObjectMeta> = {},
  rest: { readonly spec?: Fields; readonly status?: Fields } = {},
): KubernetesObject {
  const said = {
    'ovn.kubernetes.io/allocated': 'true',
    'ovn.kubernetes.io/routed': 'true',
    'ovn.kubernetes.io/logical_switch': 'ovn-default',
    'ovn.kubernetes.io/ip_address': v4,
    'ovn.kubernetes.io/mac_address': macOf(v4),
    'ovn.kubernetes.io/cidr': '10.16.0.0/16',
    'ovn.kubernetes.io/gateway': '10.16.0.1',
  };
  const given = v4 === '' ? {} : said;
  return customObject(
    'v1',
    'Pod',
    { name, namespace: 'default', annotations: { ...given, ...annotations }, ...metadata },
    { spec: { nodeName: 'n1', ...CONTAINERS, ...rest.spec }, status: { phase: 'Running', ...rest.status } },
  );
}

/** The MAC that a holder of the address has here. */
export function macOf(v4: string): string {
  return MAC(Number(v4.split('.').pop() ?? 0));
}

export const ownedBy = (apiVersion: string, kind: string, name: string): readonly OwnerReference[] => [
  { apiVersion, kind, name, uid: `uid-of-${kind.toLowerCase()}-default-${name}`, controller: true },
];

export const ofSet = (name: string): Partial<ObjectMeta> => ({
  ownerReferences: ownedBy('apps/v1', 'StatefulSet', name),
});
export const ofMachine = (name: string): Partial<ObjectMeta> => ({
  ownerReferences: ownedBy('kubevirt.io/v1', 'VirtualMachineInstance', name),
});

export function statefulSet(name: string, replicas: number): KubernetesObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: CONTAINERS };
  const spec = { replicas, serviceName: name, selector: { matchLabels: labels }, template };
  return customObject('apps/v1', 'StatefulSet', { name, namespace: 'default' }, { spec });
}

export const machine = (name: string): KubernetesObject =>
  customObject('kubevirt.io/v1', 'VirtualMachine', { name, namespace: 'default' });

export const node = (name: string): KubernetesObject => customObject('v1', 'Node', { name });

/** One Subnet, and what a test puts into the cluster. */
export function cluster(objects: Partial<ClusterObjects>): ClusterObjects {
  return {
    subnets: [
      subnetObject('ovn-default', '10.16.0.0/16', { gateway: '10.16.0.1', excludeIps: ['10.16.0.1'] }),
    ],
    ...{ ips: [], vips: [], pools: [], pods: [], nodes: [] },
    ...{ statefulSets: [], machines: [], instances: [] },
    ...objects,
  };
}
