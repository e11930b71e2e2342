// A NIC that has no address yet: reserve for its holder, or take the Vip that it names, and attach the Pod by its UID; each
// is one decision (infra/docs/adr/0019). Nothing is chosen here but the Subnet; what the ledger refuses in one is tried in
// the next.
//
//   reserve or move, and attach -> placed
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
import { actorOf } from '../face/ledger';
import { PODS } from '../resource';
import { entriesFor, NEXT_ENTRY_MAY_DO, readAddressList } from './address-list';
import { annotationOf, nicAnnotation, objectOf, VIP_ANNOTATION } from './followed-pod';
import { type Carrying, type NicAttachment, type NicTurn, using } from './nic-attachment';
import { ALONE, type NicOutcome, refused, refusedAs } from './nic-outcome';
import {
  addressText,
  askedText,
  DEFAULT_PROVIDER,
  isAddressed,
  isToldOf,
  type NicWish,
  POOL_WORD,
  readNicWish,
} from './nic-wish';
import { askLedger, decidedNow, type PodContext } from './pod-context';
import { holderOf, portOf } from './pod-identity';
import { isOfPool, poolWish } from './pool-choice';
import { unfitVip } from './vip-of-pod';

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

  async admit(turn: NicTurn): Promise<NicOutcome> {
    const { pod, provider } = turn;
    const vip = provider === DEFAULT_PROVIDER ? annotationOf(pod, VIP_ANNOTATION) : '';
    const shared = vip === '' && !isAddressed(pod, provider) ? this.sharedBy(turn) : undefined;
    if (shared) return this.attachment.attach(turn, shared.state, shared.holder);
    const candidates = this.context.choice.candidates(pod, provider);
    if (candidates.length === 0) return ALONE;
    if (isAddressed(pod, provider)) return this.recognise(turn, candidates, vip);
    if (vip !== '') return this.takeVip(turn, vip, candidates);
    const read = readNicWish(pod, provider);
    return read.rejected ? refusedAs(read.rejected) : this.reserve(turn, read.value, candidates);
  }

  /** Where its machine's address is used: what migrates has one address, whatever is said of Subnets meanwhile. */
  private sharedBy({ pod, owner, provider, role }: NicTurn) {
    if (role !== 'joins') return undefined;
    const holder = holderOf(pod, owner, provider);
    const states = [...this.context.ledger.view.subnets()];
    const state = states.find(({ users }) => users.usersOf(holder).length > 0);
    return state && { state, holder };
  }

  /** Addresses that the Pod was told of before it used anything of ours: kept, if they are the holder's. */
  private async recognise(
    turn: NicTurn,
    candidates: readonly SubnetState[],
    vip: string,
  ): Promise<NicOutcome> {
    const { pod, provider, owner } = turn;
    const holder = vip === '' ? holderOf(pod, owner, provider) : vipHolder(vip);
    const home = candidates.find((state) => {
      const held = state.byHolder.get(holder);
      return held && isToldOf(pod, provider, heldIn(state, held));
    });
    if (home) return this.attachment.attach(turn, home, holder);
    return refused(
      'AddressedByOthers',
      `It has addresses already that ${holder} does not hold; they stay as they are until they are recorded (holdfast import).`,
    );
  }

  private async takeVip(
    turn: NicTurn,
    name: string,
    candidates: readonly SubnetState[],
  ): Promise<NicOutcome> {
    const entry = this.context.ledger.view.vip(name);
    const unfit = unfitVip(turn.pod, name, entry, candidates);
    if (unfit || !entry) return unfit ?? ALONE;
    return this.attachment.attach(turn, entry.subnet, vipHolder(name));
  }

  private async reserve(
    turn: NicTurn,
    wish: NicWish,
    candidates: readonly SubnetState[],
  ): Promise<NicOutcome> {
    const { pod, owner, provider } = turn;
    const holder = holderOf(pod, owner, provider);
    // Where it has something already goes first: an address is not left for a Subnet that has one free.
    const homes = candidates.filter((state) => state.byHolder.has(holder));
    const namespace = this.context.namespaces.get({ name: pod.metadata.namespace ?? '' });
    const from = poolWish(pod, provider, namespace);
    const states = [...new Set([...homes, ...candidates])];
    // An address that is named for this Pod goes before a list for all of its kind.
    const isNamed = wish.wish.v4 !== undefined || wish.wish.v6 !== undefined;
    if (from.list !== undefined && !isNamed) return this.reserveOf(from.list, turn, wish, states);
    let outcome: NicOutcome = ALONE;
    for (const state of states)
      for (const pool of from.pools(state)) {
        outcome = await this.reserveIn(turn, state, holder, { ...wish, wish: { ...wish.wish, pool } });
        if (outcome.is !== 'refused' || !NEXT_MAY_DO.has(outcome.reason)) return outcome;
      }
    return outcome;
  }

  /** One of the addresses that are listed: each is a decision of its own, and one of them is accepted. */
  private async reserveOf(
    text: string,
    turn: NicTurn,
    { wish, portSecurity }: NicWish,
    states: readonly SubnetState[],
  ): Promise<NicOutcome> {
    const { pod, owner, provider } = turn;
    const holder = holderOf(pod, owner, provider);
    const field = nicAnnotation(provider, POOL_WORD);
    const list = readAddressList(field, text);
    if (list.rejected) return refusedAs(list.rejected);
    let outcome: NicOutcome = ALONE;
    for (const state of states) {
      const has = state.byHolder.get(holder) ?? state.lastHeld(holder);
      const entries = entriesFor(field, list.value, owner, has);
      if (entries.rejected) return refusedAs(entries.rejected);
      for (const entry of entries.value) {
        const wanted = { wish: { ...wish, ...entry }, portSecurity };
        outcome = await this.reserveIn(turn, state, holder, wanted, addressText(entry));
        if (outcome.is !== 'refused' || !NEXT_ENTRY_MAY_DO.has(outcome.reason)) return outcome;
      }
    }
    return outcome.is === 'refused'
      ? { ...outcome, message: `None of the addresses of ${field} is free. The last one: ${outcome.message}` }
      : outcome;
  }

  private async reserveIn(
    turn: NicTurn,
    state: SubnetState,
    holder: Holder,
    { wish, portSecurity }: NicWish,
    from = wish.pool ?? '',
  ): Promise<NicOutcome> {
    const { pod, provider, owner } = turn;
    const port = portOf(pod, owner, provider);
    // What it has now it may have had by the time that this is decided: somebody else may release it meanwhile.
    const has = state.byHolder.get(holder) ?? state.lastHeld(holder);
    const prefersFormer = wish.pool === undefined || (has !== undefined && isOfPool(state, wish.pool, has));
    const order = this.fitting(state, {
      ...{ type: 'ReserveAddress', subnet: state.name, holder, ...wish },
      ...{ port, portSecurity, ...(prefersFormer && { prefersFormer }), ...using(turn, holder) },
    });
    const asked = `${askedText(pod, provider)} ${from} ${order.user.node} ${holder}`;
    const outcome = await this.attachment.carry(turn, state, order, `reserve ${from}`, asked);
    if (outcome.is === 'placed') await this.leaveOthers(turn, state, holder);
    return outcome;
  }

  /**
   * What has to be asked, as far as the view tells. Of a holder who has something else: that is moved to what its owner
   * names now, or gets the port that it was reserved without; not under somebody who goes on using it.
   */
  private fitting(state: SubnetState, order: Reserving): Carrying {
    const held = state.byHolder.get(order.holder);
    if (!held || !this.isRefused(order, state)) return order;
    const { subnet: name, holder, v4, v6, mac, port, portSecurity, user, migrates, families = [] } = order;
    const isOfPort = held.port === undefined || held.port === port;
    const hasFamilies = families.every(
      (family) => (family === 4 ? (v4 ?? held.v4) : (v6 ?? held.v6)) !== undefined,
    );
    const isShared = migrates === true && state.users.usersOf(holder).length > 0;
    const moves = isOfPort && hasFamilies && !isShared;
    return moves
      ? { type: 'MoveAddress', subnet: name, holder, v4, v6, mac, port, portSecurity, user }
      : order;
  }

  private isRefused(order: Reserving, state: SubnetState): boolean {
    return subnet.decide(order, state, decidedNow(this.context.clock)).rejected?.code === HOLDS_OTHER;
  }

  /** The holder's successor is elsewhere now: for what it has in other Subnets, nobody will come back. */
  private async leaveOthers({ pod }: NicTurn, home: SubnetState, holder: Holder): Promise<void> {
    for (const { name, users } of this.context.ledger.view.subnets()) {
      if (name === home.name || !users.of(holder)?.retained) continue;
      const { uid, resourceVersion } = pod.metadata;
      const evidence = { object: objectOf(pod), uid, resourceVersion };
      const reason = `${objectOf(pod)} is in subnet ${home.name} now`;
      const order = { type: 'EndOwner', subnet: name, holder, reason, evidence } as const;
      await askLedger(this.context, order, actorOf(PODS, pod));
    }
  }
}

export function heldIn(state: SubnetState, held: Reservation): HeldAddress {
  return { v4: held.v4, v6: held.v6, mac: state.macOf(held) };
}
