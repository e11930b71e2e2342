// What is there: the rows of the Northbound with an index for every question that is asked of them, so that a
// change of one row costs what one row costs. It says whom a change may listener; what follows from that, it
// does not know.
import type { Address, Mac } from '@holdfast/ipam';
import { type PortClaims, SwitchClaims, claimsOf } from './port-claims';
import { REFERENCES, referred } from './places';
import { MultiMap } from './multi-map';
import type { NorthboundChange } from './northbound';
import type {
  AnyRow,
  GlobalRow,
  OwnTable,
  SwitchPortRow,
  RouterPortRow,
  RouterRow,
  RowUuid,
  SwitchRow,
} from '../model/tables';
import {
  ALLOWED_KEY,
  type NorthboundKey,
  OWNER_KEY,
  type RowOwner,
  PROXIED_KEY,
  rowOwnerOf,
  northboundKey,
} from '../model/row-keys';
import { sortedDifference } from '../model/sorted';

export interface KnownRow<Row extends AnyRow = AnyRow> {
  readonly table: OwnTable;
  row: Row;
  /** `undefined`: it is not ours. */
  owner: RowOwner | undefined;
  /** The rows that refer to it: of a port its switch or router, one, unless somebody erred. */
  places: readonly RowUuid[];
  /** Of a port of a switch. */
  claims?: PortClaims | undefined;
}

export type KnownPort = KnownRow<SwitchPortRow>;

/** Whom changes may listener; called while they are taken in, for each any number of times. */
export interface RowListener {
  /** Rows of ours changed, or what is ours in somebody else's row. */
  ownRowsChanged(key: NorthboundKey): void;
  /** A port of a switch or a router took the name and is not ours, or some port gave it up. */
  portNameChanged(name: string): void;
  /** The port of a switch that is called so came, went, moved or changed. */
  portChanged(name: string): void;
  /** Under this name another switch is found than before. */
  switchNameChanged(name: string): void;
  /** Under this name another router is found than before. */
  routerNameChanged(name: string): void;
  /** The switch is on a router in another way than before. */
  attachmentChanged(switchUuid: RowUuid, router: RowUuid | undefined): void;
  /** Somebody else claims this on the switch, or somebody ceased to. */
  claimsChanged(switchUuid: RowUuid, claims: PortClaims): void;
  /** Several ports of the switch claim it, or did. */
  claimShared(
    suspect:
      | { readonly what: 'mac'; readonly switchUuid: RowUuid; readonly value: Mac }
      | { readonly what: 'virtual-ip'; readonly switchUuid: RowUuid; readonly value: Address },
  ): void;
}

type RowChange = Exclude<NorthboundChange, { table: 'NB_Global' }>;
type Names = { readonly [Table in OwnTable]: MultiMap<string, RowUuid> };

export class NorthboundRows {
  global: GlobalRow | undefined;
  private readonly rows = new Map<RowUuid, KnownRow>();
  private readonly named: Names = {
    Logical_Switch: new MultiMap(),
    Logical_Switch_Port: new MultiMap(),
    Logical_Router: new MultiMap(),
    Logical_Router_Port: new MultiMap(),
    Load_Balancer: new MultiMap(),
    Load_Balancer_Health_Check: new MultiMap(),
  };
  private readonly own = new MultiMap<NorthboundKey, RowUuid>();
  /** Rows of others with something of ours in them. */
  private readonly traces = new Set<NorthboundKey>();
  private readonly claimsOn = new Map<RowUuid, SwitchClaims>();
  /** Ports of type router by the router port that they lead to. */
  private readonly leadingTo = new MultiMap<string, RowUuid>();
  /** Rows of ours that are on their way: somebody may edit them before we see them for the first time. */
  private readonly expected = new Map<RowUuid, RowOwner>();

  /** Takes changes in, in order: whole transactions, as they come from the port. */
  apply(changes: readonly NorthboundChange[], listener: RowListener): void {
    const referring: RowChange[] = [];
    for (const change of changes) {
      if (change.table === 'NB_Global') this.global = change.after;
      else if (REFERENCES[change.table]) referring.push(change);
      else this.rowChanged(change, listener);
    }
    // What refers to others comes after them: switches last of all, to which load balancers are no more than rows.
    for (const change of referring) if (change.table === 'Load_Balancer') this.rowChanged(change, listener);
    for (const change of referring) if (change.table !== 'Load_Balancer') this.rowChanged(change, listener);
  }

  /** We are about to insert this row. */
  expect(uuid: RowUuid, owner: RowOwner): void {
    this.expected.set(uuid, owner);
  }

  /** The row is here, or will not come. */
  expectNoMore(uuid: RowUuid): void {
    this.expected.delete(uuid);
  }

  /** All rows that are there were reported anew: nothing else will come. */
  expectNothing(): void {
    this.expected.clear();
  }

