// How the rows of one key are made what they should be: each wanted row takes over the one of ours that stands for
// it, or is inserted; what is left over goes. Rows of others are never touched: where one is in the way, the key
// has an obstacle.
import { type Address, formatAddress, formatMac } from '@holdfast/ipam';
import { PLACES, isPortTable } from '../actual/places';
import { type ContainerChoice, contentOf, whatIsTheirs } from './container-choice';
import type { DesiredRow } from '../model/desired-row';
import {
  type Difference,
  changedRow,
  extraRow,
  misplacedRow,
  missingRow,
  rowChanges,
} from '../actual/row-difference';
import type { MultiMap } from '../actual/multi-map';
import type { PortRow, RowUuid } from '../actual/northbound';
import type { KnownRow, NorthboundRows } from '../actual/northbound-rows';
import type { DueKey } from '../model/row-keys';
import type { Batch, Notice, Obstacle, ObstacleReason, Plan } from './plan';
import type { Write } from './writes';

export class RowPlan implements Plan {
  position: string | undefined;
  hasRows = false;
  obstacle: Obstacle | undefined;
  notice: Notice | undefined;
  isPending = false;
  readonly writes: Write[] = [];
  readonly differences: Difference[] = [];
  readonly topics: string[] = [];
  readonly rows: NorthboundRows;
  /** Rows of ours that no wanted row has taken yet. */
  private rest: readonly KnownRow[];

  constructor(
    readonly key: DueKey,
    readonly batch: Batch,
    /** Whether to say what is different. */
    private readonly explains: boolean,
  ) {
    this.rows = batch.options.rows;
    this.rest = this.rows.ownOf(key);
  }

  block(reason: ObstacleReason, message: string): undefined {
    this.obstacle ??= { reason, message };
  }

  /** The one container to use, existing or made by this transaction; `undefined` with an obstacle. */
  containerOf(kind: 'switch' | 'router', name: string): RowUuid | undefined {
    const isSwitch = kind === 'switch';
    const { candidates } = isSwitch ? this.batch.switchFor(name) : this.batch.routerFor(name);
    if (candidates.length > 1) {
      this.leave(({ places }) => places.some((place) => candidates.includes(place)));
      return this.ambiguous(kind, name, candidates);
    }
    const table = isSwitch ? 'Logical_Switch' : 'Logical_Router';
    const place = candidates[0] ?? this.batch.madeOf(table, name);
    if (place === undefined)
      this.block(isSwitch ? 'SwitchMissing' : 'NoRouter', `${table} ${name} is not there yet.`);
    return place;
  }

  ambiguous(kind: 'switch' | 'router', name: string, candidates: readonly RowUuid[]): undefined {
    const [reason, what] =
      kind === 'switch'
        ? (['SwitchAmbiguous', `Logical_Switches for subnet ${name}`] as const)
        : (['RouterAmbiguous', `Logical_Routers called ${name}`] as const);
    const message = `There are ${candidates.length} ${what} (${candidates.join(', ')}); delete or rename all but one.`;
    return this.block(reason, message);
  }

  /** What of ours stands for something like this is left as it is. */
  leave(isMeant: (row: KnownRow) => boolean): void {
    this.rest = this.rest.filter((row) => !isMeant(row));
  }

  /** Makes one of the containers right: those not needed go, what others have something on stays, and says so. */
  putContainer(wanted: DesiredRow, choice: ContainerChoice, inUse: ObstacleReason): void {
    const { candidates, superfluous, stuck } = choice;
    const name = wanted.columns['name'] as string;
    for (const uuid of superfluous) this.delete(this.take(uuid));
    if (this.hasRows && candidates.length === 0) {
      const uuid = this.insert(wanted, undefined, this.rows.namedIn(wanted.table, name));
      this.batch.make(wanted.table as 'Logical_Switch', name, uuid);
    }
    for (const uuid of new Set([...candidates, ...stuck])) {
      if (!this.rows.get(uuid)!.owner) continue;
      this.correct(wanted, this.take(uuid));
    }
    const kind = wanted.table === 'Logical_Switch' ? 'switch' : 'router';
    if (candidates.length > 1) this.ambiguous(kind, name, candidates);
    else if (stuck.length > 0) {
      const theirs = whatIsTheirs(this.rows, stuck[0]!);
      const why =
        kind === 'switch' ? `Subnet ${name} is retired` : `No subnet of Holdfast's is on router ${name}`;
      this.block(
        inUse,
        `${why}, but its ${wanted.table} has something that is not Holdfast's, ${theirs} among it; it is deleted once that is gone.`,
      );
    }
  }

