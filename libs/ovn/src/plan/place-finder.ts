// Which rows of the Northbound a desired place is: those that are there, or that the same transaction makes.
import { attachmentOf, switchesOn } from '../actual/attachment';
import type { DesiredPlace } from '../model/desired-row';
import { sorted } from '../model/sorted';
import type { RowUuid } from '../model/tables';
import { dependency } from './dependencies';
import type { Obstacle } from './plan';
import type { TransactionBatch } from './transaction-batch';

/** The place's rows, or why it cannot be said which they are. */
export type FoundPlace =
  | { readonly into: readonly RowUuid[]; readonly obstacle?: undefined }
  | { readonly into?: undefined; readonly obstacle: Obstacle; readonly candidates: readonly RowUuid[] };

export class PlaceFinder {
  /** The rows of this plan that other rows of it refer to. */
  private readonly made = new Map<string, RowUuid>();

  constructor(
    private readonly batch: TransactionBatch,
    /** Takes in what the answers rest on. */
    private readonly dependencies: string[],
  ) {}

  find(place: DesiredPlace): FoundPlace {
    switch (place.in) {
      case 'nothing':
        return NOWHERE;
      case 'switch':
        return this.containerOf('switch', place.subnet);
      case 'router':
        return this.containerOf('router', place.router);
      case 'router-of':
        return into(this.routerOf(place.subnet)) ?? missing('router', place.subnet);
      case 'client-switches':
        return this.clientSwitches(place.subnet);
      case 'row':
        return into(this.made.get(place.row)) ?? missing('row', place.row);
    }
  }

  /** The plan has this row. */
  put(key: string, uuid: RowUuid): void {
    this.made.set(key, uuid);
  }

  /** The router that the Subnet's switch is on, or is to be on. */
  routerOf(subnet: string): RowUuid | undefined {
    const [onSwitch] = this.containerOf('switch', subnet).into ?? [];
    if (onSwitch === undefined) return undefined;
    this.dependencies.push(dependency.attachment(onSwitch), dependency.subnet(subnet));
    return attachmentOf(this.batch.options.rows, onSwitch)?.router ?? this.namedRouter(subnet);
  }

  /** The one that the ledger names for the Subnet, before the switch is on it. */
  namedRouter(subnet: string): RowUuid | undefined {
    const name = this.batch.options.ledger.view.subnet(subnet)?.definition?.router;
    if (name === undefined) return undefined;
    this.dependencies.push(dependency.routerName(name));
    const { candidates } = this.batch.routerFor(name);
    return candidates.length > 1 ? undefined : (candidates[0] ?? this.batch.madeOf('Logical_Router', name));
  }

  private containerOf(kind: 'switch' | 'router', name: string): FoundPlace {
    const isSwitch = kind === 'switch';
    const { candidates } = isSwitch ? this.batch.switchFor(name) : this.batch.routerFor(name);
    if (candidates.length > 1) return { obstacle: ambiguous(kind, name, candidates), candidates };
    const table = isSwitch ? 'Logical_Switch' : 'Logical_Router';
    return into(candidates[0] ?? this.batch.madeOf(table, name)) ?? missing(kind, name);
  }

  /** A load balancer works where the client's port is: on the Subnet's switch and all others of its router. */
  private clientSwitches(subnet: string): FoundPlace {
    const own = this.containerOf('switch', subnet);
    if (!own.into) return own;
    const router = this.routerOf(subnet);
    if (router === undefined) return own;
    this.dependencies.push(dependency.attached(router));
    const { rows } = this.batch.options;
    if (!rows.get(router)) return own;
    const others = this.batch.memo(`switches/${router}`, () => switchesOn(rows, router));
    return { into: sorted([...own.into, ...others]) };
  }
}

const NOWHERE: FoundPlace = { into: [] };

const into = (uuid: RowUuid | undefined): FoundPlace | undefined =>
  uuid === undefined ? undefined : { into: [uuid] };

export function ambiguous(kind: 'switch' | 'router', name: string, candidates: readonly RowUuid[]): Obstacle {
  const [reason, what] =
    kind === 'switch'
      ? (['SwitchAmbiguous', `Logical_Switches for subnet ${name}`] as const)
      : (['RouterAmbiguous', `Logical_Routers called ${name}`] as const);
  const message = `There are ${candidates.length} ${what} (${candidates.join(', ')}); delete or rename all but one.`;
  return { reason, message };
}

const TABLES = { switch: 'Logical_Switch', router: 'Logical_Router', row: 'Row' } as const;

const missing = (kind: 'switch' | 'router' | 'row', name: string): FoundPlace => ({
  obstacle: {
    reason: kind === 'router' ? 'NoRouter' : 'SwitchMissing',
    message: `${TABLES[kind]} ${name} is not there yet.`,
  },
  candidates: [],
});
