// What is there: the rows of the Northbound with an index for every question that is asked of them, so that a
// change of one row costs what one row costs. It says whom a change may concern; what follows from that, it
// does not know.
import { type Address, parseAddress } from '@holdfast/ipam';
import { MultiMap } from './multi-map';
import type { GlobalRow, NorthboundChange, PortRow, PortUuid, SwitchRow, SwitchUuid } from './northbound';
import { type DueKey, type RowKey, dueKeyOf, rowKeyOf } from './ownership';

/** Whom a batch of changes may concern. */
export interface Concerned {
  /** Whose own rows changed. */
  readonly keys: Set<DueKey>;
  /** Names that another port took or gave up. */
  readonly portNames: Set<string>;
  /** Addresses that others' virtual ports took or gave up, with the switch's name. */
  readonly virtualIps: { readonly switchName: string; readonly address: Address }[];
  /** Names under which another switch is found than before. */
  readonly switchNames: Set<string>;
}

export class NorthboundRows {
  global: GlobalRow | undefined;
  readonly switches = new Map<SwitchUuid, SwitchRow>();
  readonly ports = new Map<PortUuid, PortRow>();
  private readonly switchesByName = new MultiMap<string, SwitchUuid>();
  private readonly portsByName = new MultiMap<string, PortUuid>();
  private readonly ownSwitches = new MultiMap<DueKey, SwitchUuid>();
  private readonly ownPorts = new MultiMap<DueKey, PortUuid>();
  /** Others' virtual ports, by switch and address. */
  private readonly virtualPorts = new Map<SwitchUuid, MultiMap<Address, PortUuid>>();
  private readonly places = new MultiMap<PortUuid, SwitchUuid>();
  /**
   * The last key that each row of ours had. A row whose key is taken away while we watch is ours all the same:
   * somebody edited it by hand.
   */
  private readonly rowKeys = new Map<SwitchUuid | PortUuid, RowKey>();
  /** Rows of ours that are on their way: somebody may edit them before we see them for the first time. */
  private readonly expected = new Map<SwitchUuid | PortUuid, RowKey>();

  /** Takes changes in, in order: whole transactions, as the port tells them. */
  apply(changes: readonly NorthboundChange[]): Concerned {
    const concerned: Concerned = {
      keys: new Set(),
      portNames: new Set(),
      virtualIps: [],
      switchNames: new Set(),
    };
    for (const change of changes) {
      if (change.table === 'NB_Global') this.global = change.after;
      if (change.table === 'Logical_Switch_Port') this.portChanged(change, concerned);
    }
    // Switches refer to ports, so they come last.
    for (const change of changes)
      if (change.table === 'Logical_Switch') this.switchChanged(change, concerned);
    return concerned;
  }

  /** We are about to insert this row. */
  expect(uuid: SwitchUuid | PortUuid, key: RowKey): void {
    this.expected.set(uuid, key);
  }

  /** The row is here, or will not come. */
  expectNoMore(uuid: SwitchUuid | PortUuid): void {
    this.expected.delete(uuid);
  }

  /** Everything that is there was told anew: nothing else will come. */
  expectNothing(): void {
    this.expected.clear();
  }

  /** Switches called so, and whether they are ours (under whatever key). */
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

  /** `undefined`: the row is not ours. */
  rowKey(uuid: SwitchUuid | PortUuid): RowKey | undefined {
    return this.rowKeys.get(uuid);
  }

  /** The switches that a port is on: one, unless somebody erred. */
  switchesWith(port: PortUuid): readonly SwitchUuid[] {
    return this.places.get(port);
  }

  /** Others' virtual ports for the address on the switch. */
  virtualPortsFor(uuid: SwitchUuid, address: Address): readonly PortUuid[] {
    return this.virtualPorts.get(uuid)?.get(address) ?? [];
  }

  hasOwn(): boolean {
    return this.rowKeys.size > 0;
  }

  *ownedKeys(): Iterable<DueKey> {
    yield* this.ownSwitches.keys();
    yield* this.ownPorts.keys();
  }