  /** Rows of which one makes no sense without the other: all of them are there, or none. */
  putTogether(...wanted: readonly DesiredRow[]): void {
    const obstacles = wanted.map((each) => this.obstacleTo(each));
    const obstacle = obstacles.find((found) => found !== undefined);
    if (!obstacle) for (const each of wanted) this.put(each);
    else this.leaveOut(wanted, obstacle);
  }

  /** Makes the row right, or says why that cannot be. `undefined`: it is not there. */
  put(wanted: DesiredRow): RowUuid | undefined {
    this.batch.options.wanted?.(wanted);
    const obstacle = this.obstacleTo(wanted);
    if (obstacle) return this.leaveOut([wanted], obstacle);
    const { found, kept } = this.standingFor(wanted);
    if (kept === undefined) return this.insert(wanted, found[0]);
    this.takeRow(kept);
    this.correct(wanted, kept);
    const uuid = kept.row._uuid;
    for (const place of kept.places)
      if (!wanted.into.includes(place))
        this.writes.push({ write: 'detach', table: wanted.table, uuid, place });
    for (const place of wanted.into)
      if (!kept.places.includes(place))
        this.writes.push({ write: 'attach', table: wanted.table, uuid, place });
    if (this.explains && !isSameSet(kept.places, wanted.into))
      this.differences.push(misplacedRow(wanted, this.namesOf(kept.places), this.namesOf(wanted.into)));
    return uuid;
  }

  /** Rows that nothing wants any more go. */
  finish(): this {
    for (const row of this.rest) this.remove(row);
    this.rest = NO_ROWS;
    return this;
  }

  /** Blocks if a port of the switch has one of the addresses, so that OVN answers with that port's MAC. */
  isAnswered(place: RowUuid, addresses: readonly Address[]): boolean {
    const on = this.rows.onSwitch(place);
    for (const address of addresses) {
      const name = this.rival(on?.addresses, address);
      if (name === undefined) continue;
      this.obstacle ??= refuse('AddressAnswered', formatAddress(address), name, ANSWERED);
      return true;
    }
    return false;
  }

  private standingFor({ table, key, into }: DesiredRow): {
    readonly found: readonly KnownRow[];
    readonly kept: KnownRow | undefined;
  } {
    if (this.rest.length === 0) return NOTHING_STANDS;
    const found = this.rest.filter(({ owner }) => owner!.key === key);
    const isHome = PLACES[table]?.isHome;
    return { found, kept: isHome ? found.find(({ places }) => places.includes(into[0]!)) : found[0] };
  }

  private obstacleTo(wanted: DesiredRow): Obstacle | undefined {
    const { kept } = this.standingFor(wanted);
    return this.nameTaken(wanted, kept) ?? this.claimTaken(wanted, kept);
  }

  /** Where two would have one address OVN serves only one of the two, so ours gives way; all else stays. */
  private leaveOut(wanted: readonly DesiredRow[], obstacle: Obstacle): undefined {
    this.obstacle ??= obstacle;
    if (obstacle.reason === 'VirtualIpTaken' || obstacle.reason === 'PortNameTaken') return;
    const keys = new Set(wanted.map(({ key }) => key));
    this.leave(({ owner }) => keys.has(owner!.key));
  }

  private nameTaken({ table, columns }: DesiredRow, kept: KnownRow | undefined): Obstacle | undefined {
    const name = columns['name'] as string;
    if (!isPortTable(table)) return undefined;
    if (kept && (kept.row as PortRow).name === name) return undefined;
    for (const each of PORT_TABLES) {
      if (!this.rows.isNamed(each, name)) continue;
      const other = this.rows
        .namedIn(each, name)
        .map((uuid) => this.rows.get(uuid)!)
        .find(({ owner }) => owner?.due !== this.key || each !== table);
      if (!other) continue;
      const whose = other.owner ? `stands for ${other.owner.key}` : "is not Holdfast's";
      const type = each === 'Logical_Switch_Port' ? ` (type "${(other.row as PortRow).type}")` : '';
      const message = `A ${each} called ${name}${type} is there and ${whose}; remove or rename it, or choose another name.`;
      return { reason: 'PortNameTaken', message };
    }
    return undefined;
  }

