// Nodes and their agents: Pods are given a node, run there, and end there when they are deleted. The Pods of a node that
// is lost neither run nor end until it is back; who cannot wait takes them away by force.
import type { SeededChance } from '@holdfast/clock/testing';
import type { KubernetesObject } from '@holdfast/kube-api';
import { type Cluster, PODS } from '../cluster';
import type { Chores, ControllerPart } from './controller-part';
import { NODE_AGENT, isDeleting, isPodFinished, nodeOfPod, refOfObject } from './pods';

const NODES = ['n1', 'n2', 'n3'];

export class Nodes implements ControllerPart {
  private readonly lost = new Set<string>();

  constructor(
    private readonly cluster: Cluster,
    private readonly chance: SeededChance,
  ) {}

  /** One is lost, or is back. @param named of a story that is told */
  change(named?: string): string {
    // Drawn in any case: what the controllers draw next is to be the same.
    const drawn = NODES[this.chance.below(NODES.length)] as string;
    const node = named ?? drawn;
    return this.cluster.done({ node }, () => this.changeOne(node));
  }

  private changeOne(node: string): string {
    if (this.lost.delete(node)) return `node ${node} is back`;
    this.lost.add(node);
    return `node ${node} is lost`;
  }

  heal(): void {
    this.lost.clear();
  }

  chores(): Chores {
    return this.cluster.picture.all(PODS).flatMap((pod) => this.choreOf(pod) ?? []);
  }

  private choreOf(pod: KubernetesObject): (() => void) | undefined {
    const node = nodeOfPod(pod);
    if (node !== undefined && this.lost.has(node)) return undefined;
    if (isDeleting(pod)) return () => this.end(pod);
    if (isPodFinished(pod)) return undefined;
    if (node === undefined) {
      const nodeName = NODES[this.chance.below(NODES.length)];
      return () => this.cluster.edit(PODS, refOfObject(pod), { spec: { nodeName } });
    }
    if (pod.status?.['phase'] === 'Running' || !this.mayRun(pod)) return undefined;
    return () => this.run(pod);
  }

  /** Most wait for an address; some have theirs from elsewhere. */
  private mayRun({ metadata, spec }: KubernetesObject): boolean {
    const isElsewhere = spec?.['hostNetwork'] === true || metadata.uid < '3';
    return isElsewhere || metadata.annotations?.['ovn.kubernetes.io/allocated'] === 'true';
  }

  private run(pod: KubernetesObject): void {
    const said = pod.metadata.annotations?.['ovn.kubernetes.io/ip_address'];
    const podIPs = said?.split(',').map((ip) => ({ ip })) ?? [];
    const conditions = [{ type: 'Ready', status: 'True' }];
    this.cluster.editStatus(PODS, refOfObject(pod), { phase: 'Running', podIPs, conditions });
  }

  private end(pod: KubernetesObject): void {
    const finalizers = pod.metadata.finalizers?.filter((finalizer) => finalizer !== NODE_AGENT);
    this.cluster.edit(PODS, refOfObject(pod), {
      metadata: { finalizers: finalizers?.length ? finalizers : null },
    });
  }
}
