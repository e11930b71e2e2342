// What is to be done so that a subnet has its one Logical_Switch. A switch that others made is used and never
// touched.
import { desiredSwitch } from './desired';
import { type Difference, changedRow, extraRow, missingRow, rowChanges } from './diff';
import type { SwitchUuid } from './northbound';
import { type RowKey, subnetKey } from './ownership';
import type { Batch, Obstacle, Plan } from './plan';
import type { SwitchChoice } from './switch-choice';
import type { Write } from './writes';

export function planSubnet(subnet: string, batch: Batch): Plan {
  const { view, rows } = batch.options;
  const choice = batch.switchFor(subnet);
  const writes: Write[] = [];
  const differences: Difference[] = [];
  for (const uuid of choice.superfluous) {
    const row = rows.switches.get(uuid)!;
    writes.push({ write: 'delete-switch', uuid, ports: row.ports });
    differences.push(extraRow(subnetKey(subnet) as RowKey, row));
  }
  if (view.subnet(subnet)) {
    const [uuid] = choice.candidates;
    if (uuid === undefined) insertSwitch(subnet, batch, writes, differences);
    else if (rows.rowKey(uuid)) correctSwitch(subnet, uuid, batch, writes, differences);
  }
  return { writes, differences, obstacle: obstacleOf(subnet, choice, batch) };
}

function insertSwitch(subnet: string, batch: Batch, writes: Write[], differences: Difference[]): void {
  const wanted = desiredSwitch(subnet);
  const row = { name: subnet, external_ids: wanted.externalIds };
  writes.push({ write: 'insert-switch', ref: batch.makeSwitch(subnet), row });
  differences.push(missingRow(wanted.key, wanted));
}

function correctSwitch(
  subnet: string,
  uuid: SwitchUuid,
  batch: Batch,
  writes: Write[],
  differences: Difference[],
): void {
  const wanted = desiredSwitch(subnet);
  const row = batch.options.rows.switches.get(uuid)!;
  const changes = rowChanges(wanted, row);
  if (!changes) return;
  writes.push({ write: 'update', table: 'Logical_Switch', uuid, changes });
  differences.push(changedRow(wanted.key, changes, row));
}

function obstacleOf(subnet: string, { candidates, stuck }: SwitchChoice, batch: Batch): Obstacle | undefined {
  if (candidates.length > 1) return ambiguous(subnet, candidates);
  if (stuck.length === 0) return undefined;
  const { rows } = batch.options;
  const [port] = stuck.flatMap((uuid) => rows.switches.get(uuid)!.ports).filter((each) => !rows.rowKey(each));
  const name = rows.ports.get(port!)?.name;
  return {
    reason: 'SwitchInUse',
    message: `Subnet ${subnet} is retired, but its Logical_Switch has ports that are not Holdfast's, ${name} among them; it is deleted once they are gone.`,
  };
}

export function ambiguous(subnet: string, candidates: readonly SwitchUuid[]): Obstacle {
  return {
    reason: 'SwitchAmbiguous',
    message: `There are ${candidates.length} Logical_Switches for subnet ${subnet} (${candidates.join(', ')}); delete or rename all but one.`,
  };
}
