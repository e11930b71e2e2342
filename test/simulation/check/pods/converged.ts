// In the end: every live Pod has what the ledger says, or is told why not; whoever uses something is there; and nothing
// is held for an owner who is gone, unless it is to be kept.
import { EVENTS, type KubernetesObject, NAMESPACES, PODS } from '@holdfast/kube-api';
import { type Holder, type LedgerView, type SubnetState, holderParts } from '@holdfast/ipam';
import { type Cluster, INSTANCES, MACHINES, STATEFUL_SETS, SUBNETS } from '../../kubernetes/cluster';
import type { Controllers } from '../../kubernetes/workloads/controllers';
import { isDeleting, isPodFinished, nodeOfPod, ordinalsOf } from '../../kubernetes/workloads/pods';
import { grantText } from './grants';

const DEFAULT_PROVIDER = 'ovn';
const OF_WORKLOADS = /^(pod|statefulset|vm)\/(apps|batch)\//;

export interface PodSurroundings {
  readonly cluster: Cluster;
  readonly controllers: Controllers;
  readonly view: LedgerView;
  readonly nowMs: number;
}

/** What of it is not so; `undefined`: nothing. To be asked when no fault strikes any more. */
export function podsDifference(around: PodSurroundings): string | undefined {
  const { cluster, controllers } = around;
  if (!controllers.isIdle()) return 'the controllers are busy';
  const explained = explainedIn(cluster);
  const uids = new Set<string>();
  for (const pod of cluster.picture.all(PODS)) {
    if (isPodFinished(pod) || controllers.machines.hasLeft(pod.metadata.uid)) continue;
    uids.add(pod.metadata.uid);
    if (isDeleting(pod) || pod.spec?.['hostNetwork'] === true) continue;
    for (const provider of providersOf(pod)) {
      const difference = ofNic(pod, provider, around, explained);
      if (difference) return `pod ${pod.metadata.namespace}/${pod.metadata.name}, ${provider}: ${difference}`;
    }
  }
  for (const state of around.view.subnets()) {
    const difference = ofSubnet(state, uids, around);
    if (difference) return difference;
  }
  return undefined;
}

function ofNic(
  pod: KubernetesObject,
  provider: string,
  { view, cluster }: PodSurroundings,
  explained: ReadonlySet<string>,
): string | undefined {
  const { uid } = pod.metadata;
  for (const state of view.subnets())
    for (const [holder, { users }] of state.users) {
      const user = users.find((one) => one.uid === uid);
      if (!user || (holderParts(holder).nic ?? DEFAULT_PROVIDER) !== provider) continue;
      const held = state.byHolder.get(holder);
      const said = (word: string) => pod.metadata.annotations?.[`${provider}.kubernetes.io/${word}`] ?? '';
      const [is, expected] = [
        `${said('ip_address')} ${said('mac_address')} ${said('logical_switch')} ${said('allocated')}`,
        held && `${grantText({ v4: held.v4, v6: held.v6, mac: state.macOf(held) })} ${state.name} true`,
      ];
      if (is !== expected) return `it says ${is}, and ${holder} has ${expected}`;
      return user.node === nodeOfPod(pod)
        ? undefined
        : `it is on ${nodeOfPod(pod)}, recorded on ${user.node}`;
    }
  if (explained.has(uid) || !hasCandidate(pod, provider, view, cluster)) return undefined;
  return 'it has no address, and is not told why';
}

/** Uids of Pods with an Event of ours. */
function explainedIn({ picture }: Cluster): ReadonlySet<string> {
  const events = picture.all(EVENTS);
  return new Set(events.map((event) => (event['involvedObject'] as { readonly uid: string }).uid));
}

function providersOf({ metadata }: KubernetesObject): string[] {
  const { annotations = {} } = metadata;
  const networks = annotations['k8s.v1.cni.cncf.io/networks'];
  const second = 'net1.infra.ovn';
  const hasSecond = networks !== undefined && annotations[`${second}.kubernetes.io/logical_switch`];
  return hasSecond ? [DEFAULT_PROVIDER, second] : [DEFAULT_PROVIDER];
}

/** Whether there is a Subnet that it may be in. */
function hasCandidate(pod: KubernetesObject, provider: string, view: LedgerView, cluster: Cluster): boolean {
  const own = pod.metadata.annotations?.[`${provider}.kubernetes.io/logical_switch`];
  const namespace = pod.metadata.namespace ?? '';
  const ofNamespace = cluster.get(NAMESPACES, namespace)?.metadata.annotations?.[
    `${DEFAULT_PROVIDER}.kubernetes.io/logical_switch`
  ];
  const subnets = cluster.list(SUBNETS);
  const named = subnets.filter(({ spec }) => ((spec?.['namespaces'] ?? []) as string[]).includes(namespace));
  const byDefault = subnets.filter(({ spec }) => spec?.['default'] === true);
  const chosen = own
    ? [own]
    : ofNamespace
      ? [ofNamespace]
      : (named.length > 0 ? named : byDefault).map(({ metadata }) => metadata.name);
  return chosen.some((name) => view.subnet(name) !== undefined);
}

function ofSubnet(
  state: SubnetState,
  uids: ReadonlySet<string>,
  around: PodSurroundings,
): string | undefined {
  for (const [holder, { users }] of state.users)
    for (const { object, uid } of users)
      if (object.startsWith('pod/') && !uids.has(uid))
        return `${object} (${uid}) is gone, and uses ${holder} in ${state.name}`;
  for (const holder of state.byHolder.keys()) {
    if (!OF_WORKLOADS.test(holder)) continue;
    const use = state.users.of(holder);
    // What is reserved is used from that moment on: it is one decision.
    if ((use && use.users.length > 0) || isDesired(holder, around.cluster)) continue;
    const retained = use?.retained;
    const keep = (use?.retention ?? state.definition?.retention)?.keep;
    if (retained && keep === 'forever') continue;
    if (retained?.untilMs !== undefined && retained.untilMs > around.nowMs) continue;
    return `${holder} holds something in ${state.name} for nobody`;
  }
  return undefined;
}

/** Whether somebody is there who will want it again. */
function isDesired(holder: Holder, { picture }: Cluster): boolean {
  const { kind, namespace, name, ordinal = 0 } = holderParts(holder);
  const key = `${namespace}/${name}`;
  if (kind === 'vm') return picture.of(MACHINES).has(key) || picture.of(INSTANCES).has(key);
  const set = kind === 'statefulset' ? picture.of(STATEFUL_SETS).get(key) : undefined;
  if (!set) return false;
  const { start, end } = ordinalsOf(set);
  return ordinal >= start && ordinal < end;
}
