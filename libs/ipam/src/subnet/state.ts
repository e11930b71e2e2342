// What a Subnet remembers of its history: enough to decide, in constant time, and no more. `evolve` is total:
// history happened. It changes the state that it is given (a copy an event would cost more than all the rest);
// the loop owns that state and throws it away when an append fails.
import {
  type Address,
  type AddressPair,
  type Family,
  type Mac,
  deriveMac,
  familyOf,
  subnetOctet,
} from '../address';
import { type Holder, vipHolder } from '../holder';
import { AddressSpace } from './address-space';
import type { VipPurpose } from './commands';
import type { HeldAddress, SubnetDefinition, SubnetEvent } from './events';

/** Who holds what, since when. Never changed, only replaced. */
export interface Reservation extends AddressPair {
  readonly holder: Holder;
  /** Absent: the MAC derived from the IPv4 address (see `SubnetState.macOf`). */
  readonly ownMac?: Mac;
  readonly sinceMs: number;
  readonly vip?: VipPurpose;
  /** Of a Vip: the claim to its name under which it was reserved. */
  readonly claim?: number;
}

interface Former {
  readonly holder: Holder;
  readonly releasedAtMs: number;
}

/** A release is remembered by holder for as long as a late duplicate of an older command may be accepted. */
const RELEASE_MEMORY_MS = 7 * 24 * 3_600_000;
const SWEEP_AT_LEAST = 4096;

export class SubnetState {
  definition: SubnetDefinition | undefined;
  readonly byHolder = new Map<Holder, Reservation>();
  readonly byAddress = new Map<Address, Reservation>();
  private spaces: { 4?: AddressSpace; 6?: AddressSpace } = {};
  private readonly ownMacs = new Map<Mac, Holder>();
  private readonly held = { 4: 0, 6: 0 };
  private readonly heldExcluded = { 4: 0, 6: 0 };
  /** Who gave up each address that nobody has taken since. */
  private readonly formers = new Map<Address, Former>();
  private readonly releases = new Map<Holder, number>();
  private sweepReleasesAt = SWEEP_AT_LEAST;
  private readonly yielded = new Map<string, number>();
  private readonly macOctet: number;

  constructor(readonly name: string) {
    this.macOctet = subnetOctet(name);
  }

  space(family: Family): AddressSpace | undefined {
    return this.spaces[family];
  }

  families(): Family[] {
    return ([4, 6] as const).filter((family) => this.spaces[family]);
  }

  macOf(reservation: Reservation): Mac {
    return reservation.ownMac ?? deriveMac(this.macOctet, reservation.v4 as number);
  }

  derivedMac(address: Address, attempt = 0): Mac {
    return deriveMac(this.macOctet, address, attempt);
  }

  holderOfMac(mac: Mac): Holder | undefined {
    const own = this.ownMacs.get(mac);
    if (own !== undefined) return own;
    const reservation = this.byAddress.get(mac % 2 ** 32);
    return reservation && this.macOf(reservation) === mac ? reservation.holder : undefined;
  }

  former(address: Address): Former | undefined {
    return this.formers.get(address);
  }

  /** When the holder last gave up what it had here. */
  releasedAtMs(holder: Holder): number | undefined {
    return this.releases.get(holder);
  }

  /** The newest claim to the Vip's name that was sworn off, or -1. */
  yieldedClaim(name: string): number {
    return this.yielded.get(name) ?? -1;
  }

  /** How many addresses of the family are held, and how many of these are excluded ones. */
  heldCounts(family: Family): { readonly held: number; readonly heldExcluded: number } {
    return { held: this.held[family], heldExcluded: this.heldExcluded[family] };
  }

  evolve(event: SubnetEvent, atMs: number): this {
    switch (event.type) {
      case 'SubnetDefined':
      case 'SubnetRevised':
        this.define(event);
        break;
      case 'SubnetRetired':
        this.definition = undefined;
        this.spaces = {};
        break;
      case 'AddressReserved':
        this.hold(event.holder, event, atMs);
        break;
      case 'AddressMoved':
        this.move(event.holder, event, atMs);
        break;
      case 'AddressReleased':
        this.release(event.holder, atMs);
        break;
      case 'VipReserved':
        this.hold(vipHolder(event.name), event, atMs, event, event.claim);
        break;
      case 'VipRevised':
        this.move(vipHolder(event.name), event, atMs, event);
        break;
      case 'VipReleased':
        this.release(vipHolder(event.name), atMs);
        this.yielded.set(event.name, event.claim);
        break;
      case 'VipNameYielded':
        this.yielded.set(event.name, event.claim);
        break;
    }
    return this;
  }

