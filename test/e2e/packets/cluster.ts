// Kubernetes beside a lab: a sandbox API server whose nodes are the lab's chassis, and a control plane between it and the
// lab's Northbound. Here are played who makes Pods and the agents of the nodes, which plug in what a Pod is told: every
// address and every row is Holdfast's.
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import type { KubernetesObject } from '@holdfast/kube-api';
import {
  installDefinitions,
  MANIFESTS,
  type SandboxApiServer,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { PlayedMachines } from '../played-machines';
import { untilEqual } from '../until-equal';
import type { PacketLab } from './lab/lab';
import type { Pod } from './lab/pod';

const PODS = '/api/v1/namespaces/default/pods';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Every Pod here may send and receive only what is its own. */
const SECURED = { 'ovn.kubernetes.io/port_security': 'true' };

/** What a Pod is told of its first NIC; addresses without prefix length. */
export interface GivenAddresses {
  readonly v4: string;
  readonly v6: string;
  readonly mac: string;
  /** Of both families, in that order. */
  readonly prefixes: readonly string[];
  readonly gateways: readonly string[];
}

export class PacketCluster {
  readonly machines: PlayedMachines;

  private constructor(
    private readonly lab: PacketLab,
    private readonly server: SandboxApiServer,
    private readonly controlPlane: ControlPlaneProcess,
  ) {
    this.machines = new PlayedMachines(server, SECURED);
  }

  /** With one Subnet of both families, whose switch Holdfast makes. */
  static async start(lab: PacketLab, cidrBlock: string): Promise<PacketCluster> {
    const server = await startSandboxApiServer();
    try {
      await installDefinitions(server, MANIFESTS.holdfast);
      const controlPlane = await startControlPlane({
        ...{ store: 'memory:', kubeconfig: server.kubeconfigFile, northbound: lab.northboundRemote },
        'pod-addresses': 'on',
      });
      const cluster = new PacketCluster(lab, server, controlPlane);
      const spec = { cidrBlock, default: true };
      const metadata = { name: 'ovn-default' };
      const object = { apiVersion: 'kubeovn.io/v1', kind: 'Subnet', metadata, spec };
      await cluster.create('/apis/kubeovn.io/v1/subnets', object);
      return cluster;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.controlPlane.stop();
    await this.server.stop();
  }

  async create(path: string, object: object): Promise<KubernetesObject> {
    const { status, body } = await this.server.request('POST', path, object);
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body as KubernetesObject;
  }

  /** KubeVirt's kinds, as lax as can be. */
  async installKubevirt(): Promise<void> {
    for (const kind of ['VirtualMachine', 'VirtualMachineInstance', 'VirtualMachineInstanceMigration']) {
      const plural = `${kind.toLowerCase()}s`;
      const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
      const versions = [{ name: 'v1', served: true, storage: true, schema }];
      const names = { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` };
      const spec = { group: 'kubevirt.io', scope: 'Namespaced', names, versions };
      const metadata = { name: `${plural}.kubevirt.io` };
      const apiVersion = 'apiextensions.k8s.io/v1';
      await this.create(DEFINITIONS, { apiVersion, kind: 'CustomResourceDefinition', metadata, spec });
    }
  }

  /** The Pod, as who makes it and the scheduler; then plugged in on that chassis, as its node's agent. */
  async runPod(name: string, chassis: 1 | 2, owner?: KubernetesObject): Promise<Pod> {
    const ownerReferences = owner ? [referenceTo(owner)] : [];
    await this.create(PODS, {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations: SECURED, ownerReferences } },
      spec: { nodeName: `ch${chassis}`, containers: [{ name: 'main', image: 'example.com/main' }] },
    });
    return this.plug(name, chassis, `${name}.default`);
  }

  /** Waits for what the Pod is told, and no longer: its port's row may come later. */
  async plug(name: string, chassis: 1 | 2, port: string): Promise<Pod> {
    const { v4, v6, mac, prefixes, gateways } = await this.givenTo(name);
    const [gateway4, gateway6] = gateways;
    const nic = { v4: `${v4}/${prefixes[0]}`, gateway4, v6: `${v6}/${prefixes[1]}`, gateway6 };
    return this.lab.addPod({ name, chassis, port, mac, ...nic });
  }

  /** Gone from Kubernetes and from its node. */
  async endPod(name: string): Promise<void> {
    await this.server.request('DELETE', `${PODS}/${name}`, { gracePeriodSeconds: 0 });
    await this.lab.removePod(name);
  }

  givenTo(name: string): Promise<GivenAddresses> {
    return until(`what ${name} is told`, async () => {
      const { body } = await this.server.request('GET', `${PODS}/${name}`);
      const { annotations = {} } = (body as KubernetesObject).metadata;
      const said = (word: string): string => annotations[`ovn.kubernetes.io/${word}`] ?? '';
      if (said('allocated') !== 'true') return undefined;
      const [v4 = '', v6 = ''] = said('ip_address').split(',');
      const prefixes = said('cidr')
        .split(',')
        .map((cidr) => cidr.split('/')[1] ?? '');
      return { v4, v6, mac: said('mac_address'), prefixes, gateways: said('gateway').split(',') };
    });
  }

  /** Resolves once the port has these options, `key=value` by key, and both chassis know it. */
  async hasOptions(port: string, ...options: readonly string[]): Promise<void> {
    await untilEqual(`options of ${port}`, options, async () => {
      const lines = await this.lab.nbctl('lsp-get-options', port);
      return lines.split('\n').filter(Boolean).sort();
    });
    await this.lab.syncHv();
  }
}

function referenceTo({ apiVersion, kind, metadata }: KubernetesObject): object {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
}
