// Random orders about what addresses and Vips are set aside and used for: pools, and rules on Vips' fronts.
import type { SeededChance } from '@holdfast/clock/testing';
import { type Address, PROTOCOLS, type RuleDefinition } from '@holdfast/ipam';
import type { LedgerCommand } from '@holdfast/ledger';
import type { SubnetPlan, Terrain } from './terrain';

const RULES = ['rule-1', 'rule-2', 'rule-3', 'rule-4'];
const PORTS = [80, 443, 8080];
/** Of a pool: small, so that it runs empty. */
const POOL_SIZE_MAX = 4;

export class UseOrders {
  constructor(
    private readonly terrain: Terrain,
    private readonly chance: SeededChance,
  ) {}

  pool(): LedgerCommand {
    const plan = this.subnet();
    const name = this.one(this.terrain.pools);
    if (this.once(0.25)) return { type: 'RetirePool', subnet: plan.name, name };
    const ranges = Array.from({ length: 1 + this.chance.below(2) }, () => this.range(plan));
    const namespaces = this.once(0.3) ? ['apps'] : [];
    return { type: 'DefinePool', subnet: plan.name, name, ranges, namespaces };
  }

  rule(): LedgerCommand {
    const rule = this.one(RULES);
    const subnet = this.subnet().name;
    const kind = this.chance.below(10);
    if (kind < 5) return { type: 'DefineRule', rule, ...this.definition() };
    if (kind < 7) return { type: 'ReviseRule', subnet, rule, ...this.definition() };
    if (kind < 8) return { type: 'RetireRule', subnet, rule, reason: 'not wanted any more' };
    return { type: 'SetRuleBackends', subnet, rule, backends: this.addresses() };
  }

  private definition(): RuleDefinition {
    const ports = Array.from({ length: 1 + this.chance.below(2) }, () => ({
      ...{ port: this.one(PORTS), targetPort: this.one(PORTS), protocol: this.one(PROTOCOLS) },
    }));
    const isSelected = this.once(0.5);
    return {
      vip: this.one(this.terrain.vips),
      ports,
      namespace: 'default',
      selector: isSelected ? ['app: web'] : [],
      endpoints: isSelected ? [] : this.addresses(),
      affinity: this.one(['none', 'client-ip'] as const),
      healthCheck: this.once(0.3),
      rejectWhenEmpty: this.once(0.3),
    };
  }

  private addresses(): Address[] {
    const { pool4, pool6 } = this.subnet();
    const some = this.once(0.8) ? pool4 : pool6;
    return [...new Set(Array.from({ length: this.chance.below(3) }, () => this.one<Address>(some)))];
  }

  private range({ pool4, pool6 }: SubnetPlan) {
    const pool: readonly Address[] = this.once(0.8) ? pool4 : pool6;
    const from = this.chance.below(pool.length - POOL_SIZE_MAX);
    return { first: pool[from] as Address, last: pool[from + this.chance.below(POOL_SIZE_MAX)] as Address };
  }

  private subnet = (): SubnetPlan => this.one(this.terrain.subnets);
  private once = (rate: number): boolean => this.chance.random() < rate;

  private one<Item>(items: readonly Item[]): Item {
    return items[this.chance.below(items.length)] as Item;
  }
}
