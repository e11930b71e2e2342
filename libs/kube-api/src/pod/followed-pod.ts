// What a Pod says that its addresses depend on, and the little of it that is kept. Pure; it decides nothing.
import { isDeepStrictEqual } from 'node:util';
import { keyOf, type KubernetesObject } from '../port/kubernetes-object';

/** The Vip whose addresses and MAC the Pod's first NIC has. Of no provider: there is one for a Pod. */
export const VIP_ANNOTATION = 'ovn.kubernetes.io/vip';
/** What Multus attaches besides (multi-net-spec, section 4.1). */
export const NETWORKS_ANNOTATION = 'k8s.v1.cni.cncf.io/networks';
/** `release`, `owner`, `forever`, a time such as `24h`; on a Pod, or on who owns it. */
export const RETENTION_ANNOTATION = 'holdfast.io/retention';
/** KubeVirt, on the target Pod of a live migration; a label in some versions and an annotation in others. */
export const MIGRATION_UID = 'kubevirt.io/migrationJobUID';
export const MIGRATION_NAME = 'kubevirt.io/migrationJobName';

/** What is asked for a NIC, and what it is told. */
const NIC_WORDS = [
  ...['logical_switch', 'ip_address', 'mac_address', 'ip_family', 'ip_pool', 'port_security'],
  ...['cidr', 'gateway', 'allocated', 'routed'],
];
/** Words that may be said of an interface by its name (`ip_address.eth1`). */
const INTERFACE_WORDS = ['ip_address', 'mac_address'];
const NIC_ANNOTATION = new RegExp(
  `^.+\\.kubernetes\\.io/((${NIC_WORDS.join('|')})|(${INTERFACE_WORDS.join('|')})\\..+)$`,
);
const OTHER_ANNOTATIONS = new Set([
  VIP_ANNOTATION,
  NETWORKS_ANNOTATION,
  RETENTION_ANNOTATION,
  MIGRATION_UID,
  MIGRATION_NAME,
]);
const OWNING_KINDS = new Set(['StatefulSet', 'VirtualMachineInstance']);

/** `pod/default/web-0`: a Pod in evidence, whichever UID it has. */
export const objectOf = ({ metadata }: KubernetesObject): string => `pod/${keyOf(metadata)}`;

/** Without the space around it; '' when there is none. */
export function annotationOf({ metadata }: KubernetesObject, name: string): string {
  return metadata.annotations?.[name]?.trim() ?? '';
}

/** Of a NIC: `ovn.kubernetes.io/ip_address`, `net1.infra.ovn.kubernetes.io/ip_address`. */
export function nicAnnotation(provider: string, word: string): string {
  return `${provider}.kubernetes.io/${word}`;
}

/** Where it runs; undefined before it was scheduled. */
export function podNode({ spec }: KubernetesObject): string | undefined {
  const node = spec?.['nodeName'];
  return typeof node === 'string' && node !== '' ? node : undefined;
}

/** Which migration the Pod was made for: its UID or, where only that is said, its name. */
export function migrationOf(pod: KubernetesObject): string | undefined {
  const { labels = {} } = pod.metadata;
  const said = [labels[MIGRATION_UID], annotationOf(pod, MIGRATION_UID), labels[MIGRATION_NAME]];
  return [...said, annotationOf(pod, MIGRATION_NAME)].find((text) => text !== undefined && text !== '');
}

/** A cluster has many Pods, and most of a Pod is nothing to its addresses. */
export function trimFollowedPod(pod: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } = pod.metadata;
  const { annotations = {}, labels = {}, ownerReferences = [] } = pod.metadata;
  const read = only(annotations, (key) => NIC_ANNOTATION.test(key) || OTHER_ANNOTATIONS.has(key));
  const marks = only(labels, (key) => key === MIGRATION_UID || key === MIGRATION_NAME);
  const owners = ownerReferences.filter(({ kind }) => OWNING_KINDS.has(kind));
  const { hostNetwork, nodeName } = pod.spec ?? {};
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: {
      ...{ name, namespace, uid, resourceVersion, creationTimestamp },
      ...(deletionTimestamp && { deletionTimestamp }),
      ...(read && { annotations: read }),
      ...(marks && { labels: marks }),
      ...(owners.length > 0 && { ownerReferences: owners }),
    },
    spec: { ...(hostNetwork === true && { hostNetwork }), ...(nodeName !== undefined && { nodeName }) },
    status: { phase: pod.status?.['phase'] },
  };
}

/** Most of what happens to an object leaves what is kept of it as it was. */
export function isSameButVersion(
  now: KubernetesObject | undefined,
  before: KubernetesObject | undefined,
): boolean {
  if (!now || !before) return false;
  const versionless = ({ metadata, ...rest }: KubernetesObject): unknown => {
    return [{ ...metadata, resourceVersion: '' }, rest];
  };
  return isDeepStrictEqual(versionless(now), versionless(before));
}

export function only(
  entries: Readonly<Record<string, string>>,
  isKept: (key: string) => boolean,
): Readonly<Record<string, string>> | undefined {
  const kept = Object.entries(entries).filter(([key]) => isKept(key));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
