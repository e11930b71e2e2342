// Pools, rules and parents beside the ledger, in the end: each object's status says what the ledger has, its counts are
// what counting gives, a rule's backends are the Pods that serve, and nothing is left of an object that is gone.
import type { KubernetesObject } from '@holdfast/kube-api';
import {
  type Address,
  type LedgerView,
  type Rule,
  type SubnetState,
  type VipEntry,
  contains,
  familyOf,
  formatAddress,
} from '@holdfast/ipam';
import { Violation } from '../engine/violation';
import { type Cluster, IP_POOLS, PODS, SWITCH_LB_RULES, VIPS } from '../kubernetes/cluster';
import { isDeleting, isPodFinished } from '../kubernetes/workloads/pods';
import type { Owners } from './owners';

const NOTE = 'kubernetes:switch-lb-rules.kubeovn.io/';

export function usesDifference(cluster: Cluster, view: LedgerView): string | undefined {
  for (const object of cluster.list(IP_POOLS)) {
    const difference = ofPool(object, view);
    if (difference) return `IPPool ${object.metadata.name}: ${difference}`;
  }
  for (const object of cluster.list(SWITCH_LB_RULES)) {
    const difference = ofRule(object, view, cluster);
    if (difference) return `SwitchLBRule ${object.metadata.name}: ${difference}`;
  }
  for (const state of view.subnets())
    for (const { name, note } of state.uses.rules())
      if (note?.startsWith(NOTE) && !cluster.get(SWITCH_LB_RULES, note.slice(NOTE.length)))
        return `rule ${name} of ${state.name} is left of an object that is gone`;
  for (const entry of view.vips()) {
    const difference = isHeldBack(entry, view, cluster) ? undefined : ofParents(entry, cluster);
    if (difference) return `Vip ${entry.name}: ${difference}`;
  }
  return undefined;
}

/** What vanished by force need not be believed to be gone, and then its parents stay as well (infra/docs/adr/0017). */
const isHeldBack = ({ name }: VipEntry, view: LedgerView, cluster: Cluster): boolean =>
  view.ownerOfVip(name)?.kind === 'KubernetesObject' &&
  cluster.forced.has(name) &&
  cluster.get(VIPS, name) === undefined;

/** Pods that name the Vip, have its labels, and a port in its subnet. All selectors here are for the same label. */
function ofParents({ name, subnet, reservation }: VipEntry, cluster: Cluster): string | undefined {
  const { vipType, namespace, selector } = reservation.vip;
  const granted = subnet.uses.parents(name).filter(({ grantors }) => grantors.includes('selector'));
  const desired = cluster.picture.all(PODS).flatMap((pod) => {
    const { annotations = {}, labels = {} } = pod.metadata;
    const named = (annotations['ovn.kubernetes.io/aaps'] ?? '').split(',').map((text) => text.trim());
    const isMeant = vipType === '' && pod.metadata.namespace === namespace && named.includes(name);
    const isSelected = isMeant && (selector.length === 0 || labels['app'] === 'web');
    const isAble = !isPodFinished(pod) && pod.spec?.['hostNetwork'] !== true;
    return isSelected && isAble ? portsIn(pod, subnet.name) : [];
  });
  const [is, expected] = [granted.map(({ port }) => port).sort(), [...new Set(desired)].sort()];
  return is.join() === expected.join()
    ? undefined
    : `${is.join()} may answer for it, and ${expected.join()} should`;
}

function portsIn({ metadata }: KubernetesObject, subnet: string): string[] {
  const { name, namespace, annotations = {} } = metadata;
  return ['ovn', 'net1.infra.ovn'].flatMap((provider) => {
    const said = annotations[`${provider}.kubernetes.io/logical_switch`];
    const isThere = provider === 'ovn' ? (said ?? subnet) === subnet : said === subnet;
    return isThere ? [[name, namespace, ...(provider === 'ovn' ? [] : [provider])].join('.')] : [];
  });
}

function ofPool(object: KubernetesObject, view: LedgerView): string | undefined {
  if (isDeleting(object)) return 'it is still being deleted';
  const ready = readyOf(object);
  if (!ready) return 'it has no condition Ready';
  const state = view.subnet(String(object.spec?.['subnet']));
  const pool = state?.definition?.pools?.find(({ name }) => name === object.metadata.name);
  if (ready === 'False') return undefined;
  if (!state || !pool) return 'it says Ready, and is in no subnet';
  for (const family of [4, 6] as const) {
    const { using, available } = recount(state, (address) =>
      pool.ranges.some(({ first, last }) => isWithin(address, first, last)),
    )(family);
    const says = [object.status?.[`v${family}UsingIPs`], object.status?.[`v${family}AvailableIPs`]];
    if (says[0] !== using || says[1] !== available)
      return `it counts ${says.join(' and ')} of IPv${family}, and there are ${using} and ${available}`;
  }
  return undefined;
}

