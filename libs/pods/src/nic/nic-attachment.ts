// Attaches a Pod, by its UID, to what its NIC's holder holds or is to hold, and asks the ledger on behalf of a NIC: what was
// refused is asked again only when something may have helped.
import { executeAndSee } from '@holdfast/projection';
import {
  type Holder,
  isVipHolder,
  subnet,
  type SubnetCommand,
  type SubnetState,
  type User,
} from '@holdfast/ipam';
import type { LedgerCommand } from '@holdfast/ledger';
import { actorOf, hasPodFinished, type KubernetesObject, objectOf, podNode, PODS } from '@holdfast/kube-api';
import type { MigrationRole } from '../request/live-migration';
import { BEHIND, inUse, type NicOutcome, nicRefusedBy } from '../request/nic-outcome';
import { wantsPortSecurity } from '../request/nic-request';
import { ownerEvidence } from '../owner/owner-objects';
import { decidedNow, type PodContext } from '../context/pod-context';
import { type Owner, ownerHolderOf, portOfNic } from '../request/pod-identity';

export interface NicTask {
  readonly key: string;
  readonly pod: KubernetesObject;
  readonly provider: string;
  readonly owner: Owner | undefined;
  readonly role: MigrationRole;
}

/** An order by which a Pod carries something. */
export type Carrying = Extract<
  SubnetCommand,
  { readonly type: 'ReserveAddress' | 'MoveAddress' | 'AttachUser' }
> & { readonly user: User };

const SECURED = { portSecurity: true } as const;

export class NicAttachment {
  constructor(private readonly context: PodContext) {}

  /** Also says the node and the port again, where those have become known or are others now. */
  attach(task: NicTask, state: SubnetState, holder: Holder): Promise<NicOutcome> {
    const command = { type: 'AttachUser', subnet: state.name, holder, ...using(task, holder) } as const;
    const { node, port, portSecurity } = command.user;
    return this.carry(task, state, command, 'attach', `${node} ${port} ${portSecurity} ${holder}`);
  }

  /**
   * The Pod carries what the order reserves, moves or only names: one decision.
   * @param what of the NIC it is about @param request to tell whether the same is requested again
   */
  async carry(
    task: NicTask,
    state: SubnetState,
    command: Carrying,
    what: string,
    request: string,
  ): Promise<NicOutcome> {
    const { key, role } = task;
    const { holder, user } = command;
    const rival = this.rivalOf(command, state);
    if (rival) return rival;
    const refusal = await this.command(task, what, `${user.uid} ${role} ${request}`, command, state.name);
    if (refusal) return refusal;
    const where = user.node === undefined ? '' : ` on ${user.node}`;
    this.context.differs(key, {
      ...{ subnet: state.name, holder },
      what: `${user.object} (UID ${user.uid}) is in Kubernetes, and the ledger did not have it as a user${where}`,
      why: 'it came, or was given a node, while nobody looked; it was attached',
    });
    return this.placed(state.name, holder, user.uid);
  }

  /**
   * Of a Pod that is attached as `known`: its node, and the security of the port that is made for it, as they are now.
   * @returns what became of it, unless all is well
   */
  async keepUp(
    task: NicTask,
    state: SubnetState,
    holder: Holder,
    known: User,
  ): Promise<NicOutcome | undefined> {
    const { node, portSecurity = false } = userOf(task, holder);
    const isElsewhere = node !== undefined && node !== known.node;
    const isVip = isVipHolder(holder);
    const isSecuredElse = isVip && known.port !== undefined && portSecurity !== (known.portSecurity ?? false);
    if (!isElsewhere && !isSecuredElse) return isVip ? undefined : this.keepPort(task, state, holder);
    const outcome = await this.attach(task, state, holder);
    return outcome.is === 'placed' ? undefined : outcome;
  }

