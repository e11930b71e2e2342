// Which Logical_Switch is a subnet's. One that others made comes first: ours gives way as soon as nothing of
// theirs is on it, so that two programs that create the same switch at once end with one.
import type { SwitchUuid } from './northbound';
import type { NorthboundRows } from './northbound-rows';
import { subnetKey } from './ownership';

export interface SwitchChoice {
  /** The switch to use: one, none, or several among which nobody can choose. */
  readonly candidates: readonly SwitchUuid[];
  /** Ours, not needed, and nothing of others on them. */
  readonly superfluous: readonly SwitchUuid[];
  /** Ours and not needed, but with ports of others. */
  readonly stuck: readonly SwitchUuid[];
}

export function chooseSwitch(rows: NorthboundRows, subnet: string, isDefined: boolean): SwitchChoice {
  const own = [...rows.switchesOf(subnetKey(subnet))].sort(
    (a, b) => Number(isNamed(rows, b, subnet)) - Number(isNamed(rows, a, subnet)) || (a < b ? -1 : 1),
  );
  const foreign = rows.switchesNamed(subnet).filter((uuid) => !rows.switches.get(uuid)!.owner);
  const wanted = !isDefined ? [] : foreign.length > 0 ? foreign : own.slice(0, 1);
  const rest = own.filter((uuid) => !wanted.includes(uuid));
  const stuck = rest.filter((uuid) => hasForeignPorts(rows, uuid));
  return {
    candidates: isDefined ? [...wanted, ...stuck] : [],
    superfluous: rest.filter((uuid) => !stuck.includes(uuid)),
    stuck,
  };
}

const isNamed = (rows: NorthboundRows, uuid: SwitchUuid, name: string): boolean =>
  rows.switches.get(uuid)!.row.name === name;

function hasForeignPorts(rows: NorthboundRows, uuid: SwitchUuid): boolean {
  return rows.switches.get(uuid)!.row.ports.some((port) => !rows.ports.get(port)?.owner);
}
