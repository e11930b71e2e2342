// Users who run things in the cluster: Pods, StatefulSets and machines come, change and go, and ask for addresses in
// their annotations. Names and namespaces are few, and nobody else's: what clients of the ledger hold is not theirs.
import type { SeededChance } from '@holdfast/clock/testing';
import type { KubernetesObject } from '@holdfast/kube-api';
import { formatAddress, formatMac } from '@holdfast/ipam';
import type { Terrain } from '../../orders/terrain';
import { type Cluster, INSTANCES, MACHINES, NAMESPACES, PODS, STATEFUL_SETS } from '../cluster';
import type { Controllers } from './controllers';
import { NODE_AGENT, isDeleting, isPodFinished, refOfObject } from './pods';

export const WORKLOAD_NAMESPACES = ['apps', 'batch'];
const PODS_MAX = 8;
const SETS = ['red', 'blue'];
const MACHINES_MAX = 3;
const SIZE_MAX = 4;
const RETENTIONS = ['release', 'owner', 'forever', '2s', '20m', '', 'nonsense'];
const SECOND_NIC = 'net1.infra.ovn.kubernetes.io';

type Act = () => string;

export class WorkloadUsers {
  private readonly table: readonly (readonly [weight: number, act: Act])[];
  private readonly total: number;

  constructor(
    private readonly cluster: Cluster,
    private readonly controllers: Controllers,
    private readonly terrain: Terrain,
    private readonly chance: SeededChance,
  ) {
    for (const name of WORKLOAD_NAMESPACES) cluster.create(NAMESPACES, name, {});
    const weight = (usual: number): number => usual * (0.1 + 2 * chance.random() ** 2);
    const [pods, sets, machines] = [weight(1), weight(1), weight(1)];
    this.table = [
      [8 * pods, () => this.makePod()],
      [5 * pods, () => this.ofPod('deleted', (pod) => cluster.delete(PODS, refOfObject(pod)))],
      [3 * pods, () => this.ofPod('vanishes', (pod) => cluster.vanish(PODS, refOfObject(pod)))],
      [2 * pods, () => this.finishPod()],
      [1 * pods, () => this.defacePod()],
      [4 * sets, () => this.makeSet()],
      [5 * sets, () => this.scaleSet()],
      [3 * sets, () => this.ofPodOf('StatefulSet')],
      [1 * sets, () => this.ofSet('is deleted', (set) => cluster.delete(STATEFUL_SETS, refOfObject(set)))],
      [0.5 * sets, () => this.ofSet('leaves orphans', (set) => this.orphan(set))],
      [4 * machines, () => this.makeMachine()],
      [4 * machines, () => this.switchMachine()],
      [6 * machines, () => this.ofInstance((instance) => controllers.machines.migrate(instance))],
      [2 * machines, () => this.ofPodOf('VirtualMachineInstance')],
      [1 * machines, () => this.endMachine()],
      [1.5, () => controllers.nodes.change()],
      [0.7, () => this.annotateNamespace()],
    ];
    this.total = this.table.reduce((sum, [each]) => sum + each, 0);
  }

  /** One action; says what it was. */
  act(): string {
    let left = this.chance.random() * this.total;
    const done = (this.table.find(([weight]) => (left -= weight) < 0)?.[1] ?? (() => 'nothing'))();
    this.cluster.done({ wake: true }, () => this.controllers.wake());
    return done;
  }

  private makePod(): string {
    const name = `p${this.chance.below(PODS_MAX)}`;
    const namespace = this.one(WORKLOAD_NAMESPACES);
    const spec = this.has(0.05) ? { hostNetwork: true } : {};
    const labels = this.has(0.6) ? { app: 'web' } : { app: 'db' };
    this.cluster.create(PODS, name, spec, {
      ...{ namespace, labels, annotations: this.podAnnotations() },
      ...(this.has(0.6) && { finalizers: [NODE_AGENT] }),
    });
    return `pod ${namespace}/${name} is made`;
  }

