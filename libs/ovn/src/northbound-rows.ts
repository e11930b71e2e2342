// What is there: the rows of the Northbound with an index for every question that is asked of them, so that a
// change of one row costs what one row costs. It says whom a change may concern; what follows from that, it
// does not know.
import { type Address, parseAddress } from '@holdfast/ipam';
import { MultiMap } from './multi-map';
import type { GlobalRow, NorthboundChange, PortRow, PortUuid, SwitchRow, SwitchUuid } from './northbound';
import { type DueKey, OWNER_KEY, type Owner, ownerOf } from './ownership';

export interface KnownSwitch {
  row: SwitchRow;
  /** `undefined`: it is not ours. */
  owner: Owner | undefined;
}

export interface KnownPort {
  row: PortRow;
  /** `undefined`: it is not ours. */
  owner: Owner | undefined;
  /** The switches that it is on: one, unless somebody erred. */
  places: readonly SwitchUuid[];
}

/** Whom changes may concern; called while they are taken in, for each any number of times. */
export interface Concern {
  /** Rows of ours changed. */
  ownRows(key: DueKey): void;
  /** A port took or gave up the name. */
  portName(name: string): void;
  /** A virtual port of others took or gave up the address on the switch. */
  virtualIp(switchName: string, address: Address): void;
  /** Under this name another switch is found than before. */
  switchName(name: string): void;
}

type PortChange = NorthboundChange & { table: 'Logical_Switch_Port' };
type SwitchChange = NorthboundChange & { table: 'Logical_Switch' };

export class NorthboundRows {
  global: GlobalRow | undefined;
  readonly switches = new Map<SwitchUuid, KnownSwitch>();
  readonly ports = new Map<PortUuid, KnownPort>();
  private readonly switchesByName = new MultiMap<string, SwitchUuid>();
  private readonly portsByName = new MultiMap<string, PortUuid>();
  private readonly ownSwitches = new MultiMap<DueKey, SwitchUuid>();
  private readonly ownPorts = new MultiMap<DueKey, PortUuid>();
  /** Others' virtual ports, by switch and address. */
  private readonly virtualPorts = new Map<SwitchUuid, MultiMap<Address, PortUuid>>();
  /** Rows of ours that are on their way: somebody may edit them before we see them for the first time. */
  private readonly expected = new Map<SwitchUuid | PortUuid, Owner>();

  /** Takes changes in, in order: whole transactions, as the port tells them. */
  apply(changes: readonly NorthboundChange[], concern: Concern): void {
    for (const change of changes) {
      if (change.table === 'NB_Global') this.global = change.after;
      if (change.table === 'Logical_Switch_Port') this.portChanged(change, concern);
    }
    // Switches refer to ports, so they come last.
    for (const change of changes) if (change.table === 'Logical_Switch') this.switchChanged(change, concern);
  }

  /** We are about to insert this row. */
  expect(uuid: SwitchUuid | PortUuid, owner: Owner): void {
    this.expected.set(uuid, owner);
  }

  /** The row is here, or will not come. */
  expectNoMore(uuid: SwitchUuid | PortUuid): void {
    this.expected.delete(uuid);
  }

  /** Everything that is there was told anew: nothing else will come. */
  expectNothing(): void {
    this.expected.clear();
  }

  switchesNamed(name: string): readonly SwitchUuid[] {
    return this.switchesByName.get(name);
  }

  portsNamed(name: string): readonly PortUuid[] {
    return this.portsByName.get(name);
  }

  switchesOf(key: DueKey): readonly SwitchUuid[] {
    return this.ownSwitches.get(key);
  }

  portsOf(key: DueKey): readonly PortUuid[] {
    return this.ownPorts.get(key);
  }

  /** Others' virtual ports for the address on the switch. */
  virtualPortsFor(uuid: SwitchUuid, address: Address): readonly PortUuid[] {
    return this.virtualPorts.get(uuid)?.get(address) ?? [];
  }

  hasOwn(): boolean {
    return !this.ownSwitches.isEmpty || !this.ownPorts.isEmpty;
  }

  *ownKeys(): Iterable<DueKey> {
    yield* this.ownSwitches.keys();
    yield* this.ownPorts.keys();
  }

