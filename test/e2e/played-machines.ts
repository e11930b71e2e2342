// KubeVirt, as a test plays it: machines, their instances, the Pods that these run in, and live migrations, of the shape in
// which its controllers make them. It gives nothing an address, and knows nothing of Holdfast.
import type { KubernetesObject } from '@holdfast/kube-api';
import type { KubernetesServer } from '@holdfast/kube-api/testing';

const MERGE = 'application/merge-patch+json';
const KUBEVIRT = '/apis/kubevirt.io/v1/namespaces/default';
const PODS = '/api/v1/namespaces/default/pods';
const INSTANCES = `${KUBEVIRT}/virtualmachineinstances`;
const MIGRATIONS = `${KUBEVIRT}/virtualmachineinstancemigrations`;
const MACHINES = `${KUBEVIRT}/virtualmachines`;

export const launcherOf = (machine: string, suffix: string): string => `virt-launcher-${machine}-${suffix}`;

export class PlayedMachines {
  /** @param annotations of every launcher, as from its machine's template */
  constructor(
    private readonly server: KubernetesServer,
    private readonly annotations: Readonly<Record<string, string>> = {},
  ) {}

  async create(name: string): Promise<void> {
    const spec = { running: true, template: { spec: { domain: { devices: {} } } } };
    const object = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name }, spec };
    await this.post(MACHINES, object);
  }

  /** As a user does. What it owns is collected after it, which a test plays, too. */
  async delete(name: string): Promise<void> {
    const { code, stderr } = await this.server.kubectl(['delete', 'vm', name]);
    if (code !== 0) throw new Error(stderr);
  }

  /** Owned by the machine of its name, if there is one. */
  async startInstance(name: string): Promise<void> {
    const machine = await this.find(`${MACHINES}/${name}`);
    const ownerReferences = machine ? [ownedBy(machine)] : [];
    const metadata = { name, ownerReferences };
    const spec = { domain: { devices: {} } };
    const object = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata, spec };
    await this.post(INSTANCES, object);
  }

  endInstance(name: string): Promise<void> {
    return this.remove(`${INSTANCES}/${name}`);
  }

  /** @param migration the UID of the one that it is the target of */
  async launch(machine: string, suffix: string, node: string, migration?: string): Promise<void> {
    const instance = await this.find(`${INSTANCES}/${machine}`);
    if (!instance) throw new Error(`there is no instance ${machine}`);
    const labels = {
      ...{ 'kubevirt.io': 'virt-launcher', 'kubevirt.io/domain': machine },
      ...(migration !== undefined && { 'kubevirt.io/migrationJobUID': migration }),
    };
    const { annotations } = this;
    const ownerReferences = [ownedBy(instance)];
    await this.post(PODS, {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: { name: launcherOf(machine, suffix), labels, annotations, ownerReferences },
      spec: { nodeName: node, containers: [{ name: 'compute', image: 'example.com/virt-launcher' }] },
    });
  }

  endLauncher(machine: string, suffix: string): Promise<void> {
    return this.remove(`${PODS}/${launcherOf(machine, suffix)}`);
  }

  /** As `virtctl migrate` does; then the target's Pod, as virt-controller. @returns what the instance is to say of it */
  async migrate(machine: string, suffix: string, from: string, to: string): Promise<object> {
    const kind = 'VirtualMachineInstanceMigration';
    const metadata = { name: `${machine}-to-${suffix}` };
    const object = { apiVersion: 'kubevirt.io/v1', kind, metadata, spec: { vmiName: machine } };
    const { uid } = (await this.post(MIGRATIONS, object)).metadata;
    await this.launch(machine, suffix, to, uid);
    return {
      ...{ migrationUid: uid, targetPod: launcherOf(machine, suffix), sourceNode: from, targetNode: to },
      ...{ startTimestamp: nowInSeconds(), endTimestamp: null, completed: null, failed: null },
    };
  }

  /** What the instance says of a migration, once its target is ready. */
  async say(machine: string, migrationState: object): Promise<void> {
    await this.merge(`${INSTANCES}/${machine}`, { status: { migrationState } });
  }

  /** Of the last migration that it said something of. */
  async end(machine: string, { failed }: { readonly failed: boolean }): Promise<void> {
    // Kubernetes' times are to the second, and no migration ends in that in which its source was made.
    // A timer may be over a moment before the second is.
    for (const before = nowInSeconds(); nowInSeconds() === before; )
      await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
    await this.say(machine, { completed: true, failed, endTimestamp: nowInSeconds() });
  }

  /** Undefined when it is not there. */
  async launcher(machine: string, suffix: string): Promise<KubernetesObject | undefined> {
    return this.find(`${PODS}/${launcherOf(machine, suffix)}`);
  }

  private async find(path: string): Promise<KubernetesObject | undefined> {
    const { status, body } = await this.server.request('GET', path);
    if (status !== 200 && status !== 404) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return status === 200 ? (body as KubernetesObject) : undefined;
  }

  private async post(path: string, object: object): Promise<KubernetesObject> {
    const { status, body } = await this.server.request('POST', path, object);
    if (status !== 201) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body as KubernetesObject;
  }

  private async merge(path: string, change: object): Promise<void> {
    const { status, body } = await this.server.request('PATCH', path, change, MERGE);
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
  }

  private async remove(path: string): Promise<void> {
    const { status, body } = await this.server.request('DELETE', path, { gracePeriodSeconds: 0 });
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
  }
}

function ownedBy({ apiVersion, kind, metadata }: KubernetesObject): object {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
}

/** RFC 3339 in UTC to the second, as Kubernetes' own times. */
function nowInSeconds(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
