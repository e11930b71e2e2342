// The kinds of Kubernetes objects that Holdfast reads or writes, and where the API serves them.
import type { ObjectRef } from './kubernetes-object';

export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export const VIPS = clusterResource('kubeovn.io', 'v1', 'vips', 'Vip');
export const SUBNETS = clusterResource('kubeovn.io', 'v1', 'subnets', 'Subnet');
export const SWITCH_LB_RULES = clusterResource('kubeovn.io', 'v1', 'switch-lb-rules', 'SwitchLBRule');
export const IP_POOLS = clusterResource('kubeovn.io', 'v1', 'ippools', 'IPPool');
export const NAMESPACES = clusterResource('', 'v1', 'namespaces', 'Namespace');
export const NODES = clusterResource('', 'v1', 'nodes', 'Node');
export const PODS = namespacedResource('', 'v1', 'pods', 'Pod');
export const SERVICES = namespacedResource('', 'v1', 'services', 'Service');
export const EVENTS = namespacedResource('', 'v1', 'events', 'Event');
export const CONFIG_MAPS = namespacedResource('', 'v1', 'configmaps', 'ConfigMap');
export const LEASES = namespacedResource('coordination.k8s.io', 'v1', 'leases', 'Lease');
export const STATEFUL_SETS = namespacedResource('apps', 'v1', 'statefulsets', 'StatefulSet');

export function clusterResource(group: string, version: string, plural: string, kind: string): Resource {
  return { group, version, plural, kind, namespaced: false };
}

export function namespacedResource(group: string, version: string, plural: string, kind: string): Resource {
  return { group, version, plural, kind, namespaced: true };
}

/** `v1` or `group/version`, as in an object's `apiVersion`. */
export function apiVersionOf(resource: Resource): string {
  return resource.group ? `${resource.group}/${resource.version}` : resource.version;
}

/** Where the API describes what it serves of the resource's group and version. */
export function groupPathOf(resource: Resource): string {
  return resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
}

/** All objects of a resource, of one namespace or (without) of all. */
export function collectionPathOf(resource: Resource, namespace?: string): string {
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${groupPathOf(resource)}${scope}/${resource.plural}`;
}

/** One object, or a subresource of it. */
export function objectPathOf(resource: Resource, ref: ObjectRef, subresource?: string): string {
  const path = `${collectionPathOf(resource, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}
