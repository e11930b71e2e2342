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

/** @returns the address of the owner's new Pod */
export async function runPod(
  user: KubernetesUser,
  pod: string,
  node: string,
  owner: KubernetesObject,
  labels: Readonly<Record<string, string>> = {},
): Promise<string> {
  await user.create(podOf(pod, node, owner, labels));
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
      spec: {},
    }) as KubernetesObject;
  const machine = await user.create(of('VirtualMachine'));
  return user.create(of('VirtualMachineInstance', { ownerReferences: [referenceTo(machine)] }));
}

/** What marks the target Pod of a migration, and what the instance says when that is over. */
export const MIGRATION = { labels: { 'kubevirt.io/migrationJobUID': 'first' } };

export async function endMigration(
  user: KubernetesUser,
  instance: KubernetesObject,
  targetPod: string,
): Promise<void> {
  // Kubernetes' times are to the second, and nothing takes so long here.
  const endTimestamp = new Date(Date.now() + 1_000).toISOString().replace(/\.\d+/, '');
  const migrationState = { migrationUid: 'first', targetPod, completed: true, failed: false, endTimestamp };
  await user.merge(instance, { status: { migrationState } });
}

const POD_SPEC = { containers: [{ name: 'main', image: 'busybox' }] };

const podOf = (name: string, nodeName: string, owner: KubernetesObject, labels: object): KubernetesObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels, ownerReferences: [referenceTo(owner)] },
    spec: { ...POD_SPEC, nodeName },
  }) as KubernetesObject;

const referenceTo = ({ apiVersion, kind, metadata }: KubernetesObject) => ({
  apiVersion,
  kind,
  name: metadata?.name,
  uid: metadata?.uid,
  controller: true,
});
