// What is to be done so that a Vip has its virtual ports. Rows of others in the way are never touched: the Vip
// is not projected then, and says why. A port of ours on a switch that nobody can tell from another stays.
import type { VipEntry } from '@holdfast/ipam';
import { type DesiredPort, PORT_COLUMNS_UNSET, desiredPorts } from './desired';
import { type Difference, changedRow, extraRow, misplacedRow, missingRow, rowChanges } from './diff';
import type { PortUuid, SwitchUuid } from './northbound';
import type { KnownPort } from './northbound-rows';
import { type DueKey, nameOf } from './ownership';
import type { Batch, Obstacle, Plan } from './plan';
import { ambiguous } from './plan-subnet';
import type { Write } from './writes';

/** `explains`: whether to say what is different. */
export function planVip(key: DueKey, batch: Batch, explains: boolean): Plan {
  return new VipPlan(key, batch, explains);
}

class VipPlan implements Plan {
  readonly position: string | undefined;
  readonly hasRows: boolean;
  readonly writes: Write[] = [];
  readonly differences: Difference[] = [];
  obstacle: Obstacle | undefined;
  /** Rows of ours that no wanted port has taken yet. */
  private readonly rest: KnownPort[];

  constructor(
    private readonly key: DueKey,
    private readonly batch: Batch,
    private readonly explains: boolean,
  ) {
    const { view, rows, parentsOf } = batch.options;
    const vip = nameOf(key);
    const entry = view.vip(vip);
    const wanted = entry ? desiredPorts(entry, parentsOf) : [];
    this.position = entry && view.vipPosition(vip);
    this.hasRows = wanted.length > 0;
    this.rest = rows.portsOf(key).map((uuid) => rows.ports.get(uuid)!);
    if (entry && this.hasRows) this.project(entry, wanted);
    for (const port of this.rest) this.remove(port);
  }

  private project({ subnet }: VipEntry, wanted: readonly DesiredPort[]): void {
    const { candidates } = this.batch.switchFor(subnet.name);
    if (candidates.length > 1) {
      this.obstacle = ambiguous(subnet.name, candidates);
      for (const port of [...this.rest]) if (isOn(port, candidates)) this.take(port);
      return;
    }
    const place = candidates[0] ?? this.batch.madeSwitch(subnet.name);
    if (place === undefined) {
      const message = `Logical_Switch ${subnet.name} is not there yet.`;
      this.obstacle = { reason: 'SwitchMissing', message };
      return;
    }
    for (const port of wanted) this.put(port, place, subnet.name);
  }

  private put(port: DesiredPort, place: SwitchUuid, switchName: string): void {
    const found = this.rest.filter(({ owner }) => owner!.key === port.key);
    const kept = found.find((known) => isOn(known, [place]));
    const hasName = kept?.row.name === port.columns.name;
    const obstacle = (hasName ? undefined : this.nameTaken(port)) ?? this.virtualIpTaken(port, place);
    if (obstacle) {
      this.obstacle ??= obstacle;
    } else if (kept === undefined) {
      this.insert(port, place, switchName, found[0]);
    } else {
      this.take(kept);
      this.correct(port, kept);
      for (const other of kept.places)
        if (other !== place) this.writes.push({ write: 'remove-port', uuid: kept.row._uuid, from: other });
    }
  }

  private nameTaken({ columns: { name } }: DesiredPort): Obstacle | undefined {
    const { rows } = this.batch.options;
    const others = rows.portsNamed(name).map((uuid) => rows.ports.get(uuid)!);
    const other = others.find(({ owner }) => owner?.due !== this.key);
    if (!other) return undefined;
    const whose = other.owner ? `stands for ${other.owner.key}` : "is not Holdfast's";
    return {
      reason: 'PortNameTaken',
      message: `A Logical_Switch_Port called ${name} (type "${other.row.type}") is there and ${whose}; remove or rename it, or choose another name for the Vip.`,
    };
  }

  private virtualIpTaken({ address }: DesiredPort, place: SwitchUuid): Obstacle | undefined {
    const { rows } = this.batch.options;
    const [rival] = rows.virtualPortsFor(place, address);
    if (rival === undefined) return undefined;
    return {
      reason: 'VirtualIpTaken',
      message: `The virtual port ${rows.ports.get(rival)!.row.name} on the same switch has the address too and is not Holdfast's; OVN serves only one of the two. Remove it, or choose another address.`,
    };
  }

  /** A port on a wrong switch is made anew: the Southbound binds a port to one switch for life. */
  private insert(port: DesiredPort, into: SwitchUuid, switchName: string, misplaced?: KnownPort): void {
    const uuid: PortUuid = this.batch.newUuid();
    const owner = { key: port.key, due: this.key };
    this.writes.push({ write: 'insert-port', owner, uuid, into, port });
    if (misplaced) this.detach(this.take(misplaced));
    if (!this.explains) return;
    const { switches } = this.batch.options.rows;
    const places = misplaced?.places.map((place) => switches.get(place)!.row.name);
    this.differences.push(places ? misplacedRow(port.key, places, switchName) : missingRow(port.key, port));
  }

  private correct(port: DesiredPort, { row }: KnownPort): void {
    const changes = rowChanges(port, row, PORT_COLUMNS_UNSET);
    if (!changes) return;
    this.writes.push({ write: 'update', table: 'Logical_Switch_Port', uuid: row._uuid, changes });
    if (this.explains) this.differences.push(changedRow(port.key, changes, row));
  }

  private remove(port: KnownPort): void {
    this.detach(port);
    if (this.explains) this.differences.push(extraRow(port.owner!.key, port.row));
  }

  private detach({ row, places }: KnownPort): void {
    for (const from of places) this.writes.push({ write: 'remove-port', uuid: row._uuid, from });
  }

  private take(port: KnownPort): KnownPort {
    this.rest.splice(this.rest.indexOf(port), 1);
    return port;
  }
}

const isOn = ({ places }: KnownPort, switches: readonly SwitchUuid[]): boolean =>
  places.some((place) => switches.includes(place));