  /** Free addresses are counted anew from who holds what and who gave up what: blocks and exclusions changed. */
  private define(definition: SubnetDefinition): void {
    const { cidrs, gateways, excluded, coolingMs } = definition;
    this.definition = { cidrs, gateways, excluded, coolingMs };
    this.spaces = {};
    for (const cidr of cidrs) this.spaces[cidr.family] = new AddressSpace(cidr, this.definition);
    this.heldExcluded[4] = this.heldExcluded[6] = 0;
    for (const address of this.byAddress.keys()) {
      this.spaceOf(address)?.use(address);
      this.countExcluded(address, 1);
    }
    const released = [...this.formers].sort(([, a], [, b]) => a.releasedAtMs - b.releasedAtMs);
    for (const [address, former] of released) {
      if (this.spaceOf(address)?.unusable(address) !== undefined) continue;
      this.spaceOf(address)?.use(address);
      this.spaceOf(address)?.release(address, former.releasedAtMs);
    }
  }

  private hold(holder: Holder, held: HeldAddress, sinceMs: number, vip?: VipPurpose, claim?: number): void {
    const derived = held.v4 !== undefined && held.mac === this.derivedMac(held.v4);
    const reservation: Reservation = {
      holder,
      v4: held.v4,
      v6: held.v6,
      ownMac: derived ? undefined : held.mac,
      sinceMs,
      vip: vip && purposeOf(vip),
      claim,
    };
    this.byHolder.set(holder, reservation);
    if (!derived) this.ownMacs.set(held.mac, holder);
    if (held.v4 !== undefined) this.take(held.v4, reservation);
    if (held.v6 !== undefined) this.take(held.v6, reservation);
  }

  private take(address: Address, reservation: Reservation): void {
    this.byAddress.set(address, reservation);
    this.held[familyOf(address)] += 1;
    if (this.formers.size > 0) this.formers.delete(address);
    this.countExcluded(address, 1);
    this.spaceOf(address)?.use(address);
  }

  /** A kept address is never released in between: it must not cool, nor count as given up. */
  private move(holder: Holder, held: HeldAddress, atMs: number, vip?: VipPurpose): void {
    const before = this.byHolder.get(holder);
    if (before) this.drop(before, atMs, addressesOf(held));
    this.hold(holder, held, before?.sinceMs ?? atMs, vip, before?.claim);
  }

  private release(holder: Holder, atMs: number): void {
    const reservation = this.byHolder.get(holder);
    if (!reservation) return;
    this.drop(reservation, atMs, []);
    this.byHolder.delete(holder);
    this.releases.set(holder, atMs);
    if (this.releases.size >= this.sweepReleasesAt) this.sweepReleases(atMs);
  }

  private drop(reservation: Reservation, atMs: number, kept: readonly Address[]): void {
    if (reservation.ownMac !== undefined) this.ownMacs.delete(reservation.ownMac);
    for (const address of addressesOf(reservation)) {
      this.byAddress.delete(address);
      this.held[familyOf(address)] -= 1;
      this.countExcluded(address, -1);
      if (kept.includes(address)) continue;
      this.formers.set(address, { holder: reservation.holder, releasedAtMs: atMs });
      this.spaceOf(address)?.release(address, atMs);
    }
  }

  private countExcluded(address: Address, change: number): void {
    if (this.spaceOf(address)?.isExcluded(address)) this.heldExcluded[familyOf(address)] += change;
  }

  private sweepReleases(nowMs: number): void {
    for (const [holder, atMs] of this.releases) {
      if (atMs < nowMs - RELEASE_MEMORY_MS) this.releases.delete(holder);
    }
    this.sweepReleasesAt = Math.max(SWEEP_AT_LEAST, this.releases.size * 2);
  }

  private spaceOf(address: Address): AddressSpace | undefined {
    return this.spaces[familyOf(address)];
  }
}

export function addressesOf(pair: AddressPair): Address[] {
  return [pair.v4, pair.v6].filter((address) => address !== undefined);
}

export function purposeOf({ vipType, namespace, selector, note }: VipPurpose): VipPurpose {
  return { vipType, namespace, selector, note };
}
