// Bugs of the projector that gives Pods their addresses: whom it takes for whom, whom it believes to be gone, and what it says.
import { type Following, type KubernetesApi, type KubernetesObject, PODS } from '@holdfast/kube-api';
import type { ProjectorLedger, LedgerCommand } from '@holdfast/ledger';
import { reject, subnet } from '@holdfast/ipam';
import type { Planted, Surroundings } from '../world/surroundings';
import { like, seen } from './clusters';
import { type PlantedBug, bug } from './planted-bug';
import { deciding } from './rules';

type Alter = (order: LedgerCommand, ledger: ProjectorLedger) => LedgerCommand | undefined;

/** Turns each order; of one that is swallowed it is said that it was done. */
export const ordering = (alter: Alter): Pick<Required<Planted>, 'podsLedger'> => ({
  podsLedger: (ledger) => ({
    view: ledger.view,
    execute: async (order, actor) => {
      const turned = alter(order, ledger);
      return turned ? ledger.execute(turned, actor) : { position: undefined };
    },
    hasReached: (position) => ledger.hasReached(position),
    onFacts: (listener) => ledger.onFacts(listener),
  }),
});

/** Turns what it sees of Pods. */
const seeingPods = (alter: (pod: KubernetesObject) => KubernetesObject | undefined): Planted => ({
  podsApi: (api) =>
    like(api, {
      follow: (resource, watcher): Following =>
        resource === PODS ? seen(api, resource, watcher, alter) : api.follow(resource, watcher),
    }),
});

const writing = (patch: (api: KubernetesApi, world: Surroundings) => KubernetesApi['patch']): Planted => ({
  podsApi: (api, world) => like(api, { patch: patch(api, world) }),
});

const withPhase = (pod: KubernetesObject, phase: string): KubernetesObject => ({
  ...pod,
  status: { ...pod.status, phase },
});

const isOrdinal = (holder: string): boolean => holder.startsWith('statefulset/');

export const POD_BUGS: readonly PlantedBug[] = [
  bug(
    'collector-without-uid',
    'whereabouts #176, spiderpool #2526',
    'pods-owners',
    ordering((order, { view }) => {
      if (order.type !== 'DetachUser') return order;
      const user = view.subnet(order.subnet)?.users.usersOf(order.holder).at(-1);
      return user ? { ...order, uid: user.uid } : order;
    }),
  ),
  bug('server-said-to-have-nothing', 'D16, calico #8643', 'pods-converge', {
    ...writing((api) => async (resource, ref, change, expected) => {
      if (Object.keys(change).length > 0) return api.patch(resource, ref, change, expected);
      return { outcome: 'gone' };
    }),
    podsOptions: { graceMs: 1 },
  }),
  bug(
    'wrong-ordinal-released-on-scale-down',
    'D9',
    'pods-owners',
    ordering((order) =>
      order.type === 'DetachUser' && isOrdinal(order.holder) && order.holder.endsWith('1')
        ? { ...order, owner: 'gone' }
        : order,
    ),
  ),
  bug(
    'one-vip-for-two-pods',
    'D29, kube-ovn #1809',
    'pods-told',
    ordering((order) =>
      order.type === 'AttachUser' && order.holder.startsWith('vip/') ? { ...order, migrates: true } : order,
    ),
  ),
  bug(
    'migration-target-has-its-own',
    'kubevirt #14320',
    'pods-owners',
    seeingPods((pod) => {
      const { labels, annotations } = pod.metadata;
      const isTarget = { ...labels, ...annotations }['kubevirt.io/migrationJobUID'] !== undefined;
      return isTarget ? { ...pod, metadata: { ...pod.metadata, ownerReferences: [] } } : pod;
    }),
  ),
  bug(
    'source-forgotten-on-failure',
    'kubevirt #4910',
    'pods-owners',
    ordering((order, { view }) => {
      if (order.type !== 'DetachUser' || !order.reason.includes('left by its machine')) return order;
      const users = view.subnet(order.subnet)?.users.usersOf(order.holder) ?? [];
      const other = users.find(({ uid }) => uid !== order.uid);
      return other ? { ...order, uid: other.uid } : order;
    }),
  ),
  bug(
    'pool-ignores-namespaces',
    'D28',
    'pods-told',
    ordering((order) => (order.type === 'ReserveAddress' ? { ...order, pool: undefined } : order)),
  ),
  bug(
    'old-annotation-taken-as-truth',
    'kube-ovn #4304',
    'pods-told',
    (() => {
      const ofWorld = new WeakMap<Surroundings, Map<string, object>>();
      return writing((api, world) => async (resource, ref, change, expected) => {
        const firstSeen = ofWorld.get(world) ?? new Map<string, object>();
        ofWorld.set(world, firstSeen);
        const { annotations } = change.metadata ?? {};
        const key = `${ref.namespace}/${ref.name}`;
        const first = annotations && (firstSeen.get(key) ?? annotations);
        if (first) firstSeen.set(key, first);
        const echo = first ? { metadata: { annotations: first as Record<string, string> } } : change;
        return api.patch(resource, ref, echo, expected);
      });
    })(),
  ),
  bug(
    'annotations-never-written',
    'D26',
    'pods-converge',
    writing((api) => (resource, ref, _, expected) => api.patch(resource, ref, {}, expected)),
  ),
  bug(
    'departures-said-and-not-done',
    'calico #8548',
    'pods-converge',
    ordering((order) => (order.type === 'DetachUser' ? undefined : order)),
  ),
  bug(
    'owners-never-end',
    'kube-ovn #6943, calico #8643',
    'pods-converge',
    ordering((order) => (order.type === 'EndOwner' ? undefined : order)),
  ),
  bug(
    'finished-pods-keep-theirs',
    'terway #100, whereabouts #75',
    'pods-converge',
    seeingPods((pod) => withPhase(pod, 'Running')),
  ),
  bug(
    'deletion-taken-for-the-end',
    'metallb #2723',
    'pods-owners',
    seeingPods((pod) => (pod.metadata.deletionTimestamp ? undefined : pod)),
  ),
  bug(
    'lost-node-taken-for-finished-pods',
    'whereabouts #75',
    'pods-owners',
    seeingPods((pod) => (pod.spec?.['nodeName'] === 'n2' ? withPhase(pod, 'Failed') : pod)),
  ),
  bug('refusals-never-said', 'D26', 'pods-converge', {
    podsApi: (api) => like(api, { recordEvent: async () => undefined }),
  }),
  bug(
    'former-address-forgotten',
    'kube-ovn #1297, #1376',
    'pods-owners',
    ordering((order) => (order.type === 'ReserveAddress' ? { ...order, prefersFormer: false } : order)),
  ),
  bug(
    'pool-ignored-by-the-ledger',
    'D28, kube-ovn #3190',
    'slow-model',
    deciding((decision, command, state, moment) =>
      command.type === 'ReserveAddress' && command.pool !== undefined && !decision.rejected
        ? subnet.decide({ ...command, pool: undefined }, state, moment)
        : decision,
    ),
  ),
  bug(
    'pool-full-is-subnet-full',
    'kube-ovn #3190, cilium #30078',
    'slow-model',
    deciding((decision, command, state) =>
      command.type === 'ReserveAddress' &&
      command.pool === undefined &&
      !decision.rejected &&
      decision.events.length > 0 &&
      (state.definition?.pools ?? []).length > 0
        ? reject('SubnetExhausted', 'a pool is full', { subnet: command.subnet, family: 'IPv4' })
        : decision,
    ),
  ),
];
