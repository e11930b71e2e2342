// Random orders about labels, beside the others and from a chance of its own: those that are drawn without it are the same.
import type { SeededChance } from '@holdfast/clock/testing';
import { type Labels, vipHolder } from '@holdfast/ipam';
import type { LedgerCommand } from '@holdfast/ledger';
import type { Terrain } from './terrain';

/** How much of it all is about labels alone, and how often what creates gives some. */
const SHARE = 0.05;
const GIVEN = 0.3;

/** Few, so that the same ones meet again; none, and some that are refused. */
const LABELS: readonly Labels[] = [{}, { team: 'net' }, { team: 'web' }, { env: 'prod', team: 'net' }];
const UNSOUND: Labels = { 'no key': '' };

export class LabelOrders {
  constructor(
    private readonly terrain: Terrain,
    private readonly chance: SeededChance,
  ) {}

  /** The order as it was drawn, with labels, or one about labels instead. */
  label(order: LedgerCommand): LedgerCommand {
    if (this.chance.random() < SHARE) return this.setLabels();
    const isCreating =
      order.type === 'DefineSubnet' ||
      order.type === 'DefinePool' ||
      order.type === 'ReserveAddress' ||
      order.type === 'ReserveVip';
    return isCreating && this.chance.random() < GIVEN ? { ...order, labels: this.labels() } : order;
  }

  /** As users of a cluster write them: of an object that is new, or, with `null` for those that go, of one that is there. */
  written(isNew: boolean): Readonly<Record<string, string | null>> {
    return isNew ? this.one(LABELS) : { team: null, env: null, ...this.one(LABELS) };
  }

  private setLabels(): LedgerCommand {
    const { subnets, pools, vips, holders } = this.terrain;
    const { name: subnet } = this.one(subnets);
    const labels = this.labels();
    const kind = this.chance.below(10);
    if (kind < 1) return { type: 'SetLabels', subnet, labels };
    if (kind < 2) return { type: 'SetLabels', subnet, pool: this.one(pools), labels };
    if (kind < 5) return { type: 'SetLabels', holder: vipHolder(this.one(vips)), labels };
    return { type: 'SetLabels', subnet, holder: this.one(holders), labels };
  }

  private labels(): Labels {
    return this.chance.random() < 0.05 ? UNSOUND : this.one(LABELS);
  }

  private one<Item>(items: readonly Item[]): Item {
    return items[this.chance.below(items.length)] as Item;
  }
}
