// What the ledger says now, for reading: a pure fold of the whole log, the same for queries and for every projector.
// It is behind the log by what was not applied yet; `position` says how far it has come.
import { holderParts } from '../holder';
import { type ObjectOwner, type SubnetEvent, touches } from '../subnet/events';
import type { Reservation } from '../subnet/state/reservation';
import { type SubnetState, SubnetFold } from '../subnet/state/state';
import { SubnetCounts } from './counts';
import { Origins } from './origins';

/** An event with its place and time, as whoever follows the log has it. */
export interface SubnetFact {
  readonly subnet: string;
  readonly event: SubnetEvent;
  readonly atMs: number;
  /** The log's opaque token (see libs/event-store). */
  readonly position: string;
  /** Which way the command came, as the event's metadata has it; absent: whoever follows does not say. */
  readonly through?: string;
  /** Who asked, as the event's metadata has it; needed of a `VipReserved` only that does not say whose it is. */
  readonly actor?: string;
}

export interface VipEntry {
  readonly name: string;
  readonly subnet: SubnetState;
  readonly reservation: Reservation & Required<Pick<Reservation, 'vip'>>;
}

export class LedgerView {
  /** Of the last event applied. */
  position: string | undefined;
  /** When the latest of the events was decided; whoever decides next does so no earlier, however its clock is set. */
  decidedAtMs = -Infinity;
  private readonly states = new Map<string, SubnetFold>();
  /** Of those that somebody asked about. */
  private readonly countsOf = new Map<string, SubnetCounts>();
  private readonly subnetOfVip = new Map<string, string>();
  private readonly subnetPositions = new Map<string, string>();
  private readonly vipPositions = new Map<string, string>();
  private readonly origins = new Origins();

  apply({ subnet, event, atMs, position, through, actor }: SubnetFact): void {
    this.position = position;
    this.decidedAtMs = Math.max(this.decidedAtMs, atMs);
    this.subnetPositions.set(subnet, position);
    let state = this.states.get(subnet);
    if (!state) this.states.set(subnet, (state = new SubnetFold(subnet)));
    state.evolve(event, atMs);
    this.countsOf.get(subnet)?.apply(event);
    this.origins.happened(subnet, event, { through, actor });
    const { vip, holder, takes, gives } = touches(event);
    if (vip === undefined || holder === undefined) return;
    if (takes) this.subnetOfVip.set(vip, subnet);
    if (takes || !gives) this.vipPositions.set(vip, position);
    else if (this.subnetOfVip.get(vip) === subnet) {
      this.subnetOfVip.delete(vip);
      this.vipPositions.delete(vip);
      this.origins.vipReleased(vip);
    }
  }

  /** The clock went back: no event happened later than that, whatever time it was applied with. */
  happenedBy(latestMs: number): void {
    this.decidedAtMs = Math.min(this.decidedAtMs, latestMs);
    for (const state of this.states.values()) state.happenedBy(latestMs);
  }

  /** Subnets that are defined now, by name. */
  *subnets(): Iterable<SubnetState> {
    for (const state of this.states.values()) if (state.definition) yield state;
  }

  subnet(name: string): SubnetState | undefined {
    const state = this.states.get(name);
    return state?.definition ? state : undefined;
  }

  /** How full it is, and its pools; kept up with each event once somebody has asked. */
  counts(name: string): SubnetCounts | undefined {
    const state = this.subnet(name);
    if (!state) return undefined;
    let counts = this.countsOf.get(name);
    if (!counts) this.countsOf.set(name, (counts = new SubnetCounts(state)));
    return counts;
  }

  *vips(): Iterable<VipEntry> {
    for (const name of this.subnetOfVip.keys()) {
      const entry = this.vip(name);
      if (entry) yield entry;
    }
  }

  vip(name: string): VipEntry | undefined {
    const subnet = this.states.get(this.subnetOfVip.get(name) ?? '');
    const reservation = subnet?.byHolder.get(`vip/${name}` as Reservation['holder']);
    if (!subnet || !reservation?.vip) return undefined;
    return {
      name: holderParts(reservation.holder).name,
      subnet,
      reservation: reservation as VipEntry['reservation'],
    };
  }

  /** Position of the last event that concerned the subnet. */
  subnetPosition(name: string): string | undefined {
    return this.subnetPositions.get(name);
  }

  /** Position of the last event that concerned the Vip, its parents or its rules. */
  vipPosition(name: string): string | undefined {
    return this.vipPositions.get(name);
  }

  /** For which object the Vip was reserved: whose it is to release. Revising it changes nothing about that. */
  ownerOfVip(name: string): ObjectOwner | undefined {
    return this.origins.ofVip(name)?.owner;
  }

  /** Which way the command came that reserved the Vip, in the words of the record. */
  vipReservedThrough(name: string): string | undefined {
    return this.origins.ofVip(name)?.through;
  }

  /** For which object the subnet was defined: whose it is to retire. Revising it changes nothing about that. */
  ownerOfSubnet(name: string): ObjectOwner | undefined {
    return this.origins.ofSubnet(name);
  }

  /** For which object a pool of that name came to be in the subnet. */
  ownerOfPool(subnet: string, pool: string): ObjectOwner | undefined {
    return this.origins.ofPool(subnet, pool);
  }
}
