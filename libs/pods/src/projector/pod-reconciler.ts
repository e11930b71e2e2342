// One Pod: each of its NICs gets what its holder holds, and says so in its annotations; what it uses no more it gives up.
// Every reconcile starts from what is there, so that it does not matter which events were seen.
//
//   live:     NICs -> admitted, or kept up -> annotations        refused: one Event, and again when something helped
//   finished, gone, another UID, left behind by its machine:     detached
import {
  annotationOf,
  hasPodFinished,
  isOnHostNetwork,
  keyOf,
  type KubernetesObject,
  migrationOf,
  objectOf,
  type PodWarning,
  type PodWarnings,
  readRetentionRequest,
  STALE_RETRY_MS,
  VIP_ANNOTATION,
} from '@holdfast/kube-api';
import { BEHIND_RETRY_MS } from '@holdfast/projection';
import {
  formatRetention,
  isVipHolder,
  type RejectionCode,
  type Retention,
  type SubnetState,
  vipHolder,
} from '@holdfast/ipam';
import { Departures } from '../ending/departures';
import type { PodUse } from '../context/ledger-index';
import { type MigrationRole, roleOf, takesOver } from '../request/live-migration';
import { heldIn, NicAdmission } from '../nic/nic-admission';
import { annotationsFor } from '../nic/nic-annotations';
import { NicAttachment, type NicTask } from '../nic/nic-attachment';
import { BEHIND, type NicOutcome, nicRefusedBy } from '../request/nic-outcome';
import { DEFAULT_PROVIDER, providersOf } from '../request/nic-request';
import { Missing, type PodContext, UNKNOWN_RETRY_MS } from '../context/pod-context';
import { holderOf, type Owner, ownerOfPod, providerOf } from '../request/pod-identity';
import { soonest } from '../context/nic-rejections';
import { differing } from '../context/pod-writer';

/** After that a Pod is served as if its Namespace said nothing: a watch that is away must not keep all new Pods waiting. */
const NAMESPACE_MAX_MS = 5_000;

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

const IN_USE: RejectionCode = 'ReservationInUse';

export class PodReconciler {
  private readonly attachment: NicAttachment;
  private readonly admission: NicAdmission;
  private readonly departures: Departures;
  private readonly unknownNamespaces: Missing;

  constructor(
    private readonly context: PodContext,
    private readonly warnings: PodWarnings,
  ) {
    this.attachment = new NicAttachment(context);
    this.admission = new NicAdmission(context, this.attachment);
    this.departures = new Departures(context);
    this.unknownNamespaces = new Missing(context.clock, NAMESPACE_MAX_MS);
  }

  /** @returns in how many milliseconds to look again, if at all @throws KubernetesFault, or the ledger's fault */
  async reconcile(key: string, ref: PodRef): Promise<number | undefined> {
    const pod = this.context.pods.get(ref);
    const said: PodWarning[] = [];
    // First of all, so that a successor takes over from its predecessor rather than after it.
    const arrivedMs = pod && (await this.arrive(key, pod, said));
    const departedMs = await this.departures.settle(key, ref, pod);
    if (!pod) this.context.rejections.forgetAll(key);
    const saidMs = await this.warnings.say(key, said);
    return soonest([arrivedMs, departedMs, saidMs]);
  }

  private async arrive(key: string, pod: KubernetesObject, said: PodWarning[]): Promise<number | undefined> {
    if (hasPodFinished(pod)) return this.departures.leave(key, pod, 'Pod finished');
    if (isOnHostNetwork(pod)) return undefined;
    const owner = ownerOfPod(pod, this.context.rules);
    const role = this.roleOf(pod, owner);
    if (role === undefined) return UNKNOWN_RETRY_MS;
    if (role === 'leaves')
      return this.departures.leave(key, pod, 'Pod left by its machine in a live migration');
    const echoMs = this.context.writer.echoInMs(pod);
    if (echoMs > 0) return echoMs;
    if (pod.metadata.deletionTimestamp) return undefined;
    const unknownMs = this.namespaceUnknownInMs(pod);
    return unknownMs > 0 ? unknownMs : this.place({ key, pod, owner, role }, said);
  }

  /** What a Namespace says of Subnets must be known first: its watch may be behind that of Pods, but not for long. */
  private namespaceUnknownInMs({ metadata: { namespace: name = '' } }: KubernetesObject): number {
    if (!this.context.namespaces.get({ name })) return this.unknownNamespaces.leftMs(name);
    this.unknownNamespaces.found(name);
    return 0;
  }

  private async place(pod: Omit<NicTask, 'provider'>, said: PodWarning[]): Promise<number | undefined> {
    const read = providersOf(pod.pod);
    const warn = ({ reason, message }: { readonly reason: string; readonly message: string }): void =>
      void said.push({ pod: pod.pod, reason, message });
    if (read.rejected) warn({ reason: read.rejected.code, message: read.rejected.message });
    const annotations: Record<string, string> = {};
    const before = said.length;
    let isBehind = false;
    for (const provider of read.value ?? [DEFAULT_PROVIDER]) {
      const outcome = await this.placeNic({ ...pod, provider });
      if (outcome.is === 'refused') warn(outcome);
      isBehind ||= outcome.is === 'behind';
      const held = outcome.is === 'placed' && outcome.subnet.byHolder.get(outcome.holder);
      if (!held) continue;
      const desired = annotationsFor(provider, outcome.subnet, heldIn(outcome.subnet, held));
      this.report({ ...pod, provider }, outcome, differing(pod.pod, desired));
      Object.assign(annotations, desired);
      const refusal = await this.retain({ ...pod, provider }, outcome);
      if (refusal?.is === 'refused') warn(refusal);
    }
    const isWritten = await this.context.writer.annotate(pod.pod, annotations);
    const { rejections } = this.context;
    if (said.length === before && !isBehind) rejections.forgetAll(pod.key);
    return soonest([
      isBehind ? BEHIND_RETRY_MS : undefined,
      isWritten ? undefined : STALE_RETRY_MS,
      rejections.retryInMs(pod.key),
    ]);
  }

