// As whom a Pod holds its addresses: as itself, as the ordinal of a StatefulSet, or as a virtual machine. Pure. A name
// is the identity of what stays; what comes and goes under it is told apart by UID (AttachUser).
import { type Holder, holderParts, toHolder } from '@holdfast/ipam';
import type { KubernetesObject, OwnerReference } from '@holdfast/kube-api';
import { DEFAULT_PROVIDER } from './nic-request';

export interface IdentityRules {
  /** API groups whose kind StatefulSet is one: `apps`, and for example `apps.kruise.io`. */
  readonly statefulSetGroups: ReadonlySet<string>;
  /** Whether the Pods of a virtual machine have the machine's addresses, rather than each its own. */
  readonly keepVmIp: boolean;
}

/** Who will want the addresses again. */
export interface Owner {
  readonly kind: 'statefulset' | 'vm';
  readonly namespace: string;
  readonly name: string;
  /** Of a StatefulSet. */
  readonly ordinal?: number;
  /** Of the object that the Pod names: the StatefulSet, or the VirtualMachineInstance. */
  readonly uid?: string;
}

/** `statefulset/default/web`, `vm/default/db`: an owner without which of its Pods, and of which UID. */
export type OwnerName = string;

export const ownerNameOf = ({ kind, namespace, name }: Owner): OwnerName => `${kind}/${namespace}/${name}`;

/** Undefined when the Pod is its own. */
export function ownerOfPod({ metadata }: KubernetesObject, rules: IdentityRules): Owner | undefined {
  const { name: podName, namespace = '', ownerReferences = [] } = metadata;
  for (const reference of ownerReferences) {
    const { kind, name, uid } = reference;
    const group = groupOf(reference);
    if (kind === 'StatefulSet' && rules.statefulSetGroups.has(group)) {
      const ordinal = ordinalIn(podName, name);
      if (ordinal !== undefined) return { kind: 'statefulset', namespace, name, ordinal, uid };
    }
    // The instance has its machine's name, where there is a machine (kubevirt.io, VirtualMachine).
    if (kind === 'VirtualMachineInstance' && group === 'kubevirt.io' && rules.keepVmIp)
      return { kind: 'vm', namespace, name, uid };
  }
  return undefined;
}

export function holderOf(pod: KubernetesObject, owner: Owner | undefined, provider: string): Holder {
  const { name, namespace } = pod.metadata;
  const nic = provider === DEFAULT_PROVIDER ? {} : { nic: provider };
  const holder = toHolder(owner ? { ...partsOf(owner), ...nic } : { kind: 'pod', namespace, name, ...nic });
  if (!holder) throw new TypeError(`${namespace}/${name} with provider ${provider} can be no holder`);
  return holder;
}

/** The owner as a holder, whatever NIC: who is behind the user of a Vip. */
export function ownerHolderOf(owner: Owner): Holder {
  return toHolder(partsOf(owner)) as Holder;
}

/** Who wants what the holder has: itself, if it is of a kind that outlives Pods. */
export function ownerBehind(holder: Holder): Owner | undefined {
  const { kind, namespace = '', name, ordinal } = holderParts(holder);
  if (kind === 'statefulset') return { kind, namespace, name, ordinal };
  return kind === 'vm' ? { kind, namespace, name } : undefined;
}

/** Of the NIC that the holder is. A Vip is used by the first. */
export function providerOf(holder: Holder): string {
  return holderParts(holder).nic ?? DEFAULT_PROVIDER;
}

/** Name of the Logical_Switch_Port, as Kube-OVN names it: `pod.namespace[.provider]`, with a machine's own name. */
export function portOfNic(
  { metadata }: KubernetesObject,
  owner: Owner | undefined,
  provider: string,
): string {
  const name = owner?.kind === 'vm' ? owner.name : metadata.name;
  const rest = provider === DEFAULT_PROVIDER ? [] : [provider];
  return [name, metadata.namespace, ...rest].join('.');
}

/** A StatefulSet's Pods are named after it and their ordinal. */
function ordinalIn(podName: string, setName: string): number | undefined {
  const text = podName.startsWith(`${setName}-`) ? podName.slice(setName.length + 1) : '';
  return /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined;
}

function partsOf({ kind, namespace, name, ordinal }: Owner) {
  return { kind, namespace, name, ...(ordinal !== undefined && { ordinal }) };
}

function groupOf({ apiVersion }: OwnerReference): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
