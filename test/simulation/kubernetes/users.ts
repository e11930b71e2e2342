// Users of the cluster: they create, edit and delete Subnets and Vips, and now and then take an object away under
// everybody's hands.
import type { SeededChance } from '@holdfast/clock/testing';
import { formatAddress, formatCidr, formatMac } from '@holdfast/ipam';
import type { LabelOrders } from '../orders/label-orders';
import type { SubnetPlan, Terrain } from '../orders/terrain';
import { type Cluster, SUBNETS, VIPS } from './cluster';
import { UseUsers } from './use-users';

/** Names of Vips that only Kubernetes asks for, beside those for which others compete. */
const OWN_NAMES = 6;
/** How much of it all is about pools and rules. */
const USES_SHARE = 0.25;

export class KubernetesUsers {
  private readonly names: readonly string[];
  private readonly uses: UseUsers;

  constructor(
    private readonly cluster: Cluster,
    private readonly terrain: Terrain,
    private readonly chance: SeededChance,
    private readonly hasPods: boolean,
    private readonly labels: LabelOrders,
  ) {
    const own = Array.from({ length: OWN_NAMES }, (_, at) => `kube-${at}`);
    this.names = [...own, ...own, ...terrain.vips];
    this.uses = new UseUsers(cluster, terrain, chance);
  }

  /** One action; says what it was. */
  act(): string {
    if (this.chance.random() < USES_SHARE) return this.uses.act();
    const name = this.one(this.names);
    const plan = this.one(this.terrain.subnets);
    const kind = this.chance.below(20);
    if (kind < 8)
      return this.said('create vip', name, () =>
        this.cluster.create(VIPS, name, this.vipSpec(), this.labelled(true)),
      );
    if (kind < 11)
      return this.said('edit vip', name, () =>
        this.cluster.edit(VIPS, name, { spec: this.vipSpec(), metadata: this.labelled() }),
      );
    if (kind < 15) return this.said('delete vip', name, () => this.cluster.delete(VIPS, name));
    if (kind < 16) return this.said('vanish vip', name, () => this.cluster.vanish(VIPS, name));
    if (kind < 18) return this.said('create subnet', plan.name, () => this.createSubnet(plan));
    if (kind < 19)
      return this.said('edit subnet', plan.name, () =>
        this.cluster.edit(SUBNETS, plan.name, { spec: this.subnetSpec(plan), metadata: this.labelled() }),
      );
    return this.said('delete subnet', plan.name, () => this.cluster.delete(SUBNETS, plan.name));
  }

  /** As those do who set a cluster up. */
  createSubnet(plan: SubnetPlan, more: object = {}): void {
    this.cluster.create(SUBNETS, plan.name, { ...this.subnetSpec(plan), ...more }, this.labelled(true));
  }

  /** Metadata: an edit sets some and takes off others. */
  private labelled(isNew = false): object {
    return { labels: this.labels.written(isNew) };
  }

  private vipSpec(): object {
    const plan = this.one(this.terrain.subnets);
    const has = (rate: number): boolean => this.chance.random() < rate;
    return {
      subnet: plan.name,
      namespace: has(this.hasPods ? 0.3 : 0.8) ? 'default' : 'apps',
      ...(has(0.25) && { type: 'switch_lb_vip' }),
      ...(has(0.3) && { v4ip: formatAddress(this.one(plan.pool4)) }),
      ...(has(0.1) && { v6ip: formatAddress(this.one(plan.pool6)) }),
      ...(has(0.1) && { macAddress: formatMac(this.one(this.terrain.macs)) }),
      ...(has(0.3) && { selector: ['app: web'] }),
    };
  }

  private subnetSpec({ blocks4, blocks6, pool4 }: SubnetPlan): object {
    const blocks = [this.one(blocks4), ...(this.chance.random() < 0.3 ? [this.one(blocks6)] : [])];
    return {
      cidrBlock: blocks.map(formatCidr).join(','),
      ...(this.chance.random() < 0.3 && { excludeIps: [formatAddress(this.one(pool4))] }),
      ...(this.hasPods && this.chance.random() < 0.6 && { default: true }),
      ...(this.hasPods && this.chance.random() < 0.2 && { namespaces: ['apps'] }),
    };
  }

  private said(what: string, name: string, act: () => unknown): string {
    act();
    return `${what} ${name}`;
  }

  private one<Item>(items: readonly Item[]): Item {
    return items[this.chance.below(items.length)] as Item;
  }
}
