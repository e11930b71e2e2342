// Attaches a Pod, by its UID, to what its NIC's holder holds, and asks the ledger on behalf of a NIC: what was refused is
// asked again only when something may have helped.
import {
  type Holder,
  isVipHolder,
  subnet,
  type SubnetCommand,
  type SubnetState,
  type User,
} from '@holdfast/ipam';
import { actorOf, type LedgerOrder } from '../face/ledger';
import { isFinished } from '../face/pods/pod-reading';
import type { KubernetesObject } from '../kubernetes-object';
import { PODS } from '../resource';
import { nodeOf, objectOf } from './followed-pod';
import type { Role } from './live-migration';
import { BEHIND, inUse, type NicOutcome, refusedAs } from './nic-outcome';
import { askLedger, type PodContext } from './pod-context';
import { type Owner, ownerHolderOf, portOf } from './pod-identity';

export interface NicTurn {
  readonly key: string;
  readonly pod: KubernetesObject;
  readonly provider: string;
  readonly owner: Owner | undefined;
  readonly role: Role;
}

export class NicAttachment {
  constructor(private readonly context: PodContext) {}

  /** Also says the node again, where that has become known. */
  async attach(turn: NicTurn, state: SubnetState, holder: Holder): Promise<NicOutcome> {
    const { key, role } = turn;
    const user = userOf(turn, holder);
    const order = {
      ...({ type: 'AttachUser', subnet: state.name, holder, user } as const),
      ...(role === 'joins' && { migrates: true }),
    };
    const rival = this.rivalOf(order, state);
    if (rival) return rival;
    const where = user.node === undefined ? '' : ` on ${user.node}`;
    this.context.differs(key, {
      ...{ subnet: state.name, holder },
      what: `${user.object} (UID ${user.uid}) is in Kubernetes, and the ledger does not have it as a user${where}`,
      why: 'it came, or was given a node, while nobody looked; it was attached',
    });
    const asked = `${user.uid} ${user.node} ${role} ${holder}`;
    const refusal = await this.order(turn, 'attach', asked, order, state.name);
    return refusal ?? this.placed(state.name, holder, user.uid);
  }

  /** Packets go to this Pod from now on. */
  makePrimary(turn: NicTurn, state: SubnetState, holder: Holder): Promise<NicOutcome | undefined> {
    const { uid } = turn.pod.metadata;
    const order = { type: 'MovePrimary', subnet: state.name, holder, uid } as const;
    return this.order(turn, 'primary', `${uid} ${holder}`, order, state.name);
  }

  /**
   * @param what of the NIC is asked @param asked to tell whether the same is asked again
   * @returns what became of it, unless it was done
   */
  async order(
    { key, pod, provider }: NicTurn,
    what: string,
    asked: string,
    order: LedgerOrder,
    subnetName: string,
  ): Promise<NicOutcome | undefined> {
    const { refusals } = this.context;
    const id = `${what} ${provider} ${subnetName}`;
    const standing = refusals.standing(key, id, asked);
    if (standing) return refusedAs(standing);
    const answer = await askLedger(this.context, order, actorOf(PODS, pod));
    if (answer.is === 'behind') return BEHIND;
    if (!answer.rejected) {
      refusals.forget(key, id);
      return undefined;
    }
    refusals.add(key, id, asked, subnetName, answer.rejected);
    return refusedAs(answer.rejected);
  }

  /**
   * An owner's Pods take turns at its Vip: in the ledger a successor takes it over. But not from a Pod that is still
   * there, as in a live migration before packets go to its target.
   */
  private rivalOf(
    order: Extract<SubnetCommand, { readonly type: 'AttachUser' }>,
    state: SubnetState,
  ): NicOutcome | undefined {
    const nowMs = this.context.clock.now();
    const decision = subnet.decide(order, state, { nowMs, issuedAtMs: nowMs });
    for (const event of decision.rejected ? [] : decision.events) {
      if (event.type !== 'UserDetached' || event.user.object === order.user.object) continue;
      const [namespace = '', name = ''] = event.user.object.slice('pod/'.length).split('/');
      const other = this.context.pods.get({ namespace, name });
      if (!other || other.metadata.uid !== event.user.uid || isFinished(other)) continue;
      if (order.migrates) return { is: 'placed', subnet: state, holder: order.holder };
      return refusedAs(inUse(order.holder, state.name, event.user.object));
    }
    return undefined;
  }

  private placed(name: string, holder: Holder, uid: string): NicOutcome {
    const state = this.context.ledger.view.subnet(name);
    const isShown = state?.users.userOf(holder, uid) !== undefined;
    return state && isShown ? { is: 'placed', subnet: state, holder } : BEHIND;
  }
}

/** The user of a Vip has the port that is to have the Vip's addresses, and who is behind it and its successors. */
export function userOf(
  { pod, owner, provider }: Pick<NicTurn, 'pod' | 'owner' | 'provider'>,
  holder: Holder,
): User {
  const { uid, resourceVersion } = pod.metadata;
  const node = nodeOf(pod);
  const user = { object: objectOf(pod), uid, resourceVersion, ...(node !== undefined && { node }) };
  if (!isVipHolder(holder)) return user;
  return { ...user, port: portOf(pod, owner, provider), ...(owner && { owner: ownerHolderOf(owner) }) };
}
