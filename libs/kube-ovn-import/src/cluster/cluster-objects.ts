// What of a cluster that Kube-OVN runs says who has which address, and where it is served. Read once and whole; nothing
// here follows anything, and nothing in the cluster is changed.
import {
  clusterResource,
  IP_POOLS,
  type KubernetesObject,
  NODES,
  PODS,
  type Resource,
  STATEFUL_SETS,
  SUBNETS,
  VIPS,
} from '@holdfast/kube-api';
import { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from '@holdfast/pods';

export const IPS = clusterResource('kubeovn.io', 'v1', 'ips', 'IP');

export interface ClusterObjects {
  readonly subnets: readonly KubernetesObject[];
  readonly ips: readonly KubernetesObject[];
  readonly vips: readonly KubernetesObject[];
  readonly pools: readonly KubernetesObject[];
  readonly pods: readonly KubernetesObject[];
  readonly nodes: readonly KubernetesObject[];
  /** Of every group whose StatefulSets own addresses. */
  readonly statefulSets: readonly KubernetesObject[];
  /** VirtualMachines. */
  readonly machines: readonly KubernetesObject[];
  /** VirtualMachineInstances. */
  readonly instances: readonly KubernetesObject[];
}

/** A kind that a cluster may do without: it is then as if there were none of it. */
export interface ReadKind {
  readonly resource: Resource;
  readonly into: keyof ClusterObjects;
  readonly isOptional: boolean;
}

/** @param statefulSets of other groups than `apps`, such as OpenKruise's */
export function kindsToRead(statefulSets: readonly Resource[]): readonly ReadKind[] {
  const needed = (resource: Resource, into: keyof ClusterObjects): ReadKind => {
    return { resource, into, isOptional: false };
  };
  const optional = (resource: Resource, into: keyof ClusterObjects): ReadKind => {
    return { resource, into, isOptional: true };
  };
  return [
    needed(SUBNETS, 'subnets'),
    needed(IPS, 'ips'),
    needed(VIPS, 'vips'),
    optional(IP_POOLS, 'pools'),
    needed(PODS, 'pods'),
    needed(NODES, 'nodes'),
    needed(STATEFUL_SETS, 'statefulSets'),
    ...statefulSets.map((resource) => optional(resource, 'statefulSets')),
    optional(VIRTUAL_MACHINES, 'machines'),
    optional(VIRTUAL_MACHINE_INSTANCES, 'instances'),
  ];
}