  /** Whoever has it may be gone, unseen: then it is asked for once more. */
  private async placeNic(task: NicTask): Promise<NicOutcome> {
    const outcome = await this.placeNow(task);
    if (outcome.is !== 'refused' || outcome.reason !== IN_USE || !(await this.makeWay(task))) return outcome;
    this.context.rejections.allowRetry(task.key);
    return this.placeNow(task);
  }

  private async placeNow(task: NicTask): Promise<NicOutcome> {
    const { pod, provider } = task;
    const use = this.useOf(pod, provider);
    const state = use && this.context.ledger.view.subnet(use.subnet);
    const user = state?.users.userOf(use?.holder as PodUse['holder'], pod.metadata.uid);
    if (!use || !state || !user) return this.admission.admit(task);
    const changed = await this.attachment.keepUp(task, state, use.holder, user);
    if (changed) return changed;
    const isPrimary = state.users.usersOf(use.holder)[0]?.uid === pod.metadata.uid;
    const moved =
      isPrimary || !this.takesOver(task)
        ? undefined
        : await this.attachment.makePrimary(task, state, use.holder, this.instanceOf(task));
    return moved ?? this.shown(use);
  }

  private makeWay({ key, pod, owner, provider }: NicTask): Promise<boolean> {
    const vip = provider === DEFAULT_PROVIDER ? annotationOf(pod, VIP_ANNOTATION) : '';
    const holder = vip === '' ? holderOf(pod, owner, provider) : vipHolder(vip);
    const uses = [...this.context.ledger.view.subnets()].flatMap(({ name, users }) =>
      users.usersOf(holder).map(({ object, uid }) => ({ subnet: name, holder, object, uid })),
    );
    return this.departures.makeWay(key, uses);
  }

  private report(
    { key, pod }: NicTask,
    { subnet, holder }: Extract<NicOutcome, { readonly is: 'placed' }>,
    different: readonly (readonly [string, string])[],
  ): void {
    if (different.length === 0) return;
    const words = different.map(
      ([name]) => `${name}=${JSON.stringify(pod.metadata.annotations?.[name] ?? '')}`,
    );
    const what = `${objectOf(pod)} (UID ${pod.metadata.uid}) says ${words.join(', ')}`;
    const why = 'it was not told, or told otherwise, while nobody looked; it says what the ledger has now';
    this.context.differs(key, { subnet: subnet.name, holder, what, why });
  }

  private shown({ subnet: name, holder }: PodUse): NicOutcome {
    const state = this.context.ledger.view.subnet(name);
    return state ? { is: 'placed', subnet: state, holder } : BEHIND;
  }

  private useOf(pod: KubernetesObject, provider: string): PodUse | undefined {
    const uses = this.context.index.usesOf(objectOf(pod));
    return uses.find((use) => use.uid === pod.metadata.uid && providerOf(use.holder) === provider);
  }

  /** Of its own reservation; how long a Vip is kept for somebody is for the Vip's object to say (libs/kube, vip-retention). */
  private async retain(
    task: NicTask,
    { subnet, holder }: Extract<NicOutcome, { readonly is: 'placed' }>,
  ): Promise<NicOutcome | undefined> {
    const { pod, owner } = task;
    if (isVipHolder(holder)) return undefined;
    const read = readRetentionRequest(pod, owner ? this.context.owners.find(owner) : []);
    if (read.rejected) return nicRefusedBy(read.rejected);
    const desired = read.value;
    if (desired === undefined || isRetained(subnet, holder, desired)) return undefined;
    const command = { type: 'SetRetention', subnet: subnet.name, holder, retention: desired } as const;
    return this.attachment.command(task, 'retain', textOf(desired), command, subnet.name);
  }

  private takesOver(task: NicTask): boolean {
    return task.owner?.kind === 'vm' && takesOver(task.pod, this.instanceOf(task));
  }

  private instanceOf({ owner }: NicTask): KubernetesObject | undefined {
    return owner && this.context.owners.instanceOf(owner);
  }

  /** Undefined when who migrates where is not known yet. */
  private roleOf(pod: KubernetesObject, owner: Owner | undefined): MigrationRole | undefined {
    const { owners } = this.context;
    // Its owner's annotations are read as well: from here on they are followed.
    const isKnown = !owner || owners.isComplete(owner.kind);
    if (owner?.kind !== 'vm') return 'uses';
    if (!isKnown && migrationOf(pod) !== undefined) return undefined;
    return roleOf(pod, owners.instanceOf(owner));
  }
}

export const podKeyOf = (ref: { readonly namespace?: string; readonly name: string }): string =>
  `pods/${keyOf(ref)}`;

function isRetained(state: SubnetState, holder: PodUse['holder'], desired: Retention | null): boolean {
  return textOf(state.users.of(holder)?.retention ?? null) === textOf(desired);
}

const textOf = (retention: Retention | null): string => (retention ? formatRetention(retention) : '');
