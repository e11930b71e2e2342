// How far into a ledger the statuses of a cluster's objects go, whichever ledger that was: read once, before anything is written.
import { comparePositions } from '@holdfast/event-store';
import {
  IP_POOLS,
  type KubernetesApi,
  type KubernetesFault,
  type KubernetesObject,
  type Resource,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
} from '@holdfast/kube-api';

const KINDS = [VIPS, SUBNETS, IP_POOLS, SWITCH_LB_RULES];

/** `undefined`: no status has one. @throws KubernetesFault when the cluster could not be listed */
export async function lastObservedPosition(api: KubernetesApi): Promise<string | undefined> {
  const positions = await Promise.all(KINDS.map((kind) => lastOf(api, kind)));
  return positions.reduce(later, undefined);
}

async function lastOf(api: KubernetesApi, resource: Resource): Promise<string | undefined> {
  const failed = Promise.withResolvers<KubernetesFault | undefined>();
  const following = api.follow(resource, {
    changed: () => undefined,
    // A kind that the cluster does not serve has no objects.
    faulted: (fault) => failed.resolve(fault.code === NOT_SERVED ? undefined : fault),
    trim: ({ metadata, status }) => ({ metadata, status }) as KubernetesObject,
  });
  try {
    const fault = await Promise.race([following.synced.then(() => undefined), failed.promise]);
    if (fault) throw fault;
    let last: string | undefined;
    for (const { status } of following.objects()) last = later(last, positionIn(status));
    return last;
  } finally {
    await following.stop();
  }
}

const NOT_SERVED = 'kubernetes-kind-unknown';

const positionIn = (status: KubernetesObject['status']): string | undefined => {
  const position = status?.['observedPosition'];
  return typeof position === 'string' && POSITION.test(position) ? position : undefined;
};

const POSITION = /^\d+(\/\d+)?$/;

function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return comparePositions(a, b) >= 0 ? a : b;
}