  /** No two ports of a switch may share a MAC or a virtual address, and no Vip may stand in any `addresses`. */
  private claimTaken({ claims, into, table, key }: DesiredRow, kept?: KnownRow): Obstacle | undefined {
    if (!claims || table !== 'Logical_Switch_Port') return undefined;
    const place = into[0]!;
    const on = this.rows.onSwitch(place);
    const own = kept?.row._uuid ?? (key as string as RowUuid);
    const { mac, addresses = NO_ADDRESSES, vips = NO_ADDRESSES } = claims;
    if (mac !== undefined) {
      const name = this.rival(on?.macs, mac) ?? this.batch.claim(`${place} mac ${mac}`, own);
      if (name !== undefined) return refuse('MacTaken', formatMac(mac), name, ONE_OF_TWO);
    }
    for (const address of addresses.length === 0 ? vips : [...addresses, ...vips]) {
      const name = this.rival(on?.virtualIps, address) ?? this.batch.claim(`${place} ${address}`, own);
      if (name !== undefined) return virtualIpTaken(address, name);
    }
    return this.isAnswered(place, vips) ? this.obstacle : undefined;
  }

  /** The name of somebody else's port that has it. Ours has it no longer than until it is compared itself. */
  private rival<Key>(claims: MultiMap<Key, RowUuid> | undefined, key: Key): string | undefined {
    if (!claims?.has(key)) return undefined;
    const ports = claims.get(key).map((uuid) => this.rows.port(uuid));
    return ports.find(({ owner }) => !owner)?.row.name;
  }

  /** A port in a wrong place is made anew: the Southbound binds a port to one switch for life. */
  private insert(wanted: DesiredRow, misplaced?: KnownRow, beside?: readonly RowUuid[]): RowUuid {
    const uuid = this.batch.newUuid();
    const owner = { key: wanted.key, due: this.key };
    this.writes.push({ write: 'insert', owner, uuid, row: wanted, ...(beside && { beside }) });
    if (misplaced) this.detach(this.takeRow(misplaced));
    if (this.explains)
      this.differences.push(
        misplaced
          ? misplacedRow(wanted, this.namesOf(misplaced.places), this.namesOf(wanted.into))
          : missingRow(wanted.key, wanted),
      );
    return uuid;
  }

  private correct(wanted: DesiredRow, { row }: KnownRow): void {
    const changes = rowChanges(wanted, row, wanted.unset);
    if (!changes) return;
    this.writes.push({ write: 'update', table: wanted.table, uuid: row._uuid, changes });
    if (this.explains) this.differences.push(changedRow(wanted.key, changes, row));
  }

  private remove(known: KnownRow): void {
    if (PLACES[known.table]?.isHome) this.detach(known);
    else this.delete(known);
    if (this.explains && PLACES[known.table]?.isHome)
      this.differences.push(extraRow(known.owner!.key, known.row));
  }

  private detach({ table, row, places }: KnownRow): void {
    for (const place of places) this.writes.push({ write: 'detach', table, uuid: row._uuid, place });
  }

  private delete(known: KnownRow): void {
    const { table, row } = known;
    this.writes.push({ write: 'delete', table, uuid: row._uuid, holding: contentOf(known) });
    if (this.explains) this.differences.push(extraRow(known.owner!.key, row));
  }

  private take(uuid: RowUuid): KnownRow {
    return this.takeRow(this.rows.get(uuid)!);
  }

  private takeRow(row: KnownRow): KnownRow {
    this.rest = this.rest.filter((each) => each !== row);
    return row;
  }

  private namesOf(places: readonly RowUuid[]): readonly string[] {
    return places.map((place) => (this.rows.get(place) as KnownRow<PortRow> | undefined)?.row.name ?? place);
  }
}

const PORT_TABLES = ['Logical_Switch_Port', 'Logical_Router_Port'] as const;
const NO_ROWS: readonly KnownRow[] = [];
const NOTHING_STANDS = { found: NO_ROWS, kept: undefined };
const NO_ADDRESSES: readonly Address[] = [];
const ONE_OF_TWO = 'OVN delivers to only one of the two, which one is chance';
const ANSWERED = 'OVN itself answers for what stands in "addresses", so that nobody else ever gets it';

const isSameSet = (a: readonly RowUuid[], b: readonly RowUuid[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each));

const refuse = (reason: ObstacleReason, what: string, port: string, why: string): Obstacle => ({
  reason,
  message: `The port ${port} on the same switch has ${what} too; ${why}. Take it from there, or choose another one.`,
});

const virtualIpTaken = (address: Address, port: string): Obstacle => ({
  reason: 'VirtualIpTaken',
  message: `The virtual port ${port} on the same switch has the address ${formatAddress(address)} too; OVN serves only one of the two. Remove it, or choose another address.`,
});
