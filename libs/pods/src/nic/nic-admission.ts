// A NIC that has no address yet: reserve for its holder, or take the Vip that it names, and attach the Pod by its UID; each
// is one decision (infra/docs/adr/0019). Nothing is chosen here but the Subnet; what the ledger refuses in one is tried in
// the next.
//
//   reserve or move, and attach -> placed
import { executeAndSee } from '@holdfast/projection';
import {
  type Holder,
  type HeldAddress,
  type RejectionCode,
  type ReserveAddress,
  type Reservation,
  subnet,
  type SubnetState,
  vipHolder,
} from '@holdfast/ipam';
import { actorOf, annotationOf, nicAnnotation, objectOf, PODS, VIP_ANNOTATION } from '@holdfast/kube-api';
import { entriesFor, NEXT_ENTRY_MAY_DO, readAddressList } from '../request/address-list';
import { type Carrying, type NicAttachment, type NicTask, using } from './nic-attachment';
import { NOT_MANAGED, type NicOutcome, nicRefused, nicRefusedBy } from '../request/nic-outcome';
import {
  addressText,
  requestText,
  DEFAULT_PROVIDER,
  isAddressed,
  isShownOn,
  type NicRequest,
  POOL_WORD,
  readNicRequest,
} from '../request/nic-request';
import { decidedNow, type PodContext } from '../context/pod-context';
import { holderOf, portOfNic } from '../request/pod-identity';
import { isOfPool, poolRequest } from '../request/pool-choice';
import { unfitVip } from '../request/vip-of-pod';

/** What another Subnet may not refuse. */
const NEXT_MAY_DO = new Set<string>([
  'SubnetExhausted',
  'FamilyUnavailable',
  'AddressOutOfRange',
  'PoolNotFound',
] satisfies RejectionCode[]);

const HOLDS_OTHER: RejectionCode = 'HolderHasDifferentAddress';

type Reserving = Carrying & ReserveAddress;

export class NicAdmission {
  constructor(
    private readonly context: PodContext,
    private readonly attachment: NicAttachment,
  ) {}

  async admit(task: NicTask): Promise<NicOutcome> {
    const { pod, provider } = task;
    const vip = provider === DEFAULT_PROVIDER ? annotationOf(pod, VIP_ANNOTATION) : '';
    const shared = vip === '' && !isAddressed(pod, provider) ? this.sharedBy(task) : undefined;
    if (shared) return this.attachment.attach(task, shared.state, shared.holder);
    const candidates = this.context.choice.candidates(pod, provider);
    if (candidates.length === 0) return NOT_MANAGED;
    if (isAddressed(pod, provider)) return this.recognise(task, candidates, vip);
    if (vip !== '') return this.takeVip(task, vip, candidates);
    const read = readNicRequest(pod, provider);
    return read.rejected ? nicRefusedBy(read.rejected) : this.reserve(task, read.value, candidates);
  }

  /** Where its machine's address is used: what migrates has one address, whatever is said of Subnets meanwhile. */
  private sharedBy({ pod, owner, provider, role }: NicTask) {
    if (role !== 'joins') return undefined;
    const holder = holderOf(pod, owner, provider);
    const states = [...this.context.ledger.view.subnets()];
    const state = states.find(({ users }) => users.usersOf(holder).length > 0);
    return state && { state, holder };
  }

  /** Addresses that the Pod was told of before it used anything of ours: kept, if they are the holder's. */
  private async recognise(
    task: NicTask,
    candidates: readonly SubnetState[],
    vip: string,
  ): Promise<NicOutcome> {
    const { pod, provider, owner } = task;
    const holder = vip === '' ? holderOf(pod, owner, provider) : vipHolder(vip);
    const home = candidates.find((state) => {
      const held = state.byHolder.get(holder);
      return held && isShownOn(pod, provider, heldIn(state, held));
    });
    if (home) return this.attachment.attach(task, home, holder);
    return nicRefused(
      'AddressedByOthers',
      `It has addresses already that ${holder} does not hold; they stay as they are until they are recorded (holdfast import).`,
    );
  }

  private async takeVip(
    task: NicTask,
    name: string,
    candidates: readonly SubnetState[],
  ): Promise<NicOutcome> {
    const entry = this.context.ledger.view.vip(name);
    const unfit = unfitVip(task.pod, name, entry, candidates);
    if (unfit || !entry) return unfit ?? NOT_MANAGED;
    return this.attachment.attach(task, entry.subnet, vipHolder(name));
  }

