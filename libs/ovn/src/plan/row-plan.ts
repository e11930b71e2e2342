// How the rows of one key are made what they should be: each desired row takes over the one of ours that stands for
// it, or is inserted; what is left over goes. Rows of others are never touched: where one is in the way, the key
// has an obstacle.
import type { KnownRow, NorthboundRows } from '../actual/northbound-rows';
import { PLACES } from '../actual/places';
import {
  type RowDifference,
  changedRow,
  extraRow,
  misplacedRow,
  missingRow,
  rowChanges,
} from '../actual/row-difference';
import type { DesiredPlace, DesiredRow } from '../model/desired-row';
import type { NorthboundKey } from '../model/row-keys';
import type { RowUuid } from '../model/tables';
import { ActualContext } from './actual-context';
import { type ContainerChoice, contentOf, whatIsTheirs } from './container-choice';
import { PlaceFinder, ambiguous } from './place-finder';
import type { Notice, Obstacle, ObstacleReason, Plan } from './plan';
import { obstacleTo } from './row-obstacles';
import type { TransactionBatch } from './transaction-batch';
import type { Write } from './writes';

/** A desired row with the rows that are to refer to it. */
interface PlacedRow {
  readonly desired: DesiredRow;
  readonly into: readonly RowUuid[];
}

export class RowPlan implements Plan {
  position: string | undefined;
  hasRows = false;
  obstacle: Obstacle | undefined;
  notice: Notice | undefined;
  isPending = false;
  readonly writes: Write[] = [];
  readonly differences: RowDifference[] = [];
  readonly dependencies: string[] = [];
  readonly rows: NorthboundRows;
  readonly places: PlaceFinder;
  readonly context: ActualContext;
  /** Rows of ours that no desired row has taken yet. */
  private rest: readonly KnownRow[];

  constructor(
    readonly key: NorthboundKey,
    readonly batch: TransactionBatch,
    /** Whether to say what is different. */
    private readonly explains: boolean,
  ) {
    this.rows = batch.options.rows;
    this.rest = this.rows.ownOf(key);
    this.places = new PlaceFinder(batch, this.dependencies);
    this.context = new ActualContext(batch, this.places, this.dependencies);
  }

  block(reason: ObstacleReason, message: string): undefined {
    this.obstacle ??= { reason, message };
  }

  /** The rows that the place is; `undefined` with an obstacle. */
  placesOf(place: DesiredPlace): readonly RowUuid[] | undefined {
    const found = this.places.find(place);
    if (found.into) return found.into;
    const { obstacle, candidates } = found;
    if (candidates.length > 0) this.leave((row) => row.places.some((each) => candidates.includes(each)));
    this.obstacle ??= obstacle;
    return undefined;
  }

  /** Makes one of the containers right: those not needed go, what others have something on stays, and says so. */
  putContainer(desired: DesiredRow, choice: ContainerChoice, inUse: ObstacleReason): void {
    const { candidates, superfluous, stuck } = choice;
    const name = desired.columns['name'] as string;
    for (const uuid of superfluous) this.delete(this.take(uuid));
    if (this.hasRows && candidates.length === 0) {
      const beside = this.rows.namedIn(desired.table, name);
      const uuid = this.insert({ desired, into: [] }, undefined, beside);
      this.batch.make(desired.table as 'Logical_Switch', name, uuid);
    }
    for (const uuid of new Set([...candidates, ...stuck])) {
      if (!this.rows.get(uuid)!.owner) continue;
      this.correct(desired, this.take(uuid));
    }
    const kind = desired.table === 'Logical_Switch' ? 'switch' : 'router';
    if (candidates.length > 1) this.obstacle ??= ambiguous(kind, name, candidates);
    else if (stuck.length > 0) {
      const theirs = whatIsTheirs(this.rows, stuck[0]!);
      const why =
        kind === 'switch' ? `Subnet ${name} is retired` : `No subnet of Holdfast's is on router ${name}`;
      this.block(
        inUse,
        `${why}, but its ${desired.table} has something that is not Holdfast's, ${theirs} among it; it is deleted once that is gone.`,
      );
    }
  }

  /** Rows of which one makes no sense without the other: all of them are there, or none. */
  putTogether(rows: readonly DesiredRow[]): void {
    const placed: PlacedRow[] = [];
    for (const desired of rows) {
      const into = this.placesOf(desired.place);
      if (!into) return;
      placed.push({ desired, into });
    }
    const obstacles = placed.map((each) => this.obstacleTo(each));
    const obstacle = obstacles.find((found) => found !== undefined);
    if (obstacle) this.leaveOut(rows, obstacle);
    else for (const each of placed) this.putPlaced(each);
  }

