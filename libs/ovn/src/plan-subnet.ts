// What is to be done so that a subnet has its one Logical_Switch. A switch that others made is used and never
// touched; one of ours is deleted only while nothing of theirs is on it.
import { type DesiredRow, desiredSwitch } from './desired';
import { type Difference, changedRow, extraRow, missingRow, rowChanges } from './diff';
import type { SwitchRow, SwitchUuid } from './northbound';
import { type DueKey, type RowKey, nameOf } from './ownership';
import type { Batch, Obstacle, Plan } from './plan';
import type { Write } from './writes';

/** `explains`: whether to say what is different. */
export function planSubnet(key: DueKey, batch: Batch, explains: boolean): Plan {
  return new SubnetPlan(key, batch, explains);
}

class SubnetPlan implements Plan {
  readonly position: string | undefined;
  readonly hasRows: boolean;
  readonly writes: Write[] = [];
  readonly differences: Difference[] = [];
  readonly obstacle: Obstacle | undefined;
  private readonly subnet: string;
  private readonly wanted: DesiredRow<SwitchRow>;

  constructor(
    private readonly key: DueKey,
    private readonly batch: Batch,
    private readonly explains: boolean,
  ) {
    const { view } = batch.options;
    this.subnet = nameOf(key);
    this.wanted = desiredSwitch(this.subnet);
    this.hasRows = view.subnet(this.subnet) !== undefined;
    this.position = this.hasRows ? view.subnetPosition(this.subnet) : undefined;
    const { candidates, superfluous, stuck } = batch.switchFor(this.subnet);
    for (const uuid of superfluous) this.delete(uuid);
    if (this.hasRows && candidates.length === 0) this.insert();
    const kept = new Set([...candidates, ...stuck]);
    for (const uuid of kept) if (batch.options.rows.switches.get(uuid)!.owner) this.correct(uuid);
    this.obstacle = candidates.length > 1 ? ambiguous(this.subnet, candidates) : this.inUse(stuck);
  }

  private insert(): void {
    const row = { name: this.subnet, external_ids: this.wanted.externalIds };
    const uuid = this.batch.makeSwitch(this.subnet);
    const beside = this.batch.options.rows.switchesNamed(this.subnet);
    const owner = { key: this.wanted.key, due: this.key };
    this.writes.push({ write: 'insert-switch', owner, uuid, row, beside });
    if (this.explains) this.differences.push(missingRow(this.wanted.key, this.wanted));
  }

  private correct(uuid: SwitchUuid): void {
    const { wanted } = this;
    const row = this.rowOf(uuid);
    const changes = rowChanges(wanted, row);
    if (!changes) return;
    this.writes.push({ write: 'update', table: 'Logical_Switch', uuid, changes });
    if (this.explains) this.differences.push(changedRow(wanted.key, changes, row));
  }

  private delete(uuid: SwitchUuid): void {
    const row = this.rowOf(uuid);
    this.writes.push({ write: 'delete-switch', uuid, ports: row.ports });
    if (this.explains) this.differences.push(extraRow(this.key as RowKey, row));
  }

  private inUse(stuck: readonly SwitchUuid[]): Obstacle | undefined {
    const { rows } = this.batch.options;
    const ports = stuck.flatMap((uuid) => this.rowOf(uuid).ports).map((uuid) => rows.ports.get(uuid));
    const theirs = ports.find((port) => port && !port.owner);
    if (!theirs) return undefined;
    const { name } = theirs.row;
    return {
      reason: 'SwitchInUse',
      message: `Subnet ${this.subnet} is retired, but its Logical_Switch has ports that are not Holdfast's, ${name} among them; it is deleted once they are gone.`,
    };
  }

  private rowOf(uuid: SwitchUuid): SwitchRow {
    return this.batch.options.rows.switches.get(uuid)!.row;
  }
}

export function ambiguous(subnet: string, candidates: readonly SwitchUuid[]): Obstacle {
  return {
    reason: 'SwitchAmbiguous',
    message: `There are ${candidates.length} Logical_Switches for subnet ${subnet} (${candidates.join(', ')}); delete or rename all but one.`,
  };
}
