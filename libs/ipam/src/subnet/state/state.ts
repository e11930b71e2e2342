// What a Subnet remembers of its history: enough to decide, in constant time, and no more. `evolve` is total:
// history happened. It changes the state that it is given (a copy an event would cost more than all the rest);
// the loop owns that state and throws it away when an append fails.
import {
  type Address,
  type AddressPair,
  type Family,
  type Mac,
  addressOfMac,
  deriveMac,
  familyOf,
  subnetOctet,
} from '../../address';
import { type Holder, vipHolder } from '../../holder';
import {
  type HeldAddress,
  type PortRequest,
  type SubnetDefinition,
  type SubnetEvent,
  type VipPurpose,
  definitionOf,
  purposeOf,
} from '../events';
import { AddressSpace, type AddressSpaceReader } from '../space/address-space';
import { Holdings, type HoldingsReader } from './holdings';
import { SubnetLabels, type SubnetLabelsReader } from './subnet-labels';
import { type LastHolder, type LastHeld, type Reservation, addressesOf } from './reservation';
import { Users, type UsersReader } from './users';
import { WithheldAddresses, type WithheldReader } from './withheld';
import { VipUses, type VipUsesReader } from './vip-uses';

/** A release is remembered by holder for as long as a late duplicate of an older command may be accepted. */
const RELEASE_MEMORY_MS = 7 * 24 * 3_600_000;