  /** Makes the row right, or says why that cannot be. `undefined`: it is not there. */
  put(desired: DesiredRow): RowUuid | undefined {
    const into = this.placesOf(desired.place);
    return into && this.putPlaced({ desired, into });
  }

  /** Rows that nothing asks for any more go. */
  finish(): this {
    for (const row of this.rest) this.remove(row);
    this.rest = NO_ROWS;
    return this;
  }

  private putPlaced(placed: PlacedRow): RowUuid | undefined {
    const { desired, into } = placed;
    this.batch.options.onDesired?.(desired, into);
    const obstacle = this.obstacleTo(placed);
    if (obstacle) return this.leaveOut([desired], obstacle);
    const { found, kept } = this.standingFor(placed);
    const uuid = kept?.row._uuid ?? this.insert(placed, found[0]);
    if (kept) this.correctPlaced(placed, kept);
    if (desired.table === 'Load_Balancer') this.places.put(desired.key, uuid);
    return uuid;
  }

  private correctPlaced({ desired, into }: PlacedRow, kept: KnownRow): void {
    this.takeRow(kept);
    this.correct(desired, kept);
    const { table } = desired;
    const uuid = kept.row._uuid;
    for (const place of kept.places)
      if (!into.includes(place)) this.writes.push({ write: 'detach', table, uuid, place });
    for (const place of into)
      if (!kept.places.includes(place)) this.writes.push({ write: 'attach', table, uuid, place });
    if (this.explains && !isSameSet(kept.places, into))
      this.differences.push(misplacedRow(desired, this.namesOf(kept.places), this.namesOf(into)));
  }

  private standingFor({ desired: { table, key }, into }: PlacedRow): {
    readonly found: readonly KnownRow[];
    readonly kept: KnownRow | undefined;
  } {
    if (this.rest.length === 0) return NOTHING_STANDS;
    const found = this.rest.filter(({ owner }) => owner!.key === key);
    const isHome = PLACES[table]?.isHome;
    return { found, kept: isHome ? found.find(({ places }) => places.includes(into[0]!)) : found[0] };
  }

  private obstacleTo(placed: PlacedRow): Obstacle | undefined {
    const { kept } = this.standingFor(placed);
    return obstacleTo(placed.desired, placed.into, this.key, kept, this.batch);
  }

  /** Where two would have one address OVN serves only one of the two, so ours gives way; all else stays. */
  private leaveOut(desired: readonly DesiredRow[], obstacle: Obstacle): undefined {
    this.obstacle ??= obstacle;
    if (obstacle.reason === 'VirtualIpTaken' || obstacle.reason === 'PortNameTaken') return;
    const keys = new Set(desired.map(({ key }) => key));
    this.leave(({ owner }) => keys.has(owner!.key));
  }

  /** What of ours stands for something like this is left as it is. */
  private leave(isMeant: (row: KnownRow) => boolean): void {
    this.rest = this.rest.filter((row) => !isMeant(row));
  }

  /** A port in a wrong place is made anew: the Southbound binds a port to one switch for life. */
  private insert({ desired, into }: PlacedRow, misplaced?: KnownRow, beside?: readonly RowUuid[]): RowUuid {
    const uuid = this.batch.newUuid();
    const owner = { key: desired.key, due: this.key };
    this.writes.push({ write: 'insert', owner, uuid, row: desired, into, ...(beside && { beside }) });
    if (misplaced) this.detach(this.takeRow(misplaced));
    if (this.explains)
      this.differences.push(
        misplaced
          ? misplacedRow(desired, this.namesOf(misplaced.places), this.namesOf(into))
          : missingRow(desired.key, desired),
      );
    return uuid;
  }

  private correct(desired: DesiredRow, { row }: KnownRow): void {
    const changes = rowChanges(desired, row, desired.unset);
    if (!changes) return;
    this.writes.push({ write: 'update', table: desired.table, uuid: row._uuid, changes });
    if (this.explains) this.differences.push(changedRow(desired.key, changes, row));
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
    return places.map(
      (place) => (this.rows.get(place)?.row as { readonly name?: string } | undefined)?.name ?? place,
    );
  }
}

const NO_ROWS: readonly KnownRow[] = [];
const NOTHING_STANDS = { found: NO_ROWS, kept: undefined };

const isSameSet = (a: readonly RowUuid[], b: readonly RowUuid[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each));