  private podAnnotations(): Record<string, string> {
    const plan = this.one(this.terrain.subnets);
    const word = (name: string, value: string, provider = 'ovn.kubernetes.io') => ({
      [`${provider}/${name}`]: value,
    });
    const copied = this.has(0.03) ? this.onePod() : undefined;
    return {
      ...(copied && copied.metadata.annotations),
      ...(this.has(0.2) && word('logical_switch', plan.name)),
      ...(this.has(0.15) && word('ip_address', formatAddress(this.one(plan.pool4)))),
      ...(this.has(0.05) && word('mac_address', formatMac(this.one(this.terrain.macs)))),
      ...(this.has(0.05) && word('ip_family', this.one(['ipv4', 'ipv6', 'dual']))),
      ...(this.has(0.1) && word('ip_pool', this.one(this.terrain.pools))),
      ...(this.has(0.2) && word('vip', this.one(this.terrain.vips))),
      ...(this.has(0.1) && word('aaps', this.terrain.vips.slice(0, 3).join(', '))),
      ...(this.has(0.1) && { 'holdfast.io/retention': this.one(RETENTIONS) }),
      ...(this.has(0.1) && {
        'k8s.v1.cni.cncf.io/networks': 'infra/net1',
        ...word('logical_switch', this.one(this.terrain.subnets).name, SECOND_NIC),
      }),
    };
  }

  private finishPod(): string {
    const phase = this.one(['Succeeded', 'Failed']);
    return this.ofPod(phase, (pod) => this.cluster.editStatus(PODS, refOfObject(pod), { phase }));
  }

  /** Somebody writes over what the Pod was told. */
  private defacePod(): string {
    const plan = this.one(this.terrain.subnets);
    const annotations = this.one<Record<string, string | null>>([
      { 'ovn.kubernetes.io/ip_address': formatAddress(this.one(plan.pool4)) },
      { 'ovn.kubernetes.io/allocated': null },
      { 'ovn.kubernetes.io/mac_address': null, 'ovn.kubernetes.io/cidr': '10.99.0.0/16' },
    ]);
    return this.ofPod('is defaced', (pod) =>
      this.cluster.edit(PODS, refOfObject(pod), { metadata: { annotations } }),
    );
  }

  private makeSet(): string {
    const name = this.one(SETS);
    const namespace = this.one(WORKLOAD_NAMESPACES);
    const retention = this.has(0.2) && { 'holdfast.io/retention': this.one(RETENTIONS) };
    const template = {
      ...(this.has(0.5) && { labels: { app: 'web' } }),
      ...(this.has(0.15) && { annotations: { 'ovn.kubernetes.io/vip': this.one(this.terrain.vips) } }),
    };
    const spec = { replicas: 1 + this.chance.below(SIZE_MAX), template };
    this.cluster.create(STATEFUL_SETS, name, spec, {
      namespace,
      ...(retention && { annotations: retention }),
    });
    return `set ${namespace}/${name} of ${spec.replicas}`;
  }

  private scaleSet(): string {
    const start = this.has(0.2) ? this.chance.below(2) : undefined;
    const spec = {
      replicas: this.chance.below(SIZE_MAX + 1),
      ...(start !== undefined && { ordinals: { start } }),
    };
    return this.ofSet(`has ${JSON.stringify(spec)}`, (set) =>
      this.cluster.edit(STATEFUL_SETS, refOfObject(set), { spec }),
    );
  }

  /** `kubectl delete --cascade=orphan`: its Pods stay, and are nobody's. */
  private orphan(set: KubernetesObject): void {
    this.cluster.delete(STATEFUL_SETS, refOfObject(set));
    for (const pod of this.cluster.picture.all(PODS))
      if (pod.metadata.ownerReferences?.[0]?.uid === set.metadata.uid)
        this.cluster.edit(PODS, refOfObject(pod), { metadata: { ownerReferences: null } });
  }

