// Which Logical_Switch is a subnet's, and which Logical_Router is called so. One that others made comes first: ours
// gives way as soon as nothing of theirs is on it, so that two programs that create the same one at once end with
// one.
import { referred } from '../actual/places';
import type { Columns } from '../model/desired-row';
import type { RouterRow, RowUuid } from '../model/tables';
import type { KnownRow, NorthboundRows } from '../actual/northbound-rows';
import type { NorthboundKey } from '../model/row-keys';

export type Container = 'Logical_Switch' | 'Logical_Router';

export interface ContainerChoice {
  /** The one to use: one, none, or several among which nobody can choose. */
  readonly candidates: readonly RowUuid[];
  /** Ours, not needed, and nothing of others on them. */
  readonly superfluous: readonly RowUuid[];
  /** Ours and not needed, but with something of others. */
  readonly stuck: readonly RowUuid[];
}

export function chooseContainer(
  rows: NorthboundRows,
  table: Container,
  key: NorthboundKey,
  name: string,
  isDesired: boolean,
): ContainerChoice {
  const own = rows
    .ownOf(key)
    .filter((row) => row.table === table)
    .map(({ row }) => row._uuid as RowUuid)
    .sort(
      (a, b) =>
        Number(rows.switch(b).row.name === name) - Number(rows.switch(a).row.name === name) ||
        (a < b ? -1 : 1),
    );
  const foreign = rows.namedIn(table, name).filter((uuid) => !rows.get(uuid)!.owner);
  const chosen = !isDesired ? [] : foreign.length > 0 ? foreign : own.slice(0, 1);
  const rest = own.filter((uuid) => !chosen.includes(uuid));
  const stuck = rest.filter((uuid) => whatIsTheirs(rows, uuid) !== undefined);
  return {
    candidates: isDesired ? [...chosen, ...stuck] : [],
    superfluous: rest.filter((uuid) => !stuck.includes(uuid)),
    stuck,
  };
}

/** Something of others in one of ours, for people; `undefined`: nothing. */
export function whatIsTheirs(rows: NorthboundRows, uuid: RowUuid): string | undefined {
  const known = rows.get(uuid)!;
  for (const port of referred(known.row, 'ports')) {
    const found = rows.get(port);
    if (!found?.owner) return `port ${(found as KnownRow<RouterRow> | undefined)?.row.name ?? port}`;
  }
  if (known.table === 'Logical_Switch') return undefined;
  const { static_routes, policies, nat, load_balancer } = known.row as RouterRow;
  const content = {
    'static route': static_routes,
    policy: policies,
    NAT: nat,
    'load balancer': load_balancer,
  };
  const [found] = Object.entries(content).filter(([, uuids]) => uuids.length > 0);
  return found && `${found[0]} ${found[1][0]}`;
}

/** What must still be in one of ours when it is deleted: nothing of theirs came meanwhile. */
export function contentOf({ table, row }: KnownRow): Columns | undefined {
  if (table === 'Logical_Switch') return { ports: referred(row, 'ports') };
  if (table !== 'Logical_Router') return undefined;
  const { ports, static_routes, policies, nat, load_balancer } = row as RouterRow;
  return { ports, static_routes, policies, nat, load_balancer };
}