/** What the events are folded into. Only who owns it may change it: a loop, a view; all others are given a `SubnetState`. */
export class SubnetFold {
  definition: SubnetDefinition | undefined;
  /** When the definition last came, changed or went. */
  definitionAtMs: number | undefined;
  readonly byHolder = new Holdings<Holder, LastHeld>();
  readonly byAddress = new Holdings<Address, LastHolder>();
  /** What its Vips are used for. */
  readonly uses = new VipUses();
  /** Who uses each reservation, and which are kept though nobody does. */
  readonly users = new Users();
  readonly labels = new SubnetLabels();
  readonly withheld = new WithheldAddresses();
  private spaces: { 4?: AddressSpace; 6?: AddressSpace } = {};
  private readonly ownMacs = new Map<Mac, Holder>();
  /** The first IPv6 address that was held with the MAC derived from it: those that share its upper 96 bits are found by theirs. */
  private derivedMacPrefix: bigint | undefined;
  private readonly ports = new Map<string, Holder>();
  private readonly held = { 4: 0, 6: 0 };
  private readonly heldExcluded = { 4: 0, 6: 0 };
  private releases = 0;
  private readonly yielded = new Map<string, number>();
  private readonly macOctet: number;
  /** When the last event happened. */
  private latestMs = -Infinity;

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
    return reservation.ownMac ?? deriveMac(this.macOctet, (reservation.v4 ?? reservation.v6) as Address);
  }

  derivedMac(address: Address, attempt = 0): Mac {
    return deriveMac(this.macOctet, address, attempt);
  }

  /** What the router port of the gateway has, whether or not there is one yet. */
  routerMac(): Mac | undefined {
    return this.definition && this.macOfGateway(this.definition);
  }

  /** Of the IPv4 gateway if there is one: a router port has one MAC for both families. */
  macOfGateway({ gateways }: Pick<SubnetDefinition, 'gateways'>): Mac | undefined {
    const gateway = gateways.find((it) => familyOf(it) === 4) ?? gateways[0];
    return gateway === undefined ? undefined : this.derivedMac(gateway);
  }

  holderOfMac(mac: Mac): Holder | undefined {
    const own = this.ownMacs.get(mac);
    if (own !== undefined) return own;
    const behind = this.spaces[4] && this.holderBehind(mac % 2 ** 32, mac);
    if (behind !== undefined || this.derivedMacPrefix === undefined) return behind;
    return this.holderBehind(addressOfMac(mac, this.derivedMacPrefix), mac);
  }

  private holderBehind(address: Address, mac: Mac): Holder | undefined {
    const reservation = this.byAddress.get(address);
    return reservation && this.macOf(reservation) === mac ? reservation.holder : undefined;
  }

  /** Whose reservation has the port. */
  holderOfPort(port: string): Holder | undefined {
    return this.ports.get(port);
  }

  /** Who gave up the address, and when, if nobody has taken it since. */
  lastHolder(address: Address): LastHolder | undefined {
    return this.byAddress.released(address);
  }

  /** When the holder last gave up what it had here. */
  releasedAtMs(holder: Holder): number | undefined {
    return this.byHolder.released(holder)?.releasedAtMs;
  }

  /** What the holder last had here, if it has nothing now. */
  lastHeld(holder: Holder): AddressPair | undefined {
    return this.byHolder.released(holder);
  }

  /** The newest claim to the Vip's name that was relinquished, or -1. */
  yieldedClaim(name: string): number {
    return this.yielded.get(name) ?? -1;
  }

  /** How many addresses of the family are held, and how many of these are excluded ones. */
  heldCounts(family: Family): { readonly held: number; readonly heldExcluded: number } {
    return { held: this.held[family], heldExcluded: this.heldExcluded[family] };
  }

  /** @param atMs when it happened; less than before: what came before happened by then, whatever was said of it */
  evolve(event: SubnetEvent, atMs: number): this {
    if (atMs < this.latestMs) this.happenedBy(atMs);
    this.latestMs = atMs;
    switch (event.type) {
      case 'SubnetDefined':
      case 'SubnetRevised':
        this.define(event);
        this.definitionAtMs = atMs;
        break;
      case 'SubnetRetired':
        this.definition = undefined;
        this.definitionAtMs = atMs;
        this.spaces = {};
        this.labels.endAll();
        this.withheld.endAll();
        break;
      case 'AddressReserved':
        this.hold(event.holder, event, atMs, event.port === undefined ? undefined : portOfReserved(event));
        break;
      case 'AddressMoved':
        this.move(event.holder, event, atMs);
        break;
      case 'AddressReleased':
        this.release(event.holder, atMs);
        break;
      case 'VipReserved':
        this.hold(vipHolder(event.name), event, atMs, { vip: purposeOf(event), claim: event.claim });
        break;
      case 'VipRevised':
        this.move(vipHolder(event.name), event, atMs, purposeOf(event));
        break;
      case 'VipReleased':
        this.release(vipHolder(event.name), atMs);
        this.yielded.set(event.name, event.claim);
        this.uses.endVip(event.name);
        break;
      case 'VipNameYielded':
        this.yielded.set(event.name, event.claim);
        break;
      case 'UserAttached':
      case 'UserDetached':
      case 'ReservationRetained':
      case 'RetentionEnded':
      case 'RetentionSet':
        this.users.evolve(event, atMs);
        break;
      case 'LabelsSet':
        this.labels.evolve(event, atMs);
        break;
      case 'AddressWithheld':
        if (!this.withheld.of(event.address)) this.setApart(event.address);
        this.withheld.evolve(event);
        break;
      case 'AddressSettled':
        this.withheld.evolve(event);
        if (event.holder === undefined) this.spaceOf(event.address)?.release(event.address, atMs);
        break;
      case 'ParentGranted':
      case 'ParentWithdrawn':
      case 'RuleDefined':
      case 'RuleRevised':
      case 'RuleRetired':
      case 'RuleBackendsChanged':
        this.uses.evolve(event, atMs);
        break;
    }
    return this;
  }

  /**
   * All of it happened by `latestMs`: a clock was wrong that said otherwise. Nothing else changes; what was released cools
   * from then on, and what is kept for a time is kept as long as it was to be.
   */
  happenedBy(latestMs: number): void {
    if (this.latestMs <= latestMs) return;
    this.latestMs = latestMs;
    if (this.definitionAtMs !== undefined) this.definitionAtMs = Math.min(this.definitionAtMs, latestMs);
    const isLater = (atMs = -Infinity): boolean => atMs > latestMs;
    for (const [holder, before] of this.byHolder) {
      const { sinceMs, changedAtMs } = before;
      if (!isLater(sinceMs) && !isLater(changedAtMs)) continue;
      const rare = changedAtMs === undefined ? {} : { changedAtMs: Math.min(changedAtMs, latestMs) };
      const now = { ...before, sinceMs: Math.min(sinceMs, latestMs), ...rare };
      this.byHolder.hold(holder, now);
      for (const address of addressesOf(now)) this.byAddress.hold(address, now);
    }
    for (const [holder, last] of this.byHolder.allReleased())
      if (isLater(last.releasedAtMs)) this.byHolder.release(holder, { ...last, releasedAtMs: latestMs });
    for (const [address, last] of this.byAddress.allReleased())
      if (isLater(last.releasedAtMs)) this.byAddress.release(address, { ...last, releasedAtMs: latestMs });
    for (const family of this.families()) this.spaces[family]?.happenedBy(latestMs);
    this.uses.happenedBy(latestMs);
    this.users.happenedBy(latestMs);
    this.labels.happenedBy(latestMs);
  }

  /** Free addresses are counted anew from who holds what and who gave up what: blocks and exclusions changed. */
  private define(definition: SubnetDefinition): void {
    this.definition = definitionOf(definition);
    this.labels.keepPools(this.definition.pools);
    const { cidrs } = definition;
    this.spaces = {};
    for (const cidr of cidrs) this.spaces[cidr.family] = new AddressSpace(cidr, this.definition);
    this.heldExcluded[4] = this.heldExcluded[6] = 0;
    for (const address of this.byAddress.keys()) {
      this.countExcluded(address, 1);
      this.spaceOf(address)?.use(address);
    }
    const formers = [...this.byAddress.allReleased()].sort(([, a], [, b]) => a.order - b.order);
    for (const [address, { releasedAtMs }] of formers) {
      this.spaceOf(address)?.use(address);
      this.spaceOf(address)?.release(address, releasedAtMs);
    }
    for (const [address] of this.withheld) this.setApart(address);
  }

  /** Nobody holds it, and it does not come by itself. */
  private setApart(address: Address): void {
    const space = this.spaceOf(address);
    if (space && !space.isExcluded(address)) space.use(address);
  }

  /** Most holders have an IPv4 address and the MAC that goes with it: theirs is the small shape. */
  private hold(
    holder: Holder,
    { v4, v6, mac }: HeldAddress,
    sinceMs: number,
    rare?: Pick<Reservation, 'vip' | 'claim' | 'changedAtMs' | keyof PortRequest>,
    before?: Reservation,
  ): void {
    const isDerived = v4 === undefined ? this.isDerivable(v6, mac) : mac === this.derivedMac(v4);
    const ownMac = isDerived ? undefined : mac;
    const reservation: Reservation =
      isDerived && v6 === undefined && !rare
        ? { holder, v4, sinceMs }
        : { holder, v4, v6, ownMac, sinceMs, ...rare };
    this.byHolder.hold(holder, reservation);
    if (rare?.port !== undefined) this.ports.set(rare.port, holder);
    if (ownMac !== undefined) this.ownMacs.set(ownMac, holder);
    if (v4 !== undefined) this.take(v4, reservation, before?.v4 === v4);
    if (v6 !== undefined) this.take(v6, reservation, before?.v6 === v6);
  }

  /** Whether the MAC was derived from the address, and the address is found by it. */
  private isDerivable(v6: bigint | undefined, mac: Mac): boolean {
    if (v6 === undefined || mac !== this.derivedMac(v6)) return false;
    this.derivedMacPrefix ??= v6;
    return addressOfMac(mac, this.derivedMacPrefix) === v6;
  }

  private take(address: Address, reservation: Reservation, isKept: boolean): void {
    this.byAddress.hold(address, reservation);
    const wasWithheld = this.withheld.end(address);
    if (isKept) return;
    const family = familyOf(address);
    this.held[family] += 1;
    const space = this.spaces[family];
    if (space?.isExcluded(address)) this.heldExcluded[family] += 1;
    else if (!wasWithheld) space?.use(address);
  }

  /** A kept address is never released in between: it must not cool, nor count as given up. */
  private move(holder: Holder, held: HeldAddress & PortRequest, atMs: number, vip?: VipPurpose): void {
    const before = this.byHolder.get(holder);
    if (before?.ownMac !== undefined) this.ownMacs.delete(before.ownMac);
    const ported = held.port === undefined ? before : held;
    const port = ported?.port === undefined ? undefined : portOfReserved(ported);
    if (before?.port !== undefined) this.ports.delete(before.port);
    const rare = { vip, claim: before?.claim, changedAtMs: atMs, ...port };
    this.hold(holder, held, before?.sinceMs ?? atMs, rare, before);
    if (!before) return;
    for (const address of addressesOf(before)) {
      if (address !== held.v4 && address !== held.v6) this.giveUp(address, holder, atMs);
    }
  }

  private release(holder: Holder, atMs: number): void {
    const reservation = this.byHolder.get(holder);
    if (!reservation) return;
    if (reservation.ownMac !== undefined) this.ownMacs.delete(reservation.ownMac);
    if (reservation.port !== undefined) this.ports.delete(reservation.port);
    for (const address of addressesOf(reservation)) this.giveUp(address, holder, atMs);
    const { v4, v6 } = reservation;
    this.byHolder.release(
      holder,
      v6 === undefined ? { v4, releasedAtMs: atMs } : { v4, v6, releasedAtMs: atMs },
    );
    this.users.end(holder);
    this.labels.end(holder);
    this.byHolder.sweep((_, { releasedAtMs }) => releasedAtMs < atMs - RELEASE_MEMORY_MS);
  }

  private giveUp(address: Address, holder: Holder, atMs: number): void {
    this.releases += 1;
    this.byAddress.release(address, { holder, releasedAtMs: atMs, order: this.releases });
    this.held[familyOf(address)] -= 1;
    this.countExcluded(address, -1);
    this.spaceOf(address)?.release(address, atMs);
    const coolsSinceMs = atMs - (this.definition?.coolingMs ?? 0);
    // In a block that fills up none may be forgotten: it will be needed again.
    this.byAddress.sweep(
      (address, { releasedAtMs }) =>
        releasedAtMs <= coolsSinceMs && (this.spaceOf(address)?.forget(address) ?? true),
    );
  }

  private countExcluded(address: Address, change: number): void {
    if (this.spaceOf(address)?.isExcluded(address)) this.heldExcluded[familyOf(address)] += change;
  }

  private spaceOf(address: Address): AddressSpace | undefined {
    return this.spaces[familyOf(address)];
  }
}

/** A Subnet as it is, to read and never to change: what decisions are made upon, and what the view shows. */
export interface SubnetState
  extends Readonly<
    Pick<
      SubnetFold,
      | 'name'
      | 'definition'
      | 'definitionAtMs'
      | 'families'
      | 'macOf'
      | 'derivedMac'
      | 'routerMac'
      | 'macOfGateway'
      | 'holderOfMac'
      | 'holderOfPort'
      | 'lastHolder'
      | 'releasedAtMs'
      | 'lastHeld'
      | 'yieldedClaim'
      | 'heldCounts'
    >
  > {
  readonly byHolder: HoldingsReader<Holder, LastHeld>;
  readonly byAddress: HoldingsReader<Address, LastHolder>;
  readonly uses: VipUsesReader;
  readonly users: UsersReader;
  readonly labels: SubnetLabelsReader;
  readonly withheld: WithheldReader;
  space(family: Family): AddressSpaceReader | undefined;
}

const portOfReserved = ({ port, portSecurity }: PortRequest): PortRequest => ({ port, portSecurity });