  get(uuid: RowUuid): KnownRow | undefined {
    return this.rows.get(uuid);
  }

  switch(uuid: RowUuid): KnownRow<SwitchRow> {
    return this.rows.get(uuid) as KnownRow<SwitchRow>;
  }

  router(uuid: RowUuid): KnownRow<RouterRow> {
    return this.rows.get(uuid) as KnownRow<RouterRow>;
  }

  port(uuid: RowUuid): KnownPort {
    return this.rows.get(uuid) as KnownPort;
  }

  namedIn(table: OwnTable, name: string): readonly RowUuid[] {
    return this.named[table].get(name);
  }

  isNamed(table: OwnTable, name: string): boolean {
    return this.named[table].has(name);
  }

  portNamed(name: string): KnownPort | undefined {
    const [uuid] = this.named.Logical_Switch_Port.get(name);
    return uuid && this.port(uuid);
  }

  routerPortNamed(name: string): KnownRow<RouterPortRow> | undefined {
    const [uuid] = this.named.Logical_Router_Port.get(name);
    return uuid && (this.rows.get(uuid) as KnownRow<RouterPortRow>);
  }

  /** All rows of ours that stand for something of the key. */
  ownOf(key: NorthboundKey): readonly KnownRow[] {
    const uuids = this.own.get(key);
    return uuids.length === 0 ? NOBODY : uuids.map((uuid) => this.rows.get(uuid)!);
  }

  onSwitch(uuid: RowUuid): SwitchClaims | undefined {
    return this.claimsOn.get(uuid);
  }

  /** The ports of switches by which these are on the router port's router. */
  leadersTo(routerPort: string): readonly KnownPort[] {
    return this.leadingTo.get(routerPort).map((uuid) => this.port(uuid));
  }

  hasOwn(): boolean {
    return !this.own.isEmpty;
  }

  *ownKeys(): Iterable<NorthboundKey> {
    yield* this.own.keys();
    yield* this.traces;
  }

  private rowChanged(change: RowChange, listener: RowListener): void {
    const { table, uuid, before, after } = change;
    const known = this.rows.get(uuid);
    const wasOurs = known?.owner !== undefined;
    const owner = this.ownerNow(uuid, known, after);
    const leaders: readonly KnownPort[] =
      table === 'Logical_Router_Port' ? this.leadersOf(before, after) : NOBODY;
    for (const port of leaders) this.unclaim(port, listener);
    if (known?.claims) this.unclaim(known as KnownPort, listener);
    reown(this.own, uuid, known?.owner, owner, listener);
    this.rename(change, owner, !!owner !== wasOurs, listener);
    const next = after && (known ?? { table, row: after, owner, places: NOWHERE });
    if (next) {
      next.row = after;
      next.owner = owner;
      if (!known) this.rows.set(uuid, next);
    } else this.rows.delete(uuid);
    for (const port of leaders) this.claim(port, listener);
    if (table === 'Logical_Switch_Port') this.portChanged(change, next as KnownPort | undefined, listener);
    for (const column of REFERENCES[table] ?? [])
      this.refer(uuid, referred(before, column), referred(after, column), listener);
    if (!after) this.claimsOn.delete(uuid);
  }

  private portChanged(
    { before, after }: RowChange & { table: 'Logical_Switch_Port' },
    port: KnownPort | undefined,
    listener: RowListener,
  ): void {
    for (const row of [before, after]) {
      if (!row || !hasTraces(row)) continue;
      const key = northboundKey.foreign(row.name);
      if (row === after) this.traces.add(key);
      else this.traces.delete(key);
      listener.ownRowsChanged(key);
    }
    if (port) this.claim(port, listener);
    if (before) listener.portChanged(before.name);
    if (after && after.name !== before?.name) listener.portChanged(after.name);
  }

  private rename(
    { table, uuid, before, after }: RowChange,
    owner: RowOwner | undefined,
    isOwnerNew: boolean,
    listener: RowListener,
  ): void {
    if (table === 'Load_Balancer' || table === 'Load_Balancer_Health_Check') return;
    const isSame = before?.name === after?.name;
    if (before && !isSame) this.named[table].remove(before.name, uuid);
    if (after && !isSame) this.named[table].add(after.name, uuid);
    if (table === 'Logical_Switch_Port' || table === 'Logical_Router_Port') {
      if (before && !isSame) listener.portNameChanged(before.name);
      if (after && !isSame && !owner) listener.portNameChanged(after.name);
    } else if (!isSame || isOwnerNew) {
      for (const row of [before, after])
        if (row) listener[table === 'Logical_Switch' ? 'switchNameChanged' : 'routerNameChanged'](row.name);
    }
  }

