// Kubernetes beside the ledger: what was reserved for an object ends with the object and not before it, and in the end
// each object's status says what the ledger says.
import { type KubernetesObject, THROUGH_KUBERNETES } from '@holdfast/kube-api';
import {
  type Labels,
  type LedgerView,
  countAddresses,
  formatAddress,
  formatLabels,
  vipHolder,
} from '@holdfast/ipam';
import { Violation } from '../engine/violation';
import { type Cluster, SUBNETS, VIPS } from '../kubernetes/cluster';
import type { Landed } from './landed';

/** Looks at each event: for which object a Vip was reserved, and whether it is released under that object. */
export class ObjectOwners {
  /** By Vip: the UID of the object that last asked for what it is. */
  private readonly uids = new Map<string, string>();

  /** By Vip: the transport by which it was reserved. */
  private readonly transports = new Map<string, string>();

  constructor(private readonly cluster: Cluster) {}

  landed({ event, through, actor }: Landed): void {
    if (event.type === 'VipReserved') this.transports.set(event.name, through);
    if (through !== THROUGH_KUBERNETES) return;
    if (event.type === 'VipReserved' || event.type === 'VipRevised') {
      this.uids.set(event.name, /\(uid ([^,]+),/.exec(actor)?.[1] ?? '');
    } else if (event.type === 'VipReleased') {
      const transport = this.transports.get(event.name);
      if (transport !== THROUGH_KUBERNETES)
        throw new Violation(
          'kubernetes-owners',
          `Vip ${event.name} came through ${transport} and is released by Kubernetes`,
        );
      const object = this.cluster.get(VIPS, event.name);
      const isThere =
        object && !object.metadata.deletionTimestamp && object.metadata.uid === this.uids.get(event.name);
      if (isThere)
        throw new Violation(
          'kubernetes-owners',
          `Vip ${event.name} was released while its object is there: ${event.reason}`,
        );
    }
  }
}

/**
 * What of Kubernetes is not as the ledger says; `undefined`: nothing. To be asked when no fault strikes any more.
 * What vanished by force need not be believed to be gone (infra/docs/adr/0017).
 */
export function kubernetesDifference(cluster: Cluster, view: LedgerView): string | undefined {
  const vips = new Map(cluster.list(VIPS).map((object) => [object.metadata.name, object]));
  for (const { name } of view.vips())
    if (
      view.ownerOfVip(name)?.kind === 'KubernetesObject' &&
      !vips.has(name) &&
      !isUsed(name, view) &&
      !cluster.forced.has(name)
    )
      return `Vip ${name} is reserved for an object that is gone`;
  for (const object of vips.values()) {
    const difference = vipDifference(object, view);
    if (difference) return `Vip ${object.metadata.name}: ${difference}`;
  }
  for (const object of cluster.list(SUBNETS)) {
    const difference = subnetDifference(object, view);
    if (difference) return `Subnet ${object.metadata.name}: ${difference}`;
  }
  return undefined;
}

function vipDifference(object: KubernetesObject, view: LedgerView): string | undefined {
  const { name, deletionTimestamp } = object.metadata;
  if (deletionTimestamp) return isUsed(name, view) ? undefined : 'it is still being deleted';
  const held = view.ownerOfVip(name)?.kind === 'KubernetesObject' ? view.vip(name) : undefined;
  const ready = conditionOf(object, 'Ready');
  if (!ready) return 'it has no condition Ready';
  const desired = String(object.spec?.['subnet']);
  if (!held) return ready['status'] === 'False' ? undefined : 'it says Ready, and nothing is reserved for it';
  const { v4, v6 } = held.reservation;
  const [says4, says6] = [object.status?.['v4ip'] ?? '', object.status?.['v6ip'] ?? ''];
  if (says4 !== textOf(v4) || says6 !== textOf(v6))
    return `it says ${JSON.stringify([says4, says6])}, and holds ${textOf(v4)} ${textOf(v6)}`;
  if (ready['status'] === 'True' && held.subnet.name !== desired) return `it says Ready in ${desired}`;
  const asked = object.spec?.['v4ip'];
  if (ready['status'] === 'True' && asked && asked !== textOf(v4))
    return `it says Ready without ${JSON.stringify(asked)}`;
  const { holder } = held.reservation;
  return ready['status'] === 'True' ? labelsDifference(object, held.subnet.labels.of({ holder })) : undefined;
}

/** A Vip is not taken from under its user, nor from whom it is kept for. */
function isUsed(name: string, view: LedgerView): boolean {
  const held = view.vip(name)?.subnet;
  if (held && held.uses.rulesOf(name).size > 0) return true;
  const use = held?.users.of(vipHolder(name));
  return use !== undefined && (use.users.length > 0 || use.retained !== undefined);
}

function subnetDifference(object: KubernetesObject, view: LedgerView): string | undefined {
  const { name, deletionTimestamp } = object.metadata;
  const state = view.subnet(name);
  if (deletionTimestamp && !state?.byHolder.size)
    return 'it is still being deleted, and nobody holds anything in it';
  const ready = conditionOf(object, 'Ready');
  if (!ready) return 'it has no condition Ready';
  if (!state) return ready['status'] === 'False' ? undefined : 'it says Ready, and is not defined';
  for (const family of [4, 6] as const) {
    const counts = countAddresses(state, family);
    const [using, available] = [counts?.using ?? 0n, counts?.available ?? 0n].map(Number);
    const says = [object.status?.[`v${family}usingIPs`], object.status?.[`v${family}availableIPs`]];
    if (says[0] !== using || says[1] !== available)
      return `it counts ${says.join(' and ')} of IPv${family}, and has ${using} and ${available}`;
  }
  const isFollowed = ready['status'] === 'True' && !deletionTimestamp;
  return isFollowed ? labelsDifference(object, state.labels.of({})) : undefined;
}

function labelsDifference({ metadata }: KubernetesObject, labels: Labels): string | undefined {
  const [asked, has] = [formatLabels(metadata.labels ?? {}), formatLabels(labels)];
  return asked === has
    ? undefined
    : `it is labelled ${asked || 'nothing'}, and the ledger says ${has || 'nothing'}`;
}

function conditionOf(
  { status }: KubernetesObject,
  type: string,
): Readonly<Record<string, string>> | undefined {
  const conditions = (status?.['conditions'] ?? []) as unknown as readonly Readonly<Record<string, string>>[];
  return conditions.find((condition) => condition['type'] === type);
}

const textOf = (address: number | bigint | undefined): string =>
  address === undefined ? '' : formatAddress(address);
