// What is to be done so that a Vip has its virtual ports. Rows of others in the way are never touched: the Vip
// is not projected then, and says why. A port of ours on a switch that nobody can tell from another stays.
import type { VipEntry } from '@holdfast/ipam';
import { type DesiredPort, PORT_COLUMNS_UNSET, desiredPorts } from './desired';
import { type Difference, changedRow, extraRow, missingRow, rowChanges } from './diff';
import type { PortUuid, SwitchUuid } from './northbound';
import { type DueKey, nameOf } from './ownership';
import type { Batch, Obstacle, Plan } from './plan';
import { ambiguous } from './plan-subnet';
import type { Write } from './writes';

export function planVip(key: DueKey, batch: Batch): Plan {
  const { view, rows, parentsOf } = batch.options;
  const vip = nameOf(key);
  const entry = view.vip(vip);
  const wanted = entry ? desiredPorts(entry, parentsOf) : NONE;
  const position = entry && view.vipPosition(vip);
  const planned = new VipPlan(batch, rows.portsOf(key), position, wanted.length > 0);
  if (entry && wanted.length > 0) planned.project(entry, wanted);
  planned.removeRest();
  return planned;
}

const NONE: readonly DesiredPort[] = [];

class VipPlan implements Plan {
  readonly writes: Write[] = [];
  readonly differences: Difference[] = [];
  obstacle: Obstacle | undefined;
  /** Rows of ours that no wanted port has taken yet. */
  private readonly rest: Set<PortUuid>;

  constructor(
    private readonly batch: Batch,
    private readonly own: readonly PortUuid[],
    readonly position: string | undefined,
    readonly hasRows: boolean,
  ) {
    this.rest = new Set(own);
  }

  project({ subnet }: VipEntry, wanted: readonly DesiredPort[]): void {
    const { candidates } = this.batch.switchFor(subnet.name);
    if (candidates.length > 1) {
      this.obstacle = ambiguous(subnet.name, candidates);
      for (const uuid of this.own) if (this.switchAmong(uuid, candidates)) this.rest.delete(uuid);
      return;
    }
    const place = candidates[0] ?? this.batch.madeSwitch(subnet.name);
    if (place === undefined) {
      this.obstacle = {
        reason: 'SwitchMissing',
        message: `Logical_Switch ${subnet.name} is not there yet.`,
      };
      return;
    }
    for (const port of wanted) this.put(port, place, subnet.name);
  }

  removeRest(): void {
    const { rows } = this.batch.options;
    for (const uuid of this.rest) {
      this.remove(uuid);
      this.differences.push(extraRow(rows.rowKey(uuid)!, rows.ports.get(uuid)!));
    }
  }

  private put(port: DesiredPort, place: SwitchUuid, switchName: string): void {
    const { rows } = this.batch.options;
    const found = this.own.filter((uuid) => this.rest.has(uuid) && rows.rowKey(uuid) === port.key);
    const kept = found.find((uuid) => this.switchAmong(uuid, [place]));
    const hasName = kept !== undefined && rows.ports.get(kept)!.name === port.columns.name;
    const obstacle = (hasName ? undefined : this.nameTaken(port)) ?? this.virtualIpTaken(port, place);
    if (obstacle) {
      this.obstacle ??= obstacle;
    } else if (kept === undefined) {
      this.insert(port, place, switchName, found[0]);
    } else {
      this.rest.delete(kept);
      this.correct(port, kept);
      for (const other of rows.switchesWith(kept))
        if (other !== place) this.writes.push({ write: 'remove-port', uuid: kept, from: other });
    }
  }

  private nameTaken({ columns: { name } }: DesiredPort): Obstacle | undefined {
    const { rows } = this.batch.options;
    const other = rows.portsNamed(name).find((uuid) => !this.own.includes(uuid));
    if (other === undefined) return undefined;
    const { type } = rows.ports.get(other)!;
    const whose = rows.rowKey(other) ? `stands for ${rows.rowKey(other)}` : "is not Holdfast's";
    return {
      reason: 'PortNameTaken',
      message: `A Logical_Switch_Port called ${name} (type "${type}") is there and ${whose}; remove or rename it, or choose another name for the Vip.`,
    };
  }

  private virtualIpTaken({ address }: DesiredPort, place: SwitchUuid): Obstacle | undefined {
    const { rows } = this.batch.options;
    const [rival] = rows.virtualPortsFor(place, address);
    if (rival === undefined) return undefined;
    return {
      reason: 'VirtualIpTaken',
      message: `The virtual port ${rows.ports.get(rival)!.name} on the same switch has the address too and is not Holdfast's; OVN serves only one of the two. Remove it, or choose another address.`,
    };
  }

  /** A port on a wrong switch is made anew: the Southbound binds a port to one switch for life. */
  private insert(
    port: DesiredPort,
    into: SwitchUuid,
    switchName: string,
    misplaced: PortUuid | undefined,
  ): void {
    const row = { ...port.columns, external_ids: port.externalIds };
    const uuid = this.batch.newUuid<'Logical_Switch_Port'>();
    this.writes.push({ write: 'insert-port', key: port.key, uuid, into, row });
    if (misplaced === undefined) return void this.differences.push(missingRow(port.key, port));
    const { rows } = this.batch.options;
    const places = rows.switchesWith(misplaced).map((uuid) => rows.switches.get(uuid)!.name);
    this.rest.delete(misplaced);
    this.remove(misplaced);
    const found = { ports: places };
    this.differences.push({
      key: port.key,
      kind: 'changed',
      columns: ['ports'],
      found,
      wanted: { ports: [switchName] },
    });
  }

  private correct(port: DesiredPort, uuid: PortUuid): void {
    const row = this.batch.options.rows.ports.get(uuid)!;
    const changes = rowChanges(port, row, PORT_COLUMNS_UNSET);
    if (!changes) return;
    this.writes.push({ write: 'update', table: 'Logical_Switch_Port', uuid, changes });
    this.differences.push(changedRow(port.key, changes, row));
  }

  private remove(uuid: PortUuid): void {
    for (const from of this.batch.options.rows.switchesWith(uuid))
      this.writes.push({ write: 'remove-port', uuid, from });
  }

  private switchAmong(uuid: PortUuid, switches: readonly SwitchUuid[]): boolean {
    return this.batch.options.rows.switchesWith(uuid).some((place) => switches.includes(place));
  }
}
