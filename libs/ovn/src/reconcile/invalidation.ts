// Whom something concerns: which keys are due because a fact was recorded, or because rows changed. Marking one too
// many costs a comparison; marking one too few is found by the slow clock, and is a bug.
import {
  HEALTH_CHECK_SOURCE,
  type LedgerView,
  type SubnetFact,
  addressesOf,
  formatAddress,
  isVipHolder,
} from '@holdfast/ipam';
import type { AddressPair, Holder } from '@holdfast/ipam';
import type { Claims } from '../actual/port-claims';
import { vipOfPortName } from '../model/desired-row';
import { type Interests, topics } from '../plan/dependencies';
import type { LedgerIndex } from '../model/ledger-relations';
import type { RowUuid } from '../actual/northbound';
import type { Concern, NorthboundRows } from '../actual/northbound-rows';
import {
  type DueKey,
  foreignKey,
  portKey,
  routerKey,
  ruleKey,
  subnetKey,
  vipKey,
  vipKeyOf,
} from '../model/row-keys';
import { attachmentOf } from '../plan/proxied';
import type { SelfCheck, Suspect } from '../actual/self-check';

export interface Marks {
  /** The ledger wants something else of the key. */
  wanted(key: DueKey): void;
  /** The key's own rows changed. */
  ownRows(key: DueKey): void;
  /** What is around the key's rows changed, and may be in their way or be no more. */
  surroundings(key: DueKey): void;
  /** What is around the key's rows changed, so that they may have to be others than before. */
  disturbed(key: DueKey): void;
  /** Whether anything is known of the key. */
  isKnown(key: DueKey): boolean;
}

export class Concerns implements Concern {
  constructor(
    private readonly view: LedgerView,
    private readonly index: LedgerIndex,
    private readonly rows: NorthboundRows,
    private readonly interests: Interests,
    private readonly selfCheck: SelfCheck,
    private readonly marks: Marks,
  ) {}

  /** The view shows the fact. */
  factApplied(fact: SubnetFact): void {
    const { subnet, event } = fact;
    const routersBefore = [...this.index.routers.rightsOf(subnet)];
    const parentsBefore = event.type === 'VipReleased' ? [...this.index.parents.rightsOf(event.name)] : [];
    this.index.apply(fact);
    switch (event.type) {
      case 'SubnetDefined':
      case 'SubnetRevised':
      case 'SubnetRetired':
        return this.subnetChanged(subnet, routersBefore);
      case 'VipReserved':
      case 'VipRevised':
      case 'VipReleased':
        return this.vipChanged(subnet, event.name, parentsBefore);
      case 'ParentGranted':
      case 'ParentWithdrawn':
        this.marks.wanted(vipKey(event.vip));
        return this.parentChanged(event.port);
      case 'RuleDefined':
      case 'RuleRevised':
      case 'RuleRetired':
      case 'RuleBackendsChanged':
        this.marks.wanted(vipKey(event.vip));
        return this.marks.wanted(ruleKey(subnet, event.rule));
      case 'AddressReserved':
      case 'AddressReleased':
        return this.heldChanged(subnet, event.holder, [event]);
      case 'AddressMoved':
        return this.heldChanged(subnet, event.holder, [event, event.from]);
      case 'UserAttached':
      case 'UserDetached':
        return this.marks.wanted(keyOfHolder(subnet, event.holder));
      case 'ReservationRetained':
      case 'RetentionEnded':
      case 'RetentionSet':
      case 'VipNameYielded':
        return undefined;
      default:
        return notYetKnown(event);
    }
  }

  ownRows(key: DueKey): void {
    this.marks.ownRows(key);
  }

  portName(name: string): void {
    const vip = vipOfPortName(name);
    if (this.view.vip(vip)) this.marks.surroundings(vipKey(vip));
    for (const key of this.index.ports.leftsOf(name)) this.marks.surroundings(key);
    this.tellOfPort(name);
  }

  port(name: string): void {
    this.selfCheck.portChanged(name);
    const vips = this.index.parents.leftsOf(name);
    for (const vip of vips) this.marks.disturbed(vipKey(vip));
    if (vips.size > 0) this.marks.disturbed(foreignKey(name));
    this.tellOfPort(name);
  }

  switchName(name: string): void {
    const subnet = this.view.subnet(name);
    if (!subnet) return;
    this.marks.surroundings(subnetKey(name));
    for (const { holder, port } of subnet.byHolder.values()) {
      if (isVipHolder(holder)) this.marks.surroundings(vipKeyOf(holder));
      if (port !== undefined) this.marks.surroundings(portKey(name, holder));
    }
    for (const rule of subnet.uses.rules()) this.marks.surroundings(ruleKey(name, rule.name));
  }

  routerName(name: string): void {
    const subnets = this.index.routers.leftsOf(name);
    if (subnets.size > 0) this.marks.surroundings(routerKey(name));
    this.tell(topics.routerName(name));
  }

