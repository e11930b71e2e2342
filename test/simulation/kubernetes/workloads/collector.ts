// The garbage collector: what says that it belongs to an object that is not there any more, by UID, goes.
import { type Cluster, INSTANCES, MACHINES, PODS, STATEFUL_SETS } from '../cluster';
import type { Chores, ControllerPart } from './controller-part';
import { isDeleting, controllerOfPod, refOfObject } from './pods';

const OWNERS = { StatefulSet: STATEFUL_SETS, VirtualMachine: MACHINES, VirtualMachineInstance: INSTANCES };

export class Collector implements ControllerPart {
  constructor(private readonly cluster: Cluster) {}

  chores(): Chores {
    const { picture } = this.cluster;
    return [PODS, INSTANCES].flatMap((resource) =>
      picture.all(resource).flatMap((object) => {
        const owner = controllerOfPod(object);
        if (!owner || isDeleting(object)) return [];
        const kind = OWNERS[owner.kind as keyof typeof OWNERS];
        const there = picture.of(kind).get(`${object.metadata.namespace}/${owner.name}`);
        return there?.metadata.uid === owner.uid
          ? []
          : [() => this.cluster.delete(resource, refOfObject(object))];
      }),
    );
  }
}
