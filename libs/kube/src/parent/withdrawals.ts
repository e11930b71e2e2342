// Which grants by selector of a Vip end now, and why, in words for the record. The words come from what is there, and
// from who was seen to leave; after a restart, or when an event was missed, from what the port's name still tells.
import type { VipEntry } from '@holdfast/ipam';
import { actorNamed, actorOf, type KubernetesObject, nicsOf, PODS, VIPS } from '@holdfast/kube-api';
import type { Context } from '../object/context';
import type { PodsByVip } from './pods-by-vip';
import { executeAll, podEvidence, isSettled, type ParentCommand } from './parent-commands';
import type { UnfitReason, ParentFitness } from './parent-fitness';

export interface JudgedPod {
  readonly pod: KubernetesObject;
  readonly fitness: ParentFitness;
}

interface Cause {
  readonly reason: string;
  readonly pod?: KubernetesObject;
  /** The Vip asks for other Pods now; none of them did anything. */
  readonly isVips?: boolean;
}

const REASONS: Readonly<Record<UnfitReason, string>> = {
  VipNotFound: 'Vip released',
  VipNotReserved: 'Vip released',
  VipTypeMismatch: "Vip's type changed",
  NamespaceDiffers: "Vip's namespace changed",
  SelectorMalformed: "Vip's selector cannot be read",
  LabelsDiffer: 'labels no longer match selector',
  HostNetwork: "Pod uses its node's network",
  NoPortInSubnet: "Pod has no port in the Vip's subnet any more",
};

export class Withdrawals {
  /** Selectors of the Vips that had parents when they were last reconciled: whose doing is it that one ends? */
  private readonly selectors = new Map<string, string>();

  constructor(
    private readonly context: Context,
    private readonly pods: PodsByVip,
  ) {}

  /** Ends every grant by selector of a port that is not wanted. Whether all is settled. */
  async make(
    entry: VipEntry,
    desired: ReadonlyMap<string, unknown>,
    judged: readonly JudgedPod[],
  ): Promise<boolean> {
    const { name } = entry;
    const granted = entry.subnet.uses.parents(name).filter(({ grantors }) => grantors.includes('selector'));
    const over = granted.filter(({ port }) => !desired.has(port));
    const commands = over.map(({ port }) => this.commandOf(entry, port, judged));
    const answers = await executeAll(this.context, entry, commands);
    const areSettled = answers.every(isSettled);
    if (areSettled) this.remember(entry, desired.size > 0);
    return areSettled;
  }

  forget(vip: string): void {
    this.selectors.delete(vip);
  }

  private remember({ name, reservation }: VipEntry, hasParents: boolean): void {
    if (hasParents) this.selectors.set(name, JSON.stringify(reservation.vip.selector));
    else this.forget(name);
  }

  private commandOf(entry: VipEntry, port: string, judged: readonly JudgedPod[]): ParentCommand {
    const { name, subnet } = entry;
    const { reason, pod, isVips } = this.causeOf(entry, port, judged);
    const what = { subnet: subnet.name, vip: name, port, grantor: 'selector', reason } as const;
    const object = isVips ? this.context.vips.get({ name }) : undefined;
    const podActor = pod ? actorOf(PODS, pod) : actorNamed(VIPS, name);
    return {
      command: { type: 'WithdrawParent', ...what, ...(pod && { evidence: podEvidence(pod) }) },
      actor: object ? actorOf(VIPS, object) : podActor,
    };
  }

  private causeOf(entry: VipEntry, port: string, judged: readonly JudgedPod[]): Cause {
    const still = judged.find(({ pod }) => hasPort(pod, port));
    if (still) return this.causeOfFitness(entry, still);
    const left = this.pods.departures(entry.name).find(({ pod }) => hasPort(pod, port));
    if (left) return left;
    const pod = this.podNamedBy(port, entry.reservation.vip.namespace);
    return pod ? { reason: 'annotation removed', pod } : { reason: 'Pod deleted' };
  }

  private causeOfFitness({ name, reservation }: VipEntry, { pod, fitness }: JudgedPod): Cause {
    if (fitness.is === 'finished') return { reason: 'Pod finished', pod };
    if (fitness.is === 'parent') return { reason: "NIC left the Vip's subnet", pod };
    const known = this.selectors.get(name);
    const isOther = known !== undefined && known !== JSON.stringify(reservation.vip.selector);
    if (fitness.reason === 'LabelsDiffer' && isOther)
      return { reason: "Vip's selector changed", pod, isVips: true };
    const isVips = fitness.reason === 'NamespaceDiffers' || fitness.reason === 'VipTypeMismatch';
    return { reason: REASONS[fitness.reason], pod, isVips };
  }

  /** A port's name begins with its Pod's, whatever else it has. */
  private podNamedBy(port: string, namespace: string | undefined): KubernetesObject | undefined {
    const end = namespace === undefined ? -1 : `${port}.`.indexOf(`.${namespace}.`);
    return end > 0 ? this.context.pods.get({ namespace, name: port.slice(0, end) }) : undefined;
  }
}

const hasPort = (pod: KubernetesObject, port: string): boolean =>
  nicsOf(pod).some((nic) => nic.port === port);
