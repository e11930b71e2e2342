// Pods and who owns them in a sandbox, in virtual time, with the projector that gives them their addresses; and the part of
// the controllers and of the node agents that a test needs played.
import {
  formatAddress,
  formatMac,
  type Holder,
  parseCidr,
  parseHolder,
  type SubnetState,
} from '@holdfast/ipam';
import {
  clusterResource,
  FINALIZER,
  type KubernetesObject,
  NAMESPACES,
  PODS,
  type Resource,
  STATEFUL_SETS,
} from '@holdfast/kube-api';
import { MemoryLedger } from '@holdfast/ledger/testing';
import { type SandboxConnection, SandboxWorld } from '@holdfast/kube-api/testing';
import { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from '../owner/machine-resources';
import { PodAddressProjector, type PodAddressProjectorOptions } from '../projector/pod-address-projector';
import type { AddressDifference } from '../context/pod-context';
import type { ProjectorFault } from '@holdfast/projection';

const DEFINITIONS = clusterResource(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
);

export interface RunningAddresses {
  readonly projector: PodAddressProjector;
  readonly connection: SandboxConnection;
  readonly differences: AddressDifference[];
  readonly faults: ProjectorFault[];
  /** As kill -9; the ledger then is as a new process would find it. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface PodShape {
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly object[];
  readonly node?: string;
  readonly hostNetwork?: boolean;
}

export const DEFAULT_SUBNET = 'ovn-default';

export class PodWorld extends SandboxWorld {
  readonly ledger = new MemoryLedger({ clock: this.clock });
  running!: RunningAddresses;

  /** With a ledger that has the default Subnet, and a projector at work. */
  static async started(
    options: Partial<PodAddressProjectorOptions> = {},
    spec: object = { cidrBlock: '10.16.0.0/16' },
  ): Promise<PodWorld> {
    const world = new PodWorld();
    await world.defineSubnet(DEFAULT_SUBNET, { default: true, ...spec });
    await world.startAddresses(options);
    return world;
  }

  /** In the ledger as its object asks, which is as if another had seen to it. */
  async defineSubnet(
    name: string,
    spec: { readonly cidrBlock?: string; readonly [field: string]: unknown },
  ): Promise<void> {
    this.subnet(name, spec, { finalizers: [FINALIZER] });
    const texts = (spec.cidrBlock ?? '').split(',');
    const cidrs = texts.map(parseCidr).filter((cidr) => cidr !== undefined);
    const { rejected } = await this.ledger.execute({ type: 'DefineSubnet', subnet: name, cidrs }, 'test');
    if (rejected) throw new Error(rejected.message);
    await this.settle(2_000);
  }

  async startAddresses(options: Partial<PodAddressProjectorOptions> = {}): Promise<RunningAddresses> {
    const { clock, chance, ledger } = this;
    const connection = this.sandbox.connect();
    const differences: AddressDifference[] = [];
    const faults: ProjectorFault[] = [];
    const projector = new PodAddressProjector({
      ...{ api: connection.api, ledger, clock, chance },
      onDifference: (difference) => void differences.push(difference),
      onFault: (fault) => void faults.push(fault),
      ...options,
    });
    const stop = async (): Promise<void> => {
      await Promise.all([projector.stop(), connection.api.close()]);
    };
    const crash = async (): Promise<void> => {
      connection.rest.cut();
      await stop();
      ledger.restart();
    };
    void projector.start();
    await this.settle();
    this.running = { projector, connection, differences, faults, stop, crash };
    return this.running;
  }

  /** Kills the projector, lets happen what happens meanwhile, and starts another one. */
  async whileDown(
    meanwhile: () => void,
    options: Partial<PodAddressProjectorOptions> = {},
  ): Promise<RunningAddresses> {
    await this.running.crash();
    meanwhile();
    return this.startAddresses(options);
  }

  /**
   * While it is late, watches of that kind say nothing, as when one is being connected again; what is listed is not late.
   * All watches begin anew for it.
   */
  async withLateWatch({ plural }: Resource): Promise<{ isLate: boolean }> {
    const late = { isLate: false };
    const { rest } = this.running.connection;
    const watch = rest.watch.bind(rest);
    rest.watch = (path, query, onEvent, signal) => {
      const isOfKind = path.endsWith(`/${plural}`);
      return watch(path, query, (event) => (late.isLate && isOfKind ? undefined : onEvent(event)), signal);
    };
    this.sandbox.faults.dropWatches();
    await this.settle(5_000);
    return late;
  }

  podOf(name: string, shape: PodShape = {}): KubernetesObject {
    const { namespace = 'default', node, hostNetwork, ...metadata } = shape;
    const spec = { ...(node && { nodeName: node }), ...(hostNetwork && { hostNetwork }) };
    return this.create(PODS, name, spec, { namespace, ...metadata });
  }

  /** A StatefulSet, without its Pods. */
  set(name: string, replicas: number, metadata: object = {}, spec: object = {}): KubernetesObject {
    return this.create(STATEFUL_SETS, name, { replicas, ...spec }, { namespace: 'default', ...metadata });
  }

  /** What the set's controller would make. */
  podOfSet(set: KubernetesObject, ordinal: number, shape: PodShape = {}): KubernetesObject {
    return this.podOf(`${set.metadata.name}-${ordinal}`, {
      ...{ namespace: set.metadata.namespace, ...shape },
      ownerReferences: [referenceTo(set)],
    });
  }

  namespace(name: string, annotations: Readonly<Record<string, string>> = {}): void {
    this.create(NAMESPACES, name, {}, { annotations } as object);
  }

  /** KubeVirt's definitions, as lax as a cluster's may be. */
  installKubevirt(): void {
    for (const resource of [VIRTUAL_MACHINES, VIRTUAL_MACHINE_INSTANCES])
      this.sandbox.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: DEFINITIONS.kind,
        metadata: { name: `${resource.plural}.${resource.group}` },
        spec: laxDefinitionOf(resource),
      });
  }

  machine(name: string): KubernetesObject {
    return this.create(VIRTUAL_MACHINES, name, { running: true }, { namespace: 'default' });
  }

  instance(name: string): KubernetesObject {
    return this.create(VIRTUAL_MACHINE_INSTANCES, name, {}, { namespace: 'default' });
  }

  podOfInstance(instance: KubernetesObject, suffix: string, shape: PodShape = {}): KubernetesObject {
    return this.podOf(`virt-launcher-${instance.metadata.name}-${suffix}`, {
      ...shape,
      ownerReferences: [referenceTo(instance)],
    });
  }

  /** A node agent's part: the Pod is gone for good. */
  gone(name: string): void {
    this.delete(PODS, name.includes('/') ? name : `default/${name}`);
  }

  annotation(name: string, word: string, provider = 'ovn'): string | undefined {
    const key = name.includes('/') ? name : `default/${name}`;
    return this.read(PODS, key)?.metadata.annotations?.[`${provider}.kubernetes.io/${word}`];
  }

  ip(name: string, provider = 'ovn'): string | undefined {
    return this.annotation(name, 'ip_address', provider);
  }

  state(name = DEFAULT_SUBNET): SubnetState {
    return this.ledger.view.subnet(name) as SubnetState;
  }

  /** "10.16.0.2 0a:…" of what the holder holds; undefined when it holds nothing. */
  heldBy(holder: string, subnet = DEFAULT_SUBNET): string | undefined {
    const state = this.state(subnet);
    const held = state.byHolder.get(parseHolder(holder) as Holder);
    return held && `${formatAddress((held.v4 ?? held.v6) as number)} ${formatMac(state.macOf(held))}`;
  }

  /** By UID, the primary one first. */
  usersOf(holder: string, subnet = DEFAULT_SUBNET): string[] {
    return this.state(subnet)
      .users.usersOf(parseHolder(holder) as Holder)
      .map(({ uid }) => uid);
  }

  holders(subnet = DEFAULT_SUBNET): string[] {
    return [...this.state(subnet).byHolder.keys()].sort();
  }

  /** Types of what was recorded since, without the Subnet's own. */
  recorded(since = 0): string[] {
    const types = this.ledger.facts.slice(since).map(({ event }) => event.type);
    return types.filter((type) => !type.startsWith('Subnet'));
  }

  reasons(): string[] {
    return this.events().map(({ reason, involvedObject }) => `${involvedObject.name}: ${reason}`);
  }

  /** Ever, at any moment, did two holders have one address? Held in every prefix of what was recorded. */
  everHeldTwice(): string[] {
    const holderOf = new Map<string, string>();
    const twice: string[] = [];
    for (const { event } of this.ledger.facts) {
      if (event.type === 'AddressReserved') {
        const address = formatAddress((event.v4 ?? event.v6) as number);
        const other = holderOf.get(address);
        if (other !== undefined) twice.push(`${address}: ${other} and ${event.holder}`);
        holderOf.set(address, event.holder);
      }
      if (event.type === 'AddressReleased') holderOf.delete(formatAddress((event.v4 ?? event.v6) as number));
    }
    return twice;
  }
}

export function referenceTo({ apiVersion, kind, metadata }: KubernetesObject): object {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
}

export function laxDefinitionOf({ group, plural, kind }: Resource): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const version = { name: 'v1', served: true, storage: true, subresources: { status: {} }, schema };
  const names = { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` };
  return { group, scope: 'Namespaced', names, versions: [version] };
}