  private async reserve(
    task: NicTask,
    request: NicRequest,
    candidates: readonly SubnetState[],
  ): Promise<NicOutcome> {
    const { pod, owner, provider } = task;
    const holder = holderOf(pod, owner, provider);
    // Where it has something already goes first: an address is not left for a Subnet that has one free.
    const homes = candidates.filter((state) => state.byHolder.has(holder));
    const namespace = this.context.namespaces.get({ name: pod.metadata.namespace ?? '' });
    const from = poolRequest(pod, provider, namespace);
    const states = [...new Set([...homes, ...candidates])];
    // An address that is named for this Pod goes before a list for all of its kind.
    const isNamed = request.request.v4 !== undefined || request.request.v6 !== undefined;
    if (from.list !== undefined && !isNamed) return this.reserveOf(from.list, task, request, states);
    let outcome: NicOutcome = NOT_MANAGED;
    for (const state of states)
      for (const pool of from.pools(state)) {
        outcome = await this.reserveIn(task, state, holder, {
          ...request,
          request: { ...request.request, pool },
        });
        if (outcome.is !== 'refused' || !NEXT_MAY_DO.has(outcome.reason)) return outcome;
      }
    return outcome;
  }

  /** One of the addresses that are listed: each is a decision of its own, and one of them is accepted. */
  private async reserveOf(
    text: string,
    task: NicTask,
    { request, portSecurity }: NicRequest,
    states: readonly SubnetState[],
  ): Promise<NicOutcome> {
    const { pod, owner, provider } = task;
    const holder = holderOf(pod, owner, provider);
    const field = nicAnnotation(provider, POOL_WORD);
    const list = readAddressList(field, text);
    if (list.rejected) return nicRefusedBy(list.rejected);
    let outcome: NicOutcome = NOT_MANAGED;
    for (const state of states) {
      const has = state.byHolder.get(holder) ?? state.lastHeld(holder);
      const entries = entriesFor(field, list.value, owner, has);
      if (entries.rejected) return nicRefusedBy(entries.rejected);
      for (const entry of entries.value) {
        const desired = { request: { ...request, ...entry }, portSecurity };
        outcome = await this.reserveIn(task, state, holder, desired, addressText(entry));
        if (outcome.is !== 'refused' || !NEXT_ENTRY_MAY_DO.has(outcome.reason)) return outcome;
      }
    }
    return outcome.is === 'refused'
      ? { ...outcome, message: `None of the addresses of ${field} is free. The last one: ${outcome.message}` }
      : outcome;
  }

  private async reserveIn(
    task: NicTask,
    state: SubnetState,
    holder: Holder,
    { request, portSecurity }: NicRequest,
    from = request.pool ?? '',
  ): Promise<NicOutcome> {
    const { pod, provider, owner } = task;
    const port = portOfNic(pod, owner, provider);
    // What it has now it may have had by the time that this is decided: somebody else may release it meanwhile.
    const has = state.byHolder.get(holder) ?? state.lastHeld(holder);
    const prefersFormer =
      request.pool === undefined || (has !== undefined && isOfPool(state, request.pool, has));
    const command = this.fitting(state, {
      ...{ type: 'ReserveAddress', subnet: state.name, holder, ...request },
      ...{ port, portSecurity, ...(prefersFormer && { prefersFormer }), ...using(task, holder) },
    });
    const text = `${requestText(pod, provider)} ${from} ${command.user.node} ${holder}`;
    const outcome = await this.attachment.carry(task, state, command, `reserve ${from}`, text);
    if (outcome.is === 'placed') await this.leaveOthers(task, state, holder);
    return outcome;
  }

  /**
   * What has to be asked, as far as the view tells. Of a holder who has something else: that is moved to what its owner
   * names now, or gets the port that it was reserved without; not under somebody who goes on using it.
   */
  private fitting(state: SubnetState, command: Reserving): Carrying {
    const held = state.byHolder.get(command.holder);
    if (!held || !this.isRefused(command, state)) return command;
    const { subnet: name, holder, v4, v6, mac, port, portSecurity, user, migrates, families = [] } = command;
    const isOfPort = held.port === undefined || held.port === port;
    const hasFamilies = families.every(
      (family) => (family === 4 ? (v4 ?? held.v4) : (v6 ?? held.v6)) !== undefined,
    );
    const isShared = migrates === true && state.users.usersOf(holder).length > 0;
    const moves = isOfPort && hasFamilies && !isShared;
    return moves
      ? { type: 'MoveAddress', subnet: name, holder, v4, v6, mac, port, portSecurity, user }
      : command;
  }

  private isRefused(command: Reserving, state: SubnetState): boolean {
    return subnet.decide(command, state, decidedNow(this.context.clock)).rejected?.code === HOLDS_OTHER;
  }

  /** The holder's successor is elsewhere now: for what it has in other Subnets, nobody will come back. */
  private async leaveOthers({ pod }: NicTask, home: SubnetState, holder: Holder): Promise<void> {
    for (const { name, users } of this.context.ledger.view.subnets()) {
      if (name === home.name || !users.of(holder)?.retained) continue;
      const { uid, resourceVersion } = pod.metadata;
      const evidence = { object: objectOf(pod), uid, resourceVersion };
      const reason = `${objectOf(pod)} is in subnet ${home.name} now`;
      const command = { type: 'EndOwner', subnet: name, holder, reason, evidence } as const;
      await executeAndSee(this.context.ledger, command, actorOf(PODS, pod));
    }
  }
}

export function heldIn(state: SubnetState, held: Reservation): HeldAddress {
  return { v4: held.v4, v6: held.v6, mac: state.macOf(held) };
}
