// Reads all that says who has which address in a cluster, once, through the port that the projector follows it by. It writes
// nothing: of the port it is given what follows, and nothing else.
import { type Clock, sleep } from '@holdfast/clock';
import {
  type Following,
  type KubernetesApi,
  KubernetesFault,
  type KubernetesObject,
  PODS,
  type Resource,
  trimFollowedPod,
} from '@holdfast/kube-api';
import { type ClusterObjects, kindsToRead, type ReadKind } from './cluster-objects';
import { CONTROLLER_LABEL } from './kube-ovn-controller';

export interface ReadClusterOptions {
  readonly api: Pick<KubernetesApi, 'follow'>;
  readonly clock: Clock;
  /** For how long failures are followed by another attempt. */
  readonly timeoutMs: number;
  /** StatefulSets of other groups than `apps` that own addresses. */
  readonly statefulSets?: readonly Resource[];
  /** Kinds that the cluster may do without, besides those that any may. */
  readonly optional?: readonly Resource[];
}

/** A list that goes on without a failure: a hundred thousand Pods, in pages, from a server that is busy. */
const LIST_MAX_MS = 600_000;

/** @throws KubernetesFault the last one of a kind that could not be read in time, or that nobody will ever be let read */
export async function readCluster(options: ReadClusterOptions): Promise<ClusterObjects> {
  const kinds = kindsToRead(options.statefulSets ?? []);
  const endMs = options.clock.monotonic() + options.timeoutMs;
  // One after the other: a cluster's server has others to serve.
  const objects: Partial<Record<keyof ClusterObjects, KubernetesObject[]>> = {};
  for (const kind of kinds) {
    const isOptional = kind.isOptional || options.optional?.includes(kind.resource) === true;
    const found = await readKind({ ...kind, isOptional }, options, endMs);
    objects[kind.into] = [...(objects[kind.into] ?? []), ...found];
  }
  return objects as ClusterObjects;
}

async function readKind(
  { resource, isOptional }: ReadKind,
  { api, clock }: ReadClusterOptions,
  endMs: number,
): Promise<KubernetesObject[]> {
  let last: KubernetesFault | undefined;
  let giveUp: (fault: KubernetesFault) => void = () => undefined;
  const given = new Promise<KubernetesFault>((resolve) => (giveUp = resolve));
  const following: Following = api.follow(resource, {
    changed: () => undefined,
    ...(resource === PODS && { trim: trimPod }),
    faulted: (fault) => {
      last = fault;
      const isFinal = !fault.retryable || fault.code === 'kubernetes-kind-unknown';
      if (isFinal || clock.monotonic() >= endMs) giveUp(fault);
    },
  });
  const timer = new AbortController();
  const late = sleep(clock, LIST_MAX_MS, timer.signal);
  try {
    const ended = await Promise.race([following.synced, given, late.then(() => 'late' as const)]);
    if (ended === true) return [...following.objects()];
    const fault = ended instanceof KubernetesFault ? ended : last;
    if (isOptional && fault?.code === 'kubernetes-kind-unknown') return [];
    throw fault ?? tooSlow(resource);
  } finally {
    timer.abort();
    await following.stop();
  }
}

/** What its addresses depend on, and whether it is Kube-OVN's own. */
function trimPod(pod: KubernetesObject): KubernetesObject {
  const trimmed = trimFollowedPod(pod);
  const { name, value } = CONTROLLER_LABEL;
  if (pod.metadata.labels?.[name] !== value) return trimmed;
  return {
    ...trimmed,
    metadata: { ...trimmed.metadata, labels: { ...trimmed.metadata.labels, [name]: value } },
  };
}

function tooSlow({ plural }: Resource): KubernetesFault {
  return new KubernetesFault('kubernetes-unreachable', `list ${plural}: no answer in time`, true);
}