  /** While a machine migrates, its source and its target may say different things: packets go to the primary one. */
  private async keepPort(task: NicTask, state: SubnetState, holder: Holder): Promise<NicOutcome | undefined> {
    const { pod, owner, provider } = task;
    const held = state.byHolder.get(holder);
    const portSecurity = wantsPortSecurity(pod, provider);
    const isPrimary = state.users.usersOf(holder)[0]?.uid === pod.metadata.uid;
    const port = portOfNic(pod, owner, provider);
    if (!isPrimary || held?.port !== port || (held.portSecurity ?? false) === portSecurity) return undefined;
    const command = { type: 'MoveAddress', subnet: state.name, holder, port, portSecurity } as const;
    return this.command(task, 'port', `${portSecurity} ${holder}`, command, state.name);
  }

  /** Packets go to this Pod from now on. @param because what says so: the machine's instance */
  makePrimary(
    task: NicTask,
    state: SubnetState,
    holder: Holder,
    because: KubernetesObject | undefined,
  ): Promise<NicOutcome | undefined> {
    const { uid } = task.pod.metadata;
    const command = {
      ...({ type: 'MovePrimary', subnet: state.name, holder, uid } as const),
      reason: 'its live migration was completed',
      ...(because && { evidence: ownerEvidence(because) }),
    };
    return this.command(task, 'primary', `${uid} ${holder}`, command, state.name);
  }

  /**
   * @param what of the NIC it is about @param request to tell whether the same is requested again
   * @returns what became of it, unless it was done
   */
  async command(
    { key, pod, provider }: NicTask,
    what: string,
    request: string,
    command: LedgerCommand,
    subnetName: string,
  ): Promise<NicOutcome | undefined> {
    const { rejections } = this.context;
    const id = `${what} ${provider} ${subnetName}`;
    const active = rejections.activeRejection(key, id, request);
    if (active) return nicRefusedBy(active);
    const answer = await executeAndSee(this.context.ledger, command, actorOf(PODS, pod));
    if (answer.is === 'behind') return BEHIND;
    if (!answer.rejected) {
      rejections.forget(key, id);
      return undefined;
    }
    rejections.add(key, id, request, subnetName, answer.rejected);
    return nicRefusedBy(answer.rejected);
  }

  /**
   * An owner's Pods take turns at its Vip: in the ledger a successor takes it over. But not from a Pod that is still
   * there, as in a live migration before packets go to its target.
   */
  private rivalOf(command: Carrying, state: SubnetState): NicOutcome | undefined {
    const decision = subnet.decide(command, state, decidedNow(this.context.clock));
    for (const event of decision.rejected ? [] : decision.events) {
      if (event.type !== 'UserDetached' || event.user.object === command.user.object) continue;
      const [namespace = '', name = ''] = event.user.object.slice('pod/'.length).split('/');
      const other = this.context.pods.get({ namespace, name });
      if (!other || other.metadata.uid !== event.user.uid || hasPodFinished(other)) continue;
      if (command.migrates) return { is: 'placed', subnet: state, holder: command.holder };
      return nicRefusedBy(inUse(command.holder, state.name, event.user.object));
    }
    return undefined;
  }

  private placed(name: string, holder: Holder, uid: string): NicOutcome {
    const state = this.context.ledger.view.subnet(name);
    const isShown = state?.users.userOf(holder, uid) !== undefined;
    return state && isShown ? { is: 'placed', subnet: state, holder } : BEHIND;
  }
}

/** Of an order: who carries what it is about. */
export function using(task: NicTask, holder: Holder): { readonly user: User; readonly migrates?: true } {
  return { user: userOf(task, holder), ...(task.role === 'joins' && { migrates: true }) };
}

/** The user of a Vip has the port that is to have the Vip's addresses, and who is behind it and its successors. */
export function userOf(
  { pod, owner, provider }: Pick<NicTask, 'pod' | 'owner' | 'provider'>,
  holder: Holder,
): User {
  const { uid, resourceVersion } = pod.metadata;
  const node = podNode(pod);
  const user = { object: objectOf(pod), uid, resourceVersion, ...(node !== undefined && { node }) };
  if (!isVipHolder(holder)) return user;
  const port = { port: portOfNic(pod, owner, provider), ...(wantsPortSecurity(pod, provider) && SECURED) };
  return { ...user, ...port, ...(owner && { owner: ownerHolderOf(owner) }) };
}
