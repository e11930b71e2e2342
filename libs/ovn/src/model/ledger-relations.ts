// What is asked of the ledger the other way round: whose port is called so, which Vips have it as a parent, which
// Subnets are on a router. Kept from the facts; it holds what is there now, and only what the view does not answer.
import {
  type Holder,
  type LedgerView,
  type SubnetFact,
  holderParts,
  isVipHolder,
  vipHolder,
} from '@holdfast/ipam';
import { type NorthboundKey, northboundKey } from './row-keys';
import { Relation } from './relation';

export class LedgerRelations {
  /** Keys of holders with a port, or of Vips whose users have one, and its name. */
  readonly ports = new Relation<NorthboundKey, string>();
  /** Vips, and the names of the ports that are their parents. */
  readonly parents = new Relation<string, string>();
  /** Subnets, and the router that each is to be on. */
  readonly routers = new Relation<string, string>();
  /** Subnets, and their Vips of type `switch_lb_vip`. */
  readonly lbVips = new Relation<string, string>();

  constructor(private readonly view: LedgerView) {}

  /** Everything that the view shows. */
  build(): void {
    for (const { name: subnet, byHolder, uses } of this.view.subnets()) {
      this.indexRouter(subnet);
      for (const { holder, port, vip } of byHolder.values()) {
        if (port !== undefined) this.indexPort(subnet, holder);
        if (!vip) continue;
        const { name } = holderParts(holder);
        if (vip.vipType === 'switch_lb_vip') this.lbVips.put(subnet, name, true);
        for (const parent of uses.parentPorts(name)) this.parents.put(name, parent, true);
        this.indexUsers(subnet, holder);
      }
    }
  }

  /** Takes in what the fact changed. The view may be further on already. */
  apply({ subnet, event }: SubnetFact): void {
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- nothing else says whose a port is
    switch (event.type) {
      case 'SubnetDefined':
      case 'SubnetRevised':
      case 'SubnetRetired':
        return this.indexRouter(subnet);
      case 'AddressReserved':
      case 'AddressMoved':
        return event.port === undefined ? undefined : this.indexPort(subnet, event.holder);
      case 'AddressReleased':
        return this.indexPort(subnet, event.holder);
      case 'UserAttached':
      case 'UserDetached':
        return isVipHolder(event.holder) ? this.indexUsers(subnet, event.holder) : undefined;
      case 'VipReserved':
      case 'VipRevised':
        return this.indexVip(subnet, event.name);
      case 'VipReleased':
        this.indexVip(subnet, event.name);
        this.indexUsers(subnet, vipHolder(event.name));
        return this.parents.set(event.name, [
          ...(this.view.vip(event.name)?.subnet.uses.parentPorts(event.name) ?? []),
        ]);
      case 'ParentGranted':
      case 'ParentWithdrawn': {
        const isParent = this.view.vip(event.vip)?.subnet.uses.isParent(event.vip, event.port) ?? false;
        return this.parents.put(event.vip, event.port, isParent);
      }
      default:
        return undefined;
    }
  }

  private indexPort(subnet: string, holder: Holder): void {
    const port = this.view.subnet(subnet)?.byHolder.get(holder)?.port;
    this.ports.set(northboundKey.port(subnet, holder), port === undefined ? [] : [port]);
  }

  /** Of a Vip that Pods have as their own address: their ports. */
  private indexUsers(subnet: string, vip: Holder): void {
    const users = this.view.subnet(subnet)?.users.usersOf(vip) ?? [];
    this.ports.set(
      northboundKey.vipHolder(vip),
      users.flatMap(({ port }) => port ?? []),
    );
  }

  private indexRouter(subnet: string): void {
    const router = this.view.subnet(subnet)?.definition?.router;
    this.routers.set(subnet, router === undefined ? [] : [router]);
  }

  private indexVip(subnet: string, name: string): void {
    const vip = this.view.vip(name);
    const isLb = vip?.subnet.name === subnet && vip.reservation.vip.vipType === 'switch_lb_vip';
    this.lbVips.put(subnet, name, isLb);
  }
}
