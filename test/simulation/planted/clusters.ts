// Bugs of the Kubernetes projector: what it writes, what it hears, and what it asks the ledger for.
import type {
  Following,
  JsonObject,
  KubernetesApi,
  KubernetesObject,
  Resource,
  Watcher,
} from '@holdfast/kube-api';
import type { ProjectorLedger, LedgerCommand } from '@holdfast/ledger';
import type { LedgerView } from '@holdfast/ipam';
import type { Planted } from '../world/surroundings';
import { type PlantedBug, bug } from './planted-bug';

export function like(api: KubernetesApi, changes: Partial<KubernetesApi>): KubernetesApi {
  return {
    follow: (...args) => api.follow(...args),
    patch: (...args) => api.patch(...args),
    patchStatus: (...args) => api.patchStatus(...args),
    recordEvent: (event) => api.recordEvent(event),
    close: () => api.close(),
    ...changes,
  };
}

/** Turns each status that is written. */
const telling = (alter: (status: JsonObject) => JsonObject): Planted => ({
  kubernetes: (api) =>
    like(api, {
      patchStatus: (resource, ref, status, expected) =>
        api.patchStatus(resource, ref, alter(status), expected),
    }),
});

type Alter = (object: KubernetesObject) => KubernetesObject | undefined;

/** What a follower sees when each object is turned. */
export function seen(api: KubernetesApi, resource: Resource, watcher: Watcher, alter: Alter): Following {
  const following = api.follow(resource, {
    ...watcher,
    changed: (ref, now, before) => {
      const [sees, saw] = [now && alter(now), before && alter(before)];
      if (sees || saw) watcher.changed(ref, sees, saw);
    },
  });
  return {
    synced: following.synced,
    get: (ref) => {
      const object = following.get(ref);
      return object && alter(object);
    },
    *objects() {
      for (const object of following.objects()) {
        const sees = alter(object);
        if (sees) yield sees;
      }
    },
    stop: () => following.stop(),
  };
}

/** Turns what the projector sees of the objects. */
const seeing = (alter: Alter): Planted => ({
  kubernetes: (api) => like(api, { follow: (resource, watcher) => seen(api, resource, watcher, alter) }),
});

const dropping = (type: LedgerCommand['type']): Planted =>
  asking((ledger) => ({
    execute: async (order, actor) =>
      order.type === type ? { position: undefined } : ledger.execute(order, actor),
  }));

const asking = (alter: (ledger: ProjectorLedger) => Partial<ProjectorLedger>): Planted => ({
  kubernetesLedger: (ledger) => ({
    view: ledger.view,
    execute: (order, actor) => ledger.execute(order, actor),
    hasReached: (position) => ledger.hasReached(position),
    onFacts: (listener) => ledger.onFacts(listener),
    ...alter(ledger),
  }),
});

/** Like the view, but every Vip is an object's. */
const everybodysVips = (view: LedgerView): LedgerView =>
  new Proxy(view, {
    get: (target, name) => {
      if (name === 'ownerOfVip')
        return (vip: string) =>
          target.vip(vip) ? { kind: 'KubernetesObject', resource: 'vips' } : undefined;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

export const CLUSTER_BUGS: readonly PlantedBug[] = [
  bug(
    'counts-of-one-family-for-both',
    'D30',
    'kubernetes-converges',
    telling((status) =>
      'v4usingIPs' in status ? { ...status, v6usingIPs: Number(status['v4usingIPs']) + 1 } : status,
    ),
  ),
  bug(
    'status-written-without-asking-the-ledger',
    'D11',
    'kubernetes-converges',
    telling((status) => ('v4ip' in status ? { ...status, v4ip: '10.0.0.99' } : status)),
  ),
  bug('status-lost', 'D26', 'kubernetes-converges', {
    kubernetes: (api) =>
      like(api, {
        patchStatus: async (resource, ref, _, expected) => api.patch(resource, ref, {}, expected),
      }),
  }),
  bug(
    'deletion-never-heard-of',
    'D13',
    'kubernetes-converges',
    seeing((object) =>
      object.metadata.deletionTimestamp
        ? { ...object, metadata: { ...object.metadata, deletionTimestamp: undefined as never } }
        : object,
    ),
  ),
  bug(
    'some-objects-never-seen',
    'D24',
    'kubernetes-converges',
    seeing((object) => (object.metadata.name.endsWith('1') ? undefined : object)),
  ),
  bug(
    'release-said-and-not-done',
    'calico #8548, D10',
    'kubernetes-converges',
    asking((ledger) => ({
      execute: async (order, actor) =>
        order.type === 'ReleaseVip' ? { position: undefined } : ledger.execute(order, actor),
    })),
  ),
  bug('lease-ignored', 'two active controllers', 'one-works', {
    election: () => ({ isActive: true, whileActive: (begin) => begin() }),
  }),
  bug('lease-held-for-ever-once-it-was', 'client-go without a renew deadline', 'one-works', {
    election: (election) => {
      let was = false;
      return {
        get isActive() {
          return (was ||= election.isActive);
        },
        whileActive: (begin) => (was ? begin() : election.whileActive(begin)),
      };
    },
  }),
  bug('parents-stay-for-ever', 'D20', 'kubernetes-converges', dropping('WithdrawParent')),
  bug(
    'pool-counts-off-by-one',
    'D30, kube-ovn #3190',
    'kubernetes-converges',
    telling((status) =>
      'v4UsingIPs' in status ? { ...status, v4UsingIPs: Number(status['v4UsingIPs']) + 1 } : status,
    ),
  ),
  bug(
    'released-because-its-change-was-refused',
    'whereabouts #207',
    'kubernetes-owners',
    asking((ledger) => ({
      execute: async (order, actor) => {
        const answer = await ledger.execute(order, actor);
        if (order.type === 'ReviseVip' && answer.rejected)
          await ledger.execute(
            { type: 'ReleaseVip', name: order.name, reason: 'to be reserved anew' },
            actor,
          );
        return answer;
      },
    })),
  ),
  bug(
    'names-taken-for-identity',
    'whereabouts #162, #176',
    'kubernetes-owners',
    asking((ledger) => ({ view: everybodysVips(ledger.view) })),
  ),
];
