// Users of the cluster who set addresses aside and spread what comes to a Vip: IPPools and SwitchLBRules come, change
// and go. Other transports define some of the same names.
import type { SeededChance } from '@holdfast/clock/testing';
import { formatAddress } from '@holdfast/ipam';
import type { Terrain } from '../orders/terrain';
import { type Cluster, IP_POOLS, SWITCH_LB_RULES, VIPS } from './cluster';

const RULES = ['rule-1', 'slr-1', 'slr-2', 'slr-3'];
const POOL_SIZE_MAX = 4;

export class UseUsers {
  constructor(
    private readonly cluster: Cluster,
    private readonly terrain: Terrain,
    private readonly chance: SeededChance,
  ) {}

  /** One action; says what it was. */
  act(): string {
    const isPool = this.chance.random() < 0.4;
    const resource = isPool ? IP_POOLS : SWITCH_LB_RULES;
    const name = this.one(isPool ? [...this.terrain.pools, 'pool-c'] : RULES);
    const spec = isPool ? this.poolSpec() : this.ruleSpec();
    const kind = this.chance.below(10);
    if (kind < 5) this.cluster.create(resource, name, spec);
    else if (kind < 7) this.cluster.edit(resource, name, { spec });
    else this.cluster.delete(resource, name);
    return `${kind < 5 ? 'create' : kind < 7 ? 'edit' : 'delete'} ${resource.plural} ${name}`;
  }

  private poolSpec(): object {
    const { name, pool4, pool6 } = this.one(this.terrain.subnets);
    const pool: readonly (number | bigint)[] = this.chance.random() < 0.8 ? pool4 : pool6;
    const from = this.chance.below(pool.length - POOL_SIZE_MAX);
    const [first, last] = [pool[from], pool[from + this.chance.below(POOL_SIZE_MAX)]] as [number, number];
    return {
      subnet: name,
      ips: [`${formatAddress(first)}..${formatAddress(last)}`],
      namespaces: this.chance.random() < 0.4 ? [this.one(['apps', 'batch'])] : [],
    };
  }

  private ruleSpec(): object {
    const plan = this.one(this.terrain.subnets);
    const has = (rate: number): boolean => this.chance.random() < rate;
    const there = this.cluster.picture.all(VIPS).filter(({ spec }) => spec?.['type'] === 'switch_lb_vip');
    const names =
      there.length > 0 && has(0.7) ? there.map(({ metadata }) => metadata.name) : this.terrain.vips;
    const vip = has(0.8) ? this.one(names) : formatAddress(this.one(plan.pool4));
    const ports = [{ port: this.one([80, 443]), targetPort: 8080, protocol: this.one(['TCP', 'UDP']) }];
    const isSelected = has(0.6);
    return {
      ...{ vip, ports, sessionAffinity: this.one(['None', 'ClientIP', '']) },
      ...(isSelected
        ? { namespace: this.one(['apps', 'batch']), selector: ['app: web'], endpoints: null }
        : { endpoints: [formatAddress(this.one(plan.pool4))] }),
    };
  }

  private one<Item>(items: readonly Item[]): Item {
    return items[this.chance.below(items.length)] as Item;
  }
}
