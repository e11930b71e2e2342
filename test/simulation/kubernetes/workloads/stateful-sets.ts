// The StatefulSet controller: each ordinal that is wanted has one Pod, named after it; a finished one is replaced, one
// that is wanted no more goes.
import type { SeededChance } from '@holdfast/clock/testing';
import type { KubernetesObject } from '@holdfast/kube-api';
import { type Cluster, PODS, STATEFUL_SETS } from '../cluster';
import type { Chores, ControllerPart } from './controller-part';
import {
  NODE_AGENT,
  isDeleting,
  isPodFinished,
  ordinalsOf,
  controllerOfPod,
  controllerReferenceTo,
  refOfObject,
} from './pods';

export class StatefulSets implements ControllerPart {
  constructor(
    private readonly cluster: Cluster,
    private readonly chance: SeededChance,
  ) {}

  chores(): Chores {
    const { picture } = this.cluster;
    const chores: Chores = [];
    const pods = picture.of(PODS);
    for (const set of picture.of(STATEFUL_SETS).values()) {
      if (isDeleting(set)) continue;
      const { start, end } = ordinalsOf(set);
      const { namespace, name } = set.metadata;
      for (let ordinal = start; ordinal < end; ordinal += 1)
        if (!pods.has(`${namespace}/${name}-${ordinal}`)) chores.push(() => this.make(set, ordinal));
    }
    for (const pod of pods.values()) {
      const owner = controllerOfPod(pod);
      const set = owner && picture.of(STATEFUL_SETS).get(`${pod.metadata.namespace}/${owner.name}`);
      if (!set || set.metadata.uid !== owner.uid || isDeleting(pod)) continue;
      const ordinal = Number(pod.metadata.name.slice(owner.name.length + 1));
      const { start, end } = ordinalsOf(set);
      if (isPodFinished(pod) || ordinal < start || ordinal >= end)
        chores.push(() => this.cluster.delete(PODS, refOfObject(pod)));
    }
    return chores;
  }

  private make(set: KubernetesObject, ordinal: number): void {
    const { namespace, name } = set.metadata;
    const { annotations = {}, labels = {} } = (set.spec?.['template'] ?? {}) as Partial<
      Record<string, object>
    >;
    this.cluster.create(
      PODS,
      `${name}-${ordinal}`,
      {},
      {
        namespace,
        annotations,
        labels,
        ownerReferences: [controllerReferenceTo(set)],
        ...(this.chance.random() < 0.7 && { finalizers: [NODE_AGENT] }),
      },
    );
  }
}