  private makeMachine(): string {
    const name = `m${this.chance.below(MACHINES_MAX)}`;
    const namespace = this.one(WORKLOAD_NAMESPACES);
    if (this.has(0.15)) this.cluster.create(INSTANCES, name, {}, { namespace });
    else this.cluster.create(MACHINES, name, { running: true }, { namespace });
    return `machine ${namespace}/${name}`;
  }

  private switchMachine(): string {
    const machine = this.oneOf(this.cluster.picture.all(MACHINES));
    if (!machine) return 'nothing';
    const { name } = machine.metadata;
    // A restart: its instance goes, and it is to run.
    if (this.has(0.3)) {
      this.cluster.delete(INSTANCES, refOfObject(machine));
      return `machine ${name} is restarted`;
    }
    const running = machine.spec?.['running'] !== true;
    this.cluster.edit(MACHINES, refOfObject(machine), { spec: { running } });
    return `machine ${name} ${running ? 'starts' : 'stops'}`;
  }

  private endMachine(): string {
    const kind = this.has(0.5) ? MACHINES : INSTANCES;
    const object = this.oneOf(this.cluster.picture.all(kind));
    if (!object) return 'nothing';
    this.cluster.delete(kind, refOfObject(object));
    return `${kind.kind} ${object.metadata.name} is deleted`;
  }

  private annotateNamespace(): string {
    const name = this.one(WORKLOAD_NAMESPACES);
    const subnet = this.one(this.terrain.subnets).name;
    const annotations = {
      'ovn.kubernetes.io/logical_switch': this.has(0.5) ? subnet : null,
      'ovn.kubernetes.io/ip_pool': this.has(0.2) ? this.one(this.terrain.pools) : null,
    };
    this.cluster.edit(NAMESPACES, name, { metadata: { annotations } });
    return `namespace ${name} says ${JSON.stringify(annotations)}`;
  }

  private ofPod(what: string, act: (pod: KubernetesObject) => void): string {
    const pod = this.onePod();
    if (!pod) return 'nothing';
    act(pod);
    return `pod ${pod.metadata.namespace}/${pod.metadata.name} ${what}`;
  }

  /** Evicted, deleted, taken away by force. */
  private ofPodOf(kind: string): string {
    const pods = this.cluster.picture.all(PODS);
    const pod = this.oneOf(pods.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === kind));
    if (!pod) return 'nothing';
    const how = this.chance.below(3);
    if (how === 0 && !isPodFinished(pod))
      this.cluster.editStatus(PODS, refOfObject(pod), { phase: 'Failed' });
    else if (how === 1 && !isDeleting(pod)) this.cluster.delete(PODS, refOfObject(pod));
    else this.cluster.vanish(PODS, refOfObject(pod));
    return `pod ${pod.metadata.namespace}/${pod.metadata.name} goes`;
  }

  private ofSet(what: string, act: (set: KubernetesObject) => void): string {
    const set = this.oneOf(this.cluster.picture.all(STATEFUL_SETS));
    if (!set) return 'nothing';
    act(set);
    return `set ${set.metadata.namespace}/${set.metadata.name} ${what}`;
  }

  private ofInstance(act: (instance: KubernetesObject) => string): string {
    const instance = this.oneOf(this.cluster.picture.all(INSTANCES));
    return instance ? act(instance) : 'nothing';
  }

  private onePod = (): KubernetesObject | undefined => this.oneOf(this.cluster.picture.all(PODS));
  private has = (rate: number): boolean => this.chance.random() < rate;

  private one<Item>(items: readonly Item[]): Item {
    return items[this.chance.below(items.length)] as Item;
  }

  private oneOf<Item>(items: readonly Item[]): Item | undefined {
    return items.length === 0 ? undefined : this.one(items);
  }
}
