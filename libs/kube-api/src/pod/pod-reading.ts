// What a Pod says of itself that matters here, read from its annotations, labels and status, and the little of it that
// is worth keeping in memory. Pure; it decides nothing.
import { type Address, parseAddress } from '@holdfast/ipam';
import type { JsonObject, KubernetesObject } from '../port/kubernetes-object';

/** Names of Vips, with commas between them and space around them as people write it. */
export const AAPS_ANNOTATION = 'ovn.kubernetes.io/aaps';

/** The subnet of a NIC, by its provider: `ovn` for the default one, otherwise its NetworkAttachmentDefinition's. */
const SWITCH_ANNOTATION = /^(.+)\.kubernetes\.io\/logical_switch$/;
const DEFAULT_PROVIDER = 'ovn';
/**
 * `nad.namespace.ovn`, and with an interface's name where one definition is attached twice. A provider without `ovn`
 * only takes addresses from Kube-OVN and has no port.
 */
const NAD_PROVIDER = /^[^.]+\.[^.]+\.ovn(\..+)?$/;

export interface PodNic {
  /** Name of its Logical_Switch_Port. */
  readonly port: string;
  /** Undefined: the Pod says nothing about it. */
  readonly subnet: string | undefined;
}

/** Each Vip once, in the order of the annotation. */
export function vipsNamedBy(pod: KubernetesObject | undefined): string[] {
  const text = pod?.metadata.annotations?.[AAPS_ANNOTATION] ?? '';
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '');
}

/**
 * The NICs that are ports of OVN, the default one first; named as Kube-OVN names them, `pod.namespace[.provider]`. A
 * virtual machine's are named after the machine, so that the Pods between which it migrates have one port.
 */
export function nicsOf({ metadata }: KubernetesObject): PodNic[] {
  const { name, namespace, annotations = {}, ownerReferences = [] } = metadata;
  const owner = `${ownerReferences.find(isMachine)?.name ?? name}.${namespace}`;
  const nics = [{ port: owner, subnet: annotations[`${DEFAULT_PROVIDER}.kubernetes.io/logical_switch`] }];
  for (const key of Object.keys(annotations).sort()) {
    const provider = SWITCH_ANNOTATION.exec(key)?.[1] ?? '';
    if (NAD_PROVIDER.test(provider)) nics.push({ port: `${owner}.${provider}`, subnet: annotations[key] });
  }
  return nics;
}

/** Nothing of it runs any more, and nothing ever will. */
export function hasPodFinished({ status }: KubernetesObject): boolean {
  return status?.['phase'] === 'Succeeded' || status?.['phase'] === 'Failed';
}

/** Its NIC is the node's. */
export function isOnHostNetwork({ spec }: KubernetesObject): boolean {
  return spec?.['hostNetwork'] === true;
}

/** Whether it is to get its part of a Service's traffic (core/v1 Pod, condition `Ready`). */
export function isServing({ metadata, status }: KubernetesObject): boolean {
  if (metadata.deletionTimestamp || status?.['phase'] !== 'Running') return false;
  return listOf(status, 'conditions').some(({ type, status: said }) => type === 'Ready' && said === 'True');
}

/** Of both families, as its status has them. */
export function addressesOfPod({ status }: KubernetesObject): Address[] {
  const texts = [...listOf(status, 'podIPs').map(({ ip }) => ip), status?.['podIP']];
  const addresses = texts.map((text) => (typeof text === 'string' ? parseAddress(text) : undefined));
  return [...new Set(addresses)].filter((address) => address !== undefined);
}

/** What the functions above read, and no more: a cluster has many Pods, and most of a Pod is nothing to us. */
export function trimPod(pod: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion, deletionTimestamp, labels } = pod.metadata;
  const { annotations = {}, ownerReferences = [] } = pod.metadata;
  const read = Object.entries(annotations).filter(
    ([key]) => key === AAPS_ANNOTATION || SWITCH_ANNOTATION.test(key),
  );
  const machines = ownerReferences.filter(isMachine);
  const ready = listOf(pod.status, 'conditions').filter(({ type }) => type === 'Ready');
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: {
      ...{ name, namespace, uid, resourceVersion },
      ...(deletionTimestamp && { deletionTimestamp }),
      ...(labels && { labels }),
      ...(read.length > 0 && { annotations: Object.fromEntries(read) }),
      ...(machines.length > 0 && { ownerReferences: machines }),
    },
    ...(isOnHostNetwork(pod) && { spec: { hostNetwork: true } }),
    status: {
      phase: pod.status?.['phase'],
      podIPs: pod.status?.['podIPs'],
      podIP: pod.status?.['podIP'],
      conditions: ready.map(({ type, status }) => ({ type, status })),
    },
  };
}

function isMachine({ kind, apiVersion }: { readonly kind: string; readonly apiVersion: string }): boolean {
  return kind === 'VirtualMachineInstance' && apiVersion.startsWith('kubevirt.io/');
}

function listOf(status: JsonObject | undefined, field: string): readonly JsonObject[] {
  const list = status?.[field];
  return Array.isArray(list) ? (list as readonly JsonObject[]) : [];
}
