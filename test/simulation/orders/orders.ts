// Random orders of clients: mostly sensible, some of them not.
import type { SeededChance } from '@holdfast/clock/testing';
import {
  type AddressRequest,
  type Cidr,
  GRANTORS,
  type Holder,
  type SubnetDefinition,
  type VipPurpose,
} from '@holdfast/ipam';
import type { LedgerCommand } from '@holdfast/ledger';
import { LabelOrders } from './label-orders';
import type { SubnetPlan, Terrain } from './terrain';
import { UseOrders } from './use-orders';
import { UserOrders } from './user-orders';

type Draw = () => LedgerCommand;

const PARENTS = ['parent-1', 'parent-2', 'parent-3'];

/** Some holders have ports that are for us to make; always the same ones. */
const portOf = (
  holder: Holder,
  subnet: string,
): { readonly port?: string; readonly portSecurity?: boolean } =>
  holder.startsWith('vm/')
    ? { port: `${holder.slice(3).replace('/', '.')}.${subnet}`, portSecurity: true }
    : {};

export class Orders {
  private readonly table: readonly (readonly [weight: number, draw: Draw])[];
  private readonly total: number;
  private readonly users: UserOrders;
  private readonly uses: UseOrders;
  private readonly labels: LabelOrders;

  constructor(
    private readonly terrain: Terrain,
    private readonly chance: SeededChance,
    ofLabels: SeededChance,
  ) {
    this.labels = new LabelOrders(terrain, ofLabels);
    this.users = new UserOrders(terrain, chance);
    this.uses = new UseOrders(terrain, chance);
    // Each seed has its own mixture: one that only grows, one that only churns, one that is all about Vips.
    const weight = (usual: number): number => usual * (0.2 + 2 * chance.random() ** 2);
    this.table = [
      [weight(30), () => this.reserve()],
      [weight(22), () => this.release()],
      [weight(8), () => this.move()],
      [weight(10), () => this.reserveVip()],
      [weight(6), () => this.reviseVip()],
      [weight(8), () => this.releaseVip()],
      [weight(10), () => this.users.next()],
      [weight(5), () => this.parent()],
      [weight(3), () => this.uses.pool()],
      [weight(6), () => this.uses.rule()],
      [weight(2), () => this.reviseSubnet()],
      [weight(1), () => this.defineSubnet(this.subnet())],
      [weight(0.3), () => ({ type: 'RetireSubnet', subnet: this.subnet().name })],
    ];
    this.total = this.table.reduce((sum, [each]) => sum + each, 0);
  }

  next(): LedgerCommand {
    return this.labels.label(this.draw());
  }

  private draw(): LedgerCommand {
    let left = this.chance.random() * this.total;
    for (const [weight, draw] of this.table) if ((left -= weight) < 0) return draw();
    return this.reserve();
  }

  defineSubnet(plan: SubnetPlan): LedgerCommand {
    return { type: 'DefineSubnet', subnet: plan.name, cidrs: this.blocks(plan), ...this.policy(plan) };
  }

  private reviseSubnet(): LedgerCommand {
    const plan = this.subnet();
    const { coolingMs, excluded } = this.policy(plan);
    return {
      type: 'ReviseSubnet',
      subnet: plan.name,
      ...(this.once(0.5) && { cidrs: this.blocks(plan) }),
      ...(this.once(0.5) && { coolingMs }),
      ...(this.once(0.5) && excluded && { excluded }),
    };
  }

  private reserve(): LedgerCommand {
    const plan = this.subnet();
    const holder = this.holder();
    const port = portOf(holder, plan.name);
    return { type: 'ReserveAddress', subnet: plan.name, holder, ...this.addressRequest(plan, 0.25), ...port };
  }

  /** Of ports that nobody has made: who made them is for other tests. */
  private parent(): LedgerCommand {
    const of = { vip: this.vip(), port: this.one(PARENTS), grantor: this.one(GRANTORS) };
    return this.once(0.6)
      ? { type: 'GrantParent', ...of }
      : { type: 'WithdrawParent', ...of, reason: 'it does not match any more' };
  }

  private move(): LedgerCommand {
    const plan = this.subnet();
    const { v4, v6, mac } = this.addressRequest(plan, 0.9);
    return { type: 'MoveAddress', subnet: plan.name, holder: this.holder(), v4, v6, mac };
  }

  private release(): LedgerCommand {
    return { type: 'ReleaseAddress', subnet: this.subnet().name, holder: this.holder(), reason: 'done' };
  }

  private reserveVip(): LedgerCommand {
    const plan = this.subnet();
    return {
      type: 'ReserveVip',
      subnet: plan.name,
      name: this.vip(),
      ...this.purpose(),
      ...this.addressRequest(plan, 0.3),
    };
  }

  private reviseVip(): LedgerCommand {
    const { v4, v6, mac } = this.addressRequest(this.subnet(), 0.5);
    return { type: 'ReviseVip', name: this.vip(), ...this.purpose(), v4, v6, mac };
  }

  private releaseVip(): LedgerCommand {
    return { type: 'ReleaseVip', name: this.vip(), reason: 'done' };
  }

  private addressRequest(plan: SubnetPlan, named: number): AddressRequest {
    return {
      ...(this.once(named) && { v4: this.one(plan.pool4) }),
      ...(this.once(named / 4) && { v6: this.one(plan.pool6) }),
      ...(this.once(named / 4) && { mac: this.one(this.terrain.macs) }),
      ...(this.once(0.1) && { families: this.one([[4], [6], [4, 6]] as const) }),
      ...(this.once(0.06) && { pool: this.one(this.terrain.pools) }),
    };
  }

  private purpose(): VipPurpose {
    return {
      vipType: this.one(['', '', '', 'switch_lb_vip'] as const),
      ...(this.once(0.7) && { namespace: 'default' }),
      selector: this.once(0.5) ? ['app: web'] : [],
      ...(this.once(0.2) && { note: 'of the web team' }),
    };
  }

  private policy({ pool4, pool6 }: SubnetPlan): Partial<Pick<SubnetDefinition, 'coolingMs' | 'excluded'>> {
    const from = this.chance.below(8);
    const pool = this.once(0.8) ? pool4 : pool6;
    const range = { first: pool[from], last: pool[from + this.chance.below(4)] };
    return {
      coolingMs: this.one(this.terrain.coolingsMs),
      ...(this.once(0.3) && { excluded: [range as SubnetDefinition['excluded'][number]] }),
    };
  }

  private blocks({ blocks4, blocks6 }: SubnetPlan): Cidr[] {
    const kind = this.chance.random();
    if (kind < 0.5) return [this.one(blocks4)];
    return kind < 0.65 ? [this.one(blocks6)] : [this.one(blocks4), this.one(blocks6)];
  }

  private subnet = (): SubnetPlan => this.one(this.terrain.subnets);
  private holder = () => this.one(this.terrain.holders);
  private vip = (): string => this.one(this.terrain.vips);

  private once(rate: number): boolean {
    return this.chance.random() < rate;
  }

  private one<Item>(items: readonly Item[]): Item {
    return items[this.chance.below(items.length)] as Item;
  }
}
