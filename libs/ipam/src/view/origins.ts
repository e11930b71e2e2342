// Which way each Vip, Subnet and pool came in: whose it is to let go of. Changing it later changes nothing about that.
// It knows the ways by the names that the events' metadata has for them; what any of them may do is not its business.
import type { SubnetDefinition, SubnetEvent } from '../subnet/events';

/** As far as it is known: whoever follows the log need not say. */
interface Origin {
  readonly through: string | undefined;
  readonly actor: string | undefined;
}

export class Origins {
  private readonly vips = new Map<string, Origin>();
  private readonly subnets = new Map<string, string>();
  /** By Subnet, then by pool. */
  private readonly pools = new Map<string, Map<string, string>>();

  /** To be called for each event, in order. */
  happened(subnet: string, event: SubnetEvent, { through, actor }: Origin): void {
    if (event.type === 'VipReserved') this.vips.set(event.name, { through, actor });
    if (event.type === 'SubnetDefined' && through !== undefined) this.subnets.set(subnet, through);
    if (event.type === 'SubnetDefined' || event.type === 'SubnetRevised')
      this.defined(subnet, event, through);
    if (event.type === 'SubnetRetired') {
      this.subnets.delete(subnet);
      this.pools.delete(subnet);
    }
  }

  /** Its name may be another's from now on. */
  vipReleased(name: string): void {
    this.vips.delete(name);
  }

  ofVip(name: string): Origin | undefined {
    return this.vips.get(name);
  }

  ofSubnet(name: string): string | undefined {
    return this.subnets.get(name);
  }

  ofPool(subnet: string, pool: string): string | undefined {
    return this.pools.get(subnet)?.get(pool);
  }

  /** A definition tells the whole: which of its pools are new is seen by those that were there. */
  private defined(subnet: string, { pools = [] }: SubnetDefinition, through = ''): void {
    const before = this.pools.get(subnet);
    if (pools.length === 0) return void this.pools.delete(subnet);
    this.pools.set(subnet, new Map(pools.map(({ name }) => [name, before?.get(name) ?? through])));
  }
}