  private portChanged(
    change: NorthboundChange & { table: 'Logical_Switch_Port' },
    concerned: Concerned,
  ): void {
    const { uuid, before, after } = change;
    this.indexVirtualIps(uuid, 'remove', concerned);
    const key = this.rekey(this.ownPorts, uuid, after, concerned);
    if (before && before.name !== after?.name) {
      this.portsByName.remove(before.name, uuid);
      concerned.portNames.add(before.name);
    }
    if (after && after.name !== before?.name) {
      this.portsByName.add(after.name, uuid);
      if (!key) concerned.portNames.add(after.name);
    }
    if (after) this.ports.set(uuid, after);
    else this.ports.delete(uuid);
    this.indexVirtualIps(uuid, 'add', concerned);
  }

  private switchChanged(change: NorthboundChange & { table: 'Logical_Switch' }, concerned: Concerned): void {
    const { uuid, before, after } = change;
    const wasOurs = this.rowKeys.has(uuid);
    const key = this.rekey(this.ownSwitches, uuid, after, concerned);
    const isSame = before && after && before.name === after.name && wasOurs === (key !== undefined);
    for (const row of isSame ? [] : [before, after]) if (row) concerned.switchNames.add(row.name);
    if (before && before.name !== after?.name) this.switchesByName.remove(before.name, uuid);
    if (after) {
      this.switchesByName.add(after.name, uuid);
      this.switches.set(uuid, after);
    }
    const { removed, added } = sortedDifference(before?.ports ?? [], after?.ports ?? []);
    for (const port of removed) this.move(port, concerned, () => this.places.remove(port, uuid));
    for (const port of added) this.move(port, concerned, () => this.places.add(port, uuid));
    if (after) return;
    this.switches.delete(uuid);
    this.virtualPorts.delete(uuid);
  }

  /** A row of ours changed, came, went, or went over to another key. Returns the key that it has now. */
  private rekey<Uuid extends SwitchUuid | PortUuid>(
    own: MultiMap<DueKey, Uuid>,
    uuid: Uuid,
    after: SwitchRow | PortRow | undefined,
    { keys }: Concerned,
  ): RowKey | undefined {
    const before = this.rowKeys.get(uuid);
    const now = after && (rowKeyOf(after) ?? before ?? this.expected.get(uuid));
    if (before) keys.add(dueKeyOf(before));
    if (now) keys.add(dueKeyOf(now));
    if (before === now) return now;
    if (before) own.remove(dueKeyOf(before), uuid);
    if (now) own.add(dueKeyOf(now), uuid);
    if (now) this.rowKeys.set(uuid, now);
    else this.rowKeys.delete(uuid);
    return now;
  }

  private move(port: PortUuid, concerned: Concerned, change: () => void): void {
    this.indexVirtualIps(port, 'remove', concerned);
    change();
    this.indexVirtualIps(port, 'add', concerned);
    const key = this.rowKeys.get(port);
    if (key) concerned.keys.add(dueKeyOf(key));
  }

  private indexVirtualIps(uuid: PortUuid, change: 'add' | 'remove', { virtualIps }: Concerned): void {
    const row = this.ports.get(uuid);
    if (row?.type !== 'virtual' || this.rowKeys.has(uuid)) return;
    const address = parseAddress(row.options['virtual-ip'] ?? '');
    if (address === undefined) return;
    for (const place of this.places.get(uuid)) {
      this.virtualPortsOn(place)[change](address, uuid);
      const switchName = this.switches.get(place)?.name;
      if (switchName !== undefined) virtualIps.push({ switchName, address });
    }
  }

  private virtualPortsOn(uuid: SwitchUuid): MultiMap<Address, PortUuid> {
    let ports = this.virtualPorts.get(uuid);
    if (!ports) this.virtualPorts.set(uuid, (ports = new MultiMap()));
    return ports;
  }
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
    while (right < after.length && after[right]! < atom) added.push(after[right++]!);
    if (after[right] === atom) right += 1;
    else removed.push(atom);
  }
  while (right < after.length) added.push(after[right++]!);
  return { removed, added };
}
