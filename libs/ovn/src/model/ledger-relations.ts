// What is asked of the ledger the other way round: whose port is called so, which Vips have it as a parent, which
// Subnets are on a router. Kept from the facts; it holds what is there now, and only what the view does not answer.
import {
  type Holder,
  type LedgerView,
  type SubnetFact,
  type TouchedHolder,
  holderParts,
  holdersOf,
  isVipHolder,
  touches,
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
    const touched = touches(event);
    const { definition, holder, vip, takes, gives, parent, user } = touched;
    if (definition) return this.indexRouter(subnet);
    for (const each of holdersOf(touched)) this.indexPortOf(subnet, each);
    if (holder === undefined || vip === undefined) return;
    const isReleased = gives !== undefined && !takes;
    const uses = this.view.vip(vip)?.subnet.uses;
    if (takes || gives) this.indexVip(subnet, vip);
    if (isReleased || user !== undefined) this.indexUsers(subnet, holder);
    if (isReleased) this.parents.set(vip, [...(uses?.parentPorts(vip) ?? [])]);
    if (parent !== undefined) this.parents.put(vip, parent, uses?.isParent(vip, parent) ?? false);
  }

  /** A Vip has no port of its own. */
  private indexPortOf(subnet: string, { holder, takes, gives, port }: TouchedHolder): void {
    if (isVipHolder(holder)) return;
    if ((gives && !takes) || (takes && port !== undefined)) this.indexPort(subnet, holder);
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