  private portChanged({ uuid, before, after }: PortChange, concern: Concern): void {
    const known = this.ports.get(uuid);
    if (known) this.indexVirtualIps(known, 'remove', concern);
    const owner = this.ownerNow(uuid, known, after);
    reown(this.ownPorts, uuid, known?.owner, owner, concern);
    if (before && before.name !== after?.name) {
      this.portsByName.remove(before.name, uuid);
      concern.portName(before.name);
    }
    if (!after) return void this.ports.delete(uuid);
    if (after.name !== before?.name) {
      this.portsByName.add(after.name, uuid);
      if (!owner) concern.portName(after.name);
    }
    if (!known) return void this.ports.set(uuid, { row: after, owner, places: NOWHERE });
    known.row = after;
    known.owner = owner;
    this.indexVirtualIps(known, 'add', concern);
  }

  private switchChanged({ uuid, before, after }: SwitchChange, concern: Concern): void {
    const known = this.switches.get(uuid);
    const owner = this.ownerNow(uuid, known, after);
    reown(this.ownSwitches, uuid, known?.owner, owner, concern);
    const isSame = before && after && before.name === after.name && !known?.owner === !owner;
    for (const row of isSame ? [] : [before, after]) if (row) concern.switchName(row.name);
    if (before && before.name !== after?.name) this.switchesByName.remove(before.name, uuid);
    if (after && after.name !== before?.name) this.switchesByName.add(after.name, uuid);
    if (after) this.switches.set(uuid, { row: after, owner });
    const here = [uuid];
    const { removed, added } = sortedDifference(before?.ports ?? [], after?.ports ?? []);
    for (const port of removed) this.move(port, (places) => places.filter((each) => each !== uuid), concern);
    for (const port of added)
      this.move(port, (places) => (places === NOWHERE ? here : [...places, uuid]), concern);
    if (after) return;
    this.switches.delete(uuid);
    this.virtualPorts.delete(uuid);
  }

  /**
   * A row whose key is taken away while we watch is ours all the same, and so is one that we made: somebody
   * edited it by hand.
   */
  private ownerNow(
    uuid: SwitchUuid | PortUuid,
    known: KnownSwitch | KnownPort | undefined,
    after: SwitchRow | PortRow | undefined,
  ): Owner | undefined {
    if (!after) return undefined;
    const before = known?.owner ?? this.expected.get(uuid);
    return before && after.external_ids[OWNER_KEY] === before.key ? before : (ownerOf(after) ?? before);
  }

  private move(
    port: PortUuid,
    change: (places: readonly SwitchUuid[]) => readonly SwitchUuid[],
    concern: Concern,
  ): void {
    const known = this.ports.get(port);
    if (!known) return;
    this.indexVirtualIps(known, 'remove', concern);
    known.places = change(known.places);
    this.indexVirtualIps(known, 'add', concern);
    if (known.owner) concern.ownRows(known.owner.due);
  }

  private indexVirtualIps(
    { row, owner, places }: KnownPort,
    change: 'add' | 'remove',
    concern: Concern,
  ): void {
    if (owner || row.type !== 'virtual') return;
    const address = parseAddress(row.options['virtual-ip'] ?? '');
    if (address === undefined) return;
    for (const place of places) {
      this.virtualPortsOn(place)[change](address, row._uuid);
      const on = this.switches.get(place);
      if (on) concern.virtualIp(on.row.name, address);
    }
  }

  private virtualPortsOn(uuid: SwitchUuid): MultiMap<Address, PortUuid> {
    let ports = this.virtualPorts.get(uuid);
    if (!ports) this.virtualPorts.set(uuid, (ports = new MultiMap()));
    return ports;
  }
}

const NOWHERE: readonly SwitchUuid[] = [];

/** A row of ours changed, came, went, or went over to another key. */
function reown<Uuid extends string>(
  own: MultiMap<DueKey, Uuid>,
  uuid: Uuid,
  before: Owner | undefined,
  now: Owner | undefined,
  concern: Concern,
): void {
  if (before) concern.ownRows(before.due);
  if (before === now) return;
  if (before) own.remove(before.due, uuid);
  if (!now) return;
  own.add(now.due, uuid);
  concern.ownRows(now.due);
}

interface SortedDifference<Atom> {
  readonly removed: readonly Atom[];
  readonly added: readonly Atom[];
}

/** Between two sorted lists: what the first alone has, and what the second alone has. */
function sortedDifference<Atom extends string>(
  before: readonly Atom[],
  after: readonly Atom[],
): SortedDifference<Atom> {
  const removed: Atom[] = [];
  const added: Atom[] = [];
  let right = 0;
  for (const atom of before) {
    // Almost all are the same string on both sides, which costs next to nothing to see.
    while (after[right] !== atom && right < after.length && after[right]! < atom) added.push(after[right++]!);
    if (after[right] === atom) right += 1;
    else removed.push(atom);
  }
  while (right < after.length) added.push(after[right++]!);
  return { removed, added };
}