  /**
   * A row whose key is taken away while we watch is ours all the same, and so is one that we made: somebody
   * edited it by hand.
   */
  private ownerNow(
    uuid: RowUuid,
    known: KnownRow | undefined,
    after: AnyRow | undefined,
  ): RowOwner | undefined {
    if (!after) return undefined;
    const before = known?.owner ?? this.expected.get(uuid);
    return before && after.external_ids[OWNER_KEY] === before.key ? before : (rowOwnerOf(after) ?? before);
  }

  /** A row refers to others than before. */
  private refer(
    from: RowUuid,
    before: readonly RowUuid[],
    after: readonly RowUuid[],
    listener: RowListener,
  ): void {
    if (before === after) return;
    const { removed, added } = sortedDifference(before, after);
    const here = [from];
    for (const uuid of removed) this.move(uuid, from, 'take', here, listener);
    for (const uuid of added) this.move(uuid, from, 'put', here, listener);
  }

  private move(
    uuid: RowUuid,
    place: RowUuid,
    change: 'put' | 'take',
    here: readonly RowUuid[],
    listener: RowListener,
  ): void {
    const known = this.rows.get(uuid);
    if (!known) return;
    const { places } = known;
    if (change === 'take') known.places = places.filter((each) => each !== place);
    else known.places = places === NOWHERE || places.length === 0 ? here : [...places, place];
    if (known.table === 'Logical_Switch_Port') {
      if (known.claims) this.claimOn(known as KnownPort, place, change, listener);
      listener.portChanged((known as KnownPort).row.name);
    } else if (known.table === 'Logical_Router_Port') {
      for (const port of this.leadersTo((known.row as RouterPortRow).name))
        if (isAttachment(port)) for (const on of port.places) listener.attachmentChanged(on, place);
    }
    if (known.owner) listener.ownRowsChanged(known.owner.due);
  }

  private leadersOf(before: AnyRow | undefined, after: AnyRow | undefined): readonly KnownPort[] {
    const names = new Set([before, after].map((row) => (row as RouterPortRow | undefined)?.name));
    return [...names].flatMap((name) => (name === undefined ? [] : this.leadersTo(name)));
  }

  private claim(port: KnownPort, listener: RowListener): void {
    const { row } = port;
    const peer = row.type === 'router' ? this.routerPortNamed(row.options['router-port'] ?? '') : undefined;
    port.claims = claimsOf(row, peer?.row);
    if (!port.claims) return;
    if (port.claims.peer !== undefined) this.leadingTo.add(port.claims.peer, row._uuid);
    for (const place of port.places) this.claimOn(port, place, 'put', listener);
  }

  private unclaim(port: KnownPort, listener: RowListener): void {
    if (!port.claims) return;
    for (const place of port.places) this.claimOn(port, place, 'take', listener);
    if (port.claims.peer !== undefined) this.leadingTo.remove(port.claims.peer, port.row._uuid);
    port.claims = undefined;
  }

  private claimOn(port: KnownPort, place: RowUuid, change: 'put' | 'take', listener: RowListener): void {
    const claims = port.claims!;
    let on = this.claimsOn.get(place);
    if (!on) this.claimsOn.set(place, (on = new SwitchClaims()));
    on[change](port.row._uuid, claims, isAttachment(port));
    if (change === 'take' || !port.owner) listener.claimsChanged(place, claims);
    const enough = change === 'take' ? 1 : 2;
    for (const mac of claims.macs)
      if (on.macs.get(mac).length >= enough)
        listener.claimShared({ what: 'mac', switchUuid: place, value: mac });
    const { virtualIp } = claims;
    if (virtualIp !== undefined && on.virtualIps.get(virtualIp).length >= enough)
      listener.claimShared({ what: 'virtual-ip', switchUuid: place, value: virtualIp });
    if (claims.peer !== undefined && isAttachment(port))
      listener.attachmentChanged(place, this.routerPortNamed(claims.peer)?.places[0]);
  }
}

const NOWHERE: readonly RowUuid[] = [];
const NOBODY: readonly never[] = [];

/** A Vip's own router port is none: it leads to the router because the switch does already. */
const isAttachment = ({ row, owner }: KnownPort): boolean =>
  row.type === 'router' && !owner?.due.startsWith('vip/');

const hasTraces = ({ external_ids: ids }: SwitchPortRow): boolean => ALLOWED_KEY in ids || PROXIED_KEY in ids;

/** A row of ours changed, came, went, or went over to another key. */
function reown(
  own: MultiMap<NorthboundKey, RowUuid>,
  uuid: RowUuid,
  before: RowOwner | undefined,
  now: RowOwner | undefined,
  listener: RowListener,
): void {
  if (before) listener.ownRowsChanged(before.due);
  if (before === now) return;
  if (before) own.remove(before.due, uuid);
  if (!now) return;
  own.add(now.due, uuid);
  listener.ownRowsChanged(now.due);
}