function ofRule(object: KubernetesObject, view: LedgerView, cluster: Cluster): string | undefined {
  if (isDeleting(object)) return 'it is still being deleted';
  const ready = readyOf(object);
  if (!ready) return 'it has no condition Ready';
  const { name } = object.metadata;
  const held: (Rule & { readonly subnet: string })[] = [];
  for (const { name: subnet, uses } of view.subnets())
    for (const rule of uses.rules())
      if (rule.name === name && rule.note === `${NOTE}${name}`) held.push({ ...rule, subnet });
  const [rule, other] = held;
  if (other) return `it has rules in ${held.map(({ subnet }) => subnet).join(' and ')}`;
  if (ready === 'True' && !rule) return 'it says Ready, and there is no rule';
  if (ready === 'True' && object.status?.['vip'] !== rule?.vip)
    return `it says Vip ${String(object.status?.['vip'])}, and has ${rule?.vip}`;
  if (!rule || rule.selector.length === 0) return undefined;
  const [is, expected] = [rule.backends.map(formatAddress).sort(), serving(rule, cluster).sort()];
  return is.join() === expected.join()
    ? undefined
    : `it has ${is.join()} behind it, and ${expected.join()} serve`;
}

/** All rules here select the same label. */
function serving({ namespace }: Rule, cluster: Cluster): string[] {
  const pods = cluster.picture.all(PODS).filter(({ metadata, status }) => {
    const conditions = (status?.['conditions'] ?? []) as readonly { readonly type: string }[];
    return (
      metadata.namespace === namespace &&
      metadata.labels?.['app'] === 'web' &&
      conditions.some(({ type }) => type === 'Ready')
    );
  });
  const live = pods.filter((pod) => !isPodFinished(pod) && !isDeleting(pod));
  const ips = live.flatMap(({ status }) => (status?.['podIPs'] ?? []) as readonly { readonly ip: string }[]);
  return [...new Set(ips.map(({ ip }) => ip))];
}

/** Addresses that are held, and that could be had without being named, counted one by one. Blocks here are small. */
function recount(state: SubnetState, isMeant: (address: Address) => boolean) {
  return (family: 4 | 6): { readonly using: number; readonly available: number } => {
    const held = [...state.byAddress.keys()].filter(
      (address) => familyOf(address) === family && isMeant(address),
    );
    const pools = state.definition?.pools ?? [];
    const meant = new Set<Address>();
    for (const { ranges } of pools)
      for (const { first, last } of ranges)
        for (let address = first; address <= last; address = next(address))
          if (familyOf(address) === family && isMeant(address)) meant.add(address);
    const space = state.space(family);
    const free = [...meant].filter(
      (address) =>
        space &&
        space.unusable(address) === undefined &&
        !(state.definition?.excluded ?? []).some(({ first, last }) => isWithin(address, first, last)) &&
        !state.byAddress.has(address),
    );
    return { using: held.length, available: free.length };
  };
}

/** Every held address is in its subnet's blocks and counted in it; to be asked at any time. */
export function checkCounts(view: LedgerView, owners: Owners): void {
  for (const state of view.subnets()) {
    const { addresses } = owners.book(state.name);
    const outside = [...addresses.keys()].find(
      (address) => !state.definition?.cidrs.some((cidr) => contains(cidr, address)),
    );
    if (outside !== undefined)
      throw new Violation('counts', `${formatAddress(outside)} is held in ${state.name} and is not of it`);
    for (const family of [4, 6] as const) {
      const held = [...addresses.keys()].filter((address) => familyOf(address) === family).length;
      if (state.heldCounts(family).held !== held)
        throw new Violation(
          'counts',
          `${state.name} counts ${state.heldCounts(family).held}, and ${held} are held`,
        );
    }
  }
}

const isWithin = (address: Address, first: Address, last: Address): boolean =>
  typeof address === typeof first && address >= first && address <= last;

const next = (address: Address): Address => (typeof address === 'number' ? address + 1 : address + 1n);

function readyOf({ status }: KubernetesObject): string | undefined {
  const conditions = (status?.['conditions'] ?? []) as unknown as readonly Readonly<Record<string, string>>[];
  return conditions.find(({ type }) => type === 'Ready')?.['status'];
}
