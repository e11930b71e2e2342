// What the annotations of the cluster's Pods say: which address each NIC has, as whom, and which Vip it is, if it is one.
// A Pod on its node's network, or one that has finished, has no address of ours.
import type { Holder } from '@holdfast/ipam';
import {
  annotationOf,
  hasPodFinished,
  isOnHostNetwork,
  keyOf,
  type KubernetesObject,
  nicAnnotation,
  PODS,
  VIP_ANNOTATION,
} from '@holdfast/kube-api';
import {
  DEFAULT_PROVIDER,
  holderOf,
  type IdentityRules,
  type MigrationRole,
  type Owner,
  ownerOfPod,
  portOfNic,
  readNicRequest,
  roleOf,
} from '@holdfast/pods';
import { hasUpperCase, straysIn } from './address-texts';
import { type Claim, sourceOf, type Stray } from './claim';
import type { ClusterObjects } from './cluster-objects';
import { type ImportConflict, reasonOf, type Unrecorded, unreadableConflict } from './conflict';

const ALLOCATED = /^(.+)\.kubernetes\.io\/allocated$/;
/** Providers of OVN's own ports; of others Kube-OVN only keeps the addresses. */
const OVN_PROVIDER = /^(ovn|[^.]+\.[^.]+\.ovn(\..+)?)$/;

export const isOvnProvider = (provider: string): boolean => OVN_PROVIDER.test(provider);

export interface Nic {
  readonly claim: Claim;
  readonly pod: KubernetesObject;
  readonly owner: Owner | undefined;
  readonly provider: string;
  /** The Vip that the Pod names, on its first NIC; '' when it names none. */
  readonly vip: string;
  readonly role: MigrationRole;
  /** Port names as Kube-OVN has them, whether OVN has the port or not. */
  readonly portName: string;
  readonly isUpperCase: boolean;
}

export interface PodNics {
  readonly nics: readonly Nic[];
  readonly conflicts: readonly ImportConflict[];
  readonly strays: readonly Stray[];
}

export function readPodNics(
  { pods, instances }: Pick<ClusterObjects, 'pods' | 'instances'>,
  rules: IdentityRules,
): PodNics {
  const instanceOf = new Map(instances.map((instance) => [keyOf(instance.metadata), instance]));
  const nics: Nic[] = [];
  const unrecorded: Unrecorded[] = [];
  for (const pod of pods) {
    if (isOnHostNetwork(pod) || hasPodFinished(pod)) continue;
    const owner = ownerOfPod(pod, rules);
    const instance = owner?.kind === 'vm' ? instanceOf.get(keyOf(owner)) : undefined;
    const role = owner?.kind === 'vm' ? roleOf(pod, instance) : 'uses';
    for (const provider of addressedProviders(pod)) {
      const read = readNic(pod, owner, provider, role);
      if ('conflict' in read) unrecorded.push(read);
      else nics.push(read);
    }
  }
  return {
    nics,
    conflicts: unrecorded.map(({ conflict }) => conflict),
    strays: unrecorded.flatMap(({ strays }) => strays),
  };
}

function addressedProviders({ metadata }: KubernetesObject): string[] {
  const found: string[] = [];
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    const provider = ALLOCATED.exec(key)?.[1];
    if (provider !== undefined && value.trim() === 'true') found.push(provider);
  }
  return found.sort();
}

function readNic(
  pod: KubernetesObject,
  owner: Owner | undefined,
  provider: string,
  role: MigrationRole,
): Nic | Unrecorded {
  const said = (word: string): string => annotationOf(pod, nicAnnotation(provider, word));
  const source = sourceOf(PODS, pod, 'annotations');
  const subnet = said('logical_switch');
  const holder = holderNamed(pod, owner, provider);
  const bad = (why: string): Unrecorded => ({
    conflict: unreadableConflict(source, holder ?? source.object, subnet, why),
    strays: straysIn([said('ip_address')], subnet, source),
  });
  if (!holder) return bad(`its owner ${JSON.stringify(owner?.name)} can be nobody's name`);
  const read = readNicRequest(pod, provider);
  if (read.rejected) return bad(reasonOf(read.rejected));
  const { request, portSecurity } = read.value;
  const { v4, v6, mac } = request;
  if (v4 === undefined && v6 === undefined)
    return bad(`${nicAnnotation(provider, 'ip_address')} names no address`);
  const portName = portOfNic(pod, owner, provider);
  return {
    claim: {
      ...{ holder, subnet, held: { v4, v6, mac }, source },
      ...(isOvnProvider(provider) && { port: portName, portSecurity }),
    },
    ...{ pod, owner, provider, role, portName },
    vip: provider === DEFAULT_PROVIDER ? annotationOf(pod, VIP_ANNOTATION) : '',
    isUpperCase: hasUpperCase(said('ip_address')),
  };
}

/** An owner's name is whatever its writer made it. */
function holderNamed(pod: KubernetesObject, owner: Owner | undefined, provider: string): Holder | undefined {
  try {
    return holderOf(pod, owner, provider);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
