// Where a bug may be put into a world: each seam stands around a port, a decider or a dependency of the product, never
// inside the product. Without any, the world is the product's own.
import type { EventStore } from '@holdfast/event-store';
import type { Deciders, LedgerRole } from './ledger-role';
import type { Bus } from './bus';
import type { World } from './world';

export interface Planted {
  readonly deciders?: (deciders: Deciders, world: World) => Deciders;
  /** As the loops and the reader have it. */
  readonly store?: (store: EventStore, world: World) => EventStore;
  /** As the reader alone has it. */
  readonly readStore?: (store: EventStore, world: World) => EventStore;
  /** Between the door and the ledger. */
  readonly execute?: (ledger: LedgerRole, world: World) => Pick<LedgerRole, 'execute'>;
  readonly bus?: (bus: Bus, world: World) => Bus;
}

export const NOTHING_PLANTED: Planted = {};
