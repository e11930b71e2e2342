// Random orders about who uses what is reserved, and how long it is to stay.
import type { SeededChance } from '@holdfast/clock/testing';
import { type Holder, type Retention, vipHolder } from '@holdfast/ipam';
import type { LedgerCommand } from '@holdfast/ledger';
import type { Terrain } from './terrain';

/** Pods, by UID, that come and go as users of one reservation. */
const PODS = 4;
const RETENTIONS: readonly (Retention | null)[] = [
  null,
  { keep: 'release' },
  { keep: 'owner' },
  { keep: 'time', forMs: 2_000 },
  { keep: 'forever' },
];

export class UserOrders {
  constructor(
    private readonly terrain: Terrain,
    private readonly chance: SeededChance,
  ) {}

  next(): LedgerCommand {
    const { name: subnet } = this.one(this.terrain.subnets);
    const isVip = this.chance.random() < 0.25;
    const holder: Holder = isVip ? vipHolder(this.one(this.terrain.vips)) : this.one(this.terrain.holders);
    const of = { subnet, holder };
    const uid = `uid-${this.chance.below(PODS)}`;
    const kind = this.chance.below(20);
    if (kind < 8)
      return { type: 'AttachUser', ...of, user: this.user(uid), migrates: this.chance.random() < 0.3 };
    if (kind < 14) {
      const owner = this.one(['exists', 'gone', 'none'] as const);
      return { type: 'DetachUser', ...of, uid, owner, reason: 'its Pod is gone' };
    }
    if (kind < 15) return { type: 'MovePrimary', ...of, uid };
    if (kind < 16) return { type: 'EndOwner', ...of, reason: 'its owner is gone' };
    if (kind < 18) return { type: 'ReleaseExpired', ...of };
    return { type: 'SetRetention', ...of, retention: this.one(RETENTIONS) };
  }

  private user(uid: string) {
    const object = `pod/default/p${this.chance.below(2)}`;
    const owner = this.chance.random() < 0.5 ? ('statefulset/default/s/0' as Holder) : undefined;
    return { uid, object, node: this.one(['n1', 'n2']), ...(owner && { owner }) };
  }

  private one<Item>(items: readonly Item[]): Item {
    return items[this.chance.below(items.length)] as Item;
  }
}