  attachment(switchUuid: RowUuid, router: RowUuid | undefined): void {
    this.tell(topics.attachment(switchUuid));
    if (router !== undefined) this.tell(topics.attached(router));
    // Which of the switch's ports answers for Vips may be another one now.
    const on = this.rows.onSwitch(switchUuid)?.attachments ?? [];
    for (const uuid of on) this.marks.disturbed(foreignKey(this.rows.port(uuid).row.name));
  }

  claims(switchUuid: RowUuid, { macs, addresses, virtualIp }: Claims): void {
    const name = this.nameOf(switchUuid);
    const subnet = name === undefined ? undefined : this.view.subnet(name);
    if (!subnet) return;
    for (const address of addresses) {
      const holder = subnet.byAddress.get(address)?.holder;
      this.holderConcerned(subnet.name, holder);
      if (holder !== undefined && isVipHolder(holder))
        this.selfCheck.suspect({ what: 'address', switchUuid, value: address });
      this.tell(topics.addressOn(switchUuid, formatAddress(address)));
    }
    if (virtualIp !== undefined) this.holderConcerned(subnet.name, subnet.byAddress.get(virtualIp)?.holder);
    for (const mac of macs) {
      if (mac === subnet.routerMac()) this.marks.surroundings(subnetKey(subnet.name));
      else this.holderConcerned(subnet.name, subnet.holderOfMac(mac));
    }
  }

  shared(suspect: Suspect): void {
    this.selfCheck.suspect(suspect);
  }

  private subnetChanged(subnet: string, routersBefore: readonly string[]): void {
    this.marks.wanted(subnetKey(subnet));
    for (const router of [...routersBefore, ...this.index.routers.rightsOf(subnet)])
      this.marks.wanted(routerKey(router));
    this.tell(topics.subnet(subnet));
  }

  private vipChanged(subnet: string, vip: string, parentsBefore: readonly string[]): void {
    this.marks.wanted(vipKey(vip));
    for (const port of [...parentsBefore, ...this.index.parents.rightsOf(vip)]) this.parentChanged(port);
    const state = this.view.subnet(subnet);
    for (const rule of state?.uses.rulesOf(vip) ?? []) this.marks.wanted(ruleKey(subnet, rule));
    this.proxyChanged(subnet);
  }

  private parentChanged(port: string): void {
    for (const key of this.index.ports.leftsOf(port)) this.marks.wanted(key);
    if (this.rows.portNamed(port)) this.marks.wanted(foreignKey(port));
  }

  /** Only the ports that lead to a router could have to answer for a Vip. */
  private proxyChanged(subnet: string): void {
    for (const uuid of this.rows.namedIn('Logical_Switch', subnet)) {
      const attachment = attachmentOf(this.rows, uuid);
      if (!attachment) continue;
      const { owner, row } = attachment.port;
      this.marks.wanted(owner?.due ?? foreignKey(row.name));
    }
  }

  private heldChanged(subnet: string, holder: Holder, held: readonly AddressPair[]): void {
    const key = portKey(subnet, holder);
    if (this.index.ports.rightsOf(key).size > 0 || this.marks.isKnown(key)) this.marks.wanted(key);
    if (holder === HEALTH_CHECK_SOURCE) this.tell(topics.subnet(subnet));
    if (!this.interests.isEmpty)
      for (const address of held.flatMap(addressesOf)) this.tell(topics.held(subnet, formatAddress(address)));
  }

  private holderConcerned(subnet: string, holder: Holder | undefined): void {
    if (holder === undefined) return;
    if (isVipHolder(holder)) this.marks.surroundings(vipKeyOf(holder));
    else if (this.index.ports.rightsOf(portKey(subnet, holder)).size > 0)
      this.marks.surroundings(portKey(subnet, holder));
  }

  private nameOf(switchUuid: RowUuid): string | undefined {
    return this.rows.get(switchUuid) && this.rows.switch(switchUuid).row.name;
  }

  private tellOfPort(name: string): void {
    if (!this.interests.isEmpty) this.tell(topics.portName(name));
  }

  private tell(topic: string): void {
    for (const key of this.interests.leftsOf(topic)) this.marks.disturbed(key);
  }
}

/** Under which key the rows of what it holds are compared. */
const keyOfHolder = (subnet: string, holder: Holder): DueKey =>
  isVipHolder(holder) ? vipKeyOf(holder) : portKey(subnet, holder);

/** A newer ledger's event; what it changes is found by the slow clock, if it changes rows at all. */
const notYetKnown = (_event: never): undefined => undefined;

/** Everything that is or may have to be in the Northbound, as far as the ledger goes. */
export function* keysOfLedger(view: LedgerView, index: LedgerIndex): Iterable<DueKey> {
  for (const router of index.routers.allRights()) yield routerKey(router);
  for (const { name, uses, byHolder } of view.subnets()) {
    yield subnetKey(name);
    for (const rule of uses.rules()) yield ruleKey(name, rule.name);
    for (const { holder } of byHolder.values()) if (isVipHolder(holder)) yield vipKeyOf(holder);
  }
  yield* index.ports.allLefts();
  for (const port of index.parents.allRights()) yield foreignKey(port);
}
