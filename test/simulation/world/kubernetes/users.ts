// Users of the cluster: they create, edit and delete Subnets and Vips, and now and then take an object away under
// everybody's hands.
import type { SeededChance } from '@holdfast/clock/testing';
import { formatAddress, formatCidr, formatMac } from '@holdfast/ipam';
import type { SubnetPlan, Terrain } from '../terrain';
import { type Cluster, SUBNETS, VIPS } from './cluster';

/** Names of Vips that only Kubernetes asks for, beside those for which others compete. */
const OWN_NAMES = 6;

export class KubernetesUsers {
  private readonly names: readonly string[];

  constructor(
    private readonly cluster: Cluster,
    private readonly terrain: Terrain,
    private readonly chance: SeededChance,
  ) {
    const own = Array.from({ length: OWN_NAMES }, (_, at) => `kube-${at}`);
    this.names = [...own, ...own, ...terrain.vips];
  }

  /** One action; says what it was. */
  act(): string {
    const name = this.one(this.names);
    const plan = this.one(this.terrain.subnets);
    const kind = this.chance.below(20);
    if (kind < 8) return this.said('create vip', name, () => this.cluster.create(VIPS, name, this.vipSpec()));
    if (kind < 11)
      return this.said('edit vip', name, () => this.cluster.edit(VIPS, name, { spec: this.vipSpec() }));
    if (kind < 15) return this.said('delete vip', name, () => this.cluster.delete(VIPS, name));
    if (kind < 16) return this.said('vanish vip', name, () => this.cluster.vanish(VIPS, name));
    if (kind < 18) return this.said('create subnet', plan.name, () => this.createSubnet(plan));
    if (kind < 19)
      return this.said('edit subnet', plan.name, () =>
        this.cluster.edit(SUBNETS, plan.name, { spec: this.subnetSpec(plan) }),
      );
    return this.said('delete subnet', plan.name, () => this.cluster.delete(SUBNETS, plan.name));
  }

  private createSubnet(plan: SubnetPlan): void {
    this.cluster.create(SUBNETS, plan.name, this.subnetSpec(plan));
  }

  private vipSpec(): object {
    const plan = this.one(this.terrain.subnets);
    const has = (rate: number): boolean => this.chance.random() < rate;
    return {
      subnet: plan.name,
      namespace: 'default',
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
