// Pods, a StatefulSet and a virtual machine in the demo. The sandbox has no controllers and no nodes, so their part is
// played here: Pods are made anew under the same name, as a StatefulSet's controller or KubeVirt would.
import type { KubernetesObject } from '@kubernetes/client-node';
import type { KubernetesUser } from './kubernetes';
import { until } from './until';

const NAMESPACE = 'default';
const ADDRESS = 'ovn.kubernetes.io/ip_address';

export async function addressOf(user: KubernetesUser, pod: string): Promise<string> {
  return until(`Pod ${pod} has an address`, async () => {
    const { metadata } = await user.read('v1', 'Pod', pod, NAMESPACE);
    return metadata?.annotations?.[ADDRESS];
  });
}

/** Replaces the Pod by another of the same owner. @returns the new one's address */
export async function replacePod(
  user: KubernetesUser,
  before: string | undefined,
  pod: string,
  owner: KubernetesObject,
): Promise<string> {
  if (before !== undefined) await user.delete('v1', 'Pod', before, NAMESPACE);
  await user.create(podOf(pod, owner));
  return addressOf(user, pod);
}

export function makeStatefulSet(user: KubernetesUser, name: string): Promise<KubernetesObject> {
  const labels = { app: name };
  return user.create({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas: 1,
      serviceName: name,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: POD_SPEC },
    },
  } as KubernetesObject);
}

/** A machine and its instance, which is what a launcher's Pod names as its owner. */
export async function makeMachine(user: KubernetesUser, name: string): Promise<KubernetesObject> {
  const of = (kind: string, more: object = {}): KubernetesObject =>
    ({
      apiVersion: 'kubevirt.io/v1',
      kind,
      metadata: { name, namespace: NAMESPACE, ...more },
    }) as KubernetesObject;
  const machine = await user.create(of('VirtualMachine'));
  return user.create(of('VirtualMachineInstance', { ownerReferences: [referenceTo(machine)] }));
}

const POD_SPEC = { containers: [{ name: 'main', image: 'busybox' }] };

const podOf = (name: string, owner: KubernetesObject): KubernetesObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, ownerReferences: [referenceTo(owner)] },
    spec: POD_SPEC,
  }) as KubernetesObject;

const referenceTo = ({ apiVersion, kind, metadata }: KubernetesObject) => ({
  apiVersion,
  kind,
  name: metadata?.name,
  uid: metadata?.uid,
  controller: true,
});
