// Whether a Pod that names a Vip may answer for it, by which ports, and if not, why. Pure: the ledger still has its say.
import {
  type LabelSelector,
  matchesLabels,
  parseLabelSelector,
  type SubnetState,
  type VipEntry,
  type VipPurpose,
} from '@holdfast/ipam';
import { hasPodFinished, isOnHostNetwork, type KubernetesObject, nicsOf } from '@holdfast/kube-api';

/** Reasons of the Events that Pods get; a rejection's code is one, too, where the ledger refuses. */
export type UnfitReason =
  | 'VipNotFound'
  | 'VipNotReserved'
  | 'VipTypeMismatch'
  | 'NamespaceDiffers'
  | 'SelectorMalformed'
  | 'LabelsDiffer'
  | 'HostNetwork'
  | 'NoPortInSubnet';

export type ParentFitness =
  | { readonly is: 'parent'; readonly ports: readonly string[] }
  | { readonly is: 'finished' }
  | { readonly is: 'unfit'; readonly reason: UnfitReason; readonly message: string };

/** A Vip as it is in the ledger, its selector read. */
export interface VipForParents {
  readonly name: string;
  readonly subnet: SubnetState;
  readonly purpose: VipPurpose;
  /** Undefined when it cannot be read: then it selects nobody. */
  readonly selector: LabelSelector | undefined;
}

export function vipForParents({ name, subnet, reservation }: VipEntry): VipForParents {
  const { selector } = parseLabelSelector(reservation.vip.selector);
  return { name, subnet, purpose: reservation.vip, selector };
}

export function fitnessOf(pod: KubernetesObject, vip: VipForParents): ParentFitness {
  const { name, subnet, purpose, selector } = vip;
  const { namespace, labels = {} } = pod.metadata;
  if (hasPodFinished(pod)) return { is: 'finished' };
  if (purpose.vipType !== '')
    return unfit(
      'VipTypeMismatch',
      `Vip ${name} is of type ${purpose.vipType}, for which no Pod answers; name one of type "".`,
    );
  if (purpose.namespace === undefined)
    return unfit(
      'NamespaceDiffers',
      `Vip ${name} is for no namespace; set its spec.namespace to ${namespace} to let Pods of it answer for it.`,
    );
  if (purpose.namespace !== namespace)
    return unfit(
      'NamespaceDiffers',
      `Vip ${name} is for Pods of namespace ${purpose.namespace}, and this one is in ${namespace}.`,
    );
  if (!selector)
    return unfit('SelectorMalformed', `The selector of Vip ${name} cannot be read; its conditions say why.`);
  if (!matchesLabels(selector, labels)) {
    const desired = purpose.selector.map((entry) => JSON.stringify(entry)).join(', ');
    return unfit('LabelsDiffer', `Vip ${name} selects ${desired}, which this Pod's labels do not match.`);
  }
  if (isOnHostNetwork(pod))
    return unfit('HostNetwork', `Vip ${name} needs a port of the Pod's own, and this Pod uses its node's.`);
  const ports = portsIn(pod, subnet.name);
  if (ports.length === 0)
    return unfit(
      'NoPortInSubnet',
      `Vip ${name} is in subnet ${subnet.name}, and no NIC of this Pod is; attach one, or name another Vip.`,
    );
  return { is: 'parent', ports };
}

/** Every NIC of the Pod in the subnet; the default one, too, when nothing is said of where it is. */
function portsIn(pod: KubernetesObject, desired: string): string[] {
  return nicsOf(pod)
    .filter(({ subnet }) => (subnet ?? desired) === desired)
    .map(({ port }) => port);
}

/** Of what a Pod that is refused is told when the ledger has no such Vip. */
export function vipMissing(vip: string, hasObject: boolean): ParentFitness {
  if (hasObject)
    return unfit(
      'VipNotReserved',
      `Vip ${vip} has no address yet, and its conditions say why; the Pod may answer for it once it has.`,
    );
  return unfit(
    'VipNotFound',
    `There is no Vip ${vip}; create it, or correct the annotation. The Pod may answer for it once it is there.`,
  );
}

function unfit(reason: UnfitReason, message: string): ParentFitness {
  return { is: 'unfit', reason, message };
}
