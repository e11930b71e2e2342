// Whose each Vip, Subnet and pool is: the object for which it came to be. Changing it later changes nothing about that. Beside
// it the way by which a Vip came, in the words of the events' metadata, for people.
import type { ObjectOwner, SubnetDefinition, SubnetEvent } from '../subnet/events';
import { type Asker, formerOwner, formerVipOwner } from './former-owner';

interface VipOrigin {
  readonly owner: ObjectOwner | undefined;
  readonly through: string | undefined;
}

export class Origins {
  private readonly vips = new Map<string, VipOrigin>();
  private readonly subnets = new Map<string, ObjectOwner>();
  /** By Subnet, then by pool. */
  private readonly pools = new Map<string, Map<string, ObjectOwner | undefined>>();

  /** To be called for each event, in order. */
  happened(subnet: string, event: SubnetEvent, asker: Asker): void {
    if (event.type === 'VipReserved') {
      const owner = event.owner === undefined ? formerVipOwner(asker) : (event.owner ?? undefined);
      this.vips.set(event.name, { owner, through: asker.through });
    }
    if (event.type === 'SubnetDefined') {
      const owner = formerOwner(asker.through, 'subnets.kubeovn.io');
      if (owner) this.subnets.set(subnet, owner);
    }
    if (event.type === 'SubnetDefined' || event.type === 'SubnetRevised') this.defined(subnet, event, asker);
    if (event.type === 'SubnetRetired') {
      this.subnets.delete(subnet);
      this.pools.delete(subnet);
    }
  }

  /** Its name may be another's from now on. */
  vipReleased(name: string): void {
    this.vips.delete(name);
  }

  ofVip(name: string): VipOrigin | undefined {
    return this.vips.get(name);
  }

  ofSubnet(name: string): ObjectOwner | undefined {
    return this.subnets.get(name);
  }

  ofPool(subnet: string, pool: string): ObjectOwner | undefined {
    return this.pools.get(subnet)?.get(pool);
  }

  /** A definition tells the whole: which of its pools are new is seen by those that were there. */
  private defined(subnet: string, { pools = [] }: SubnetDefinition, { through }: Asker): void {
    const before = this.pools.get(subnet);
    if (pools.length === 0) return void this.pools.delete(subnet);
    const owner = formerOwner(through, 'ippools.kubeovn.io');
    const ownerOf = (pool: string) => (before?.has(pool) ? before.get(pool) : owner);
    this.pools.set(subnet, new Map(pools.map(({ name }) => [name, ownerOf(name)])));
  }
}
