// Which ports that Kube-OVN made can be Holdfast's own as they are: the judge is the projector's own plan. Each such port
// is taken for ours on a copy; where the projector would then do nothing but call it ours, it can be handed over. Pure.
//
//   ledger, rows -> ports of Kube-OVN by the names that the ledger wants -> taken for ours on a copy -> planned
//                                                ^________ without those that would be changed _________|
import { type Chance } from '@holdfast/clock';
import { type LedgerView, parseHolder } from '@holdfast/ipam';
import {
  type Columns,
  type DesiredRow,
  keysOfLedger,
  kindOfKey,
  type KnownPort,
  LedgerRelations,
  type NorthboundRows,
  partsOf,
  type Plan,
  planKey,
  type RowUuid,
  type SwitchPortRow,
  TransactionBatch,
  type Write,
} from '@holdfast/ovn/planning';
import type { NorthboundKey, RowKey } from '@holdfast/ovn';
import { frontsServed } from './leftovers';
import { meansTheSame } from './same-meaning';
import { indexed, type NorthboundTables } from './snapshot';
import {
  rowDiffers,
  rowElsewhere,
  rowOfOthers,
  type TakeOverConflict,
  unsettled,
} from './take-over-conflict';

/** In rows that Kube-OVN made, and that it looks after. */
export const KUBE_OVN = 'kube-ovn';
/** In rows that were taken over: whose they were. */
export const TAKEN_FROM_KEY = 'holdfast:taken-from';

export interface PortToTakeOver {
  readonly key: RowKey;
  /** As it was read: it is taken over only while it is so. */
  readonly row: SwitchPortRow;
  /** The switch that it is on. */
  readonly place: RowUuid;
  readonly subnet: string;
  /** Of `external_ids`, to be set. */
  readonly keys: { readonly [key: string]: string };
  /** Columns that mean what they should and that the projector writes in its own words afterwards. */
  readonly respelled: readonly string[];
}

export interface TakeOverPlan {
  readonly ports: readonly PortToTakeOver[];
  /** Names of ports that were taken over before. */
  readonly already: readonly string[];
  readonly conflicts: readonly TakeOverConflict[];
}

/** Every round leaves out ports that stood in the way of those of the next; longer chains are nobody's cluster. */
const ROUNDS_MAX = 50;

/** Switches and routers first, which ports may need; none of them is ever taken over. */
const PLANNED = ['router', 'subnet', 'port', 'vip'] as const;

interface Candidate {
  readonly due: NorthboundKey;
  readonly desired: DesiredRow;
  readonly port: KnownPort;
}

export function planTakeOver(view: LedgerView, tables: NorthboundTables, chance: Chance): TakeOverPlan {
  const relations = new LedgerRelations(view);
  relations.build();
  const ofKind = Map.groupBy(new Set(keysOfLedger(view, relations)), kindOfKey);
  const keys = PLANNED.flatMap((kind) => ofKind.get(kind) ?? []);
  const planAll: PlanAll = (rows, onDesired) => {
    let due: NorthboundKey | undefined;
    const ledger = { view, relations, switchLbVip: 'router-port' } as const;
    const batch = new TransactionBatch({
      ...{ ledger, rows, chance },
      onDesired: (row, into) => onDesired(due as NorthboundKey, row, into),
    });
    const plans = new Map<NorthboundKey, Plan>();
    for (due of keys) plans.set(due, planKey(due, batch, false));
    return plans;
  };
  const rows = indexed(tables);
  const found = findCandidates(rows, planAll);
  const conflicts = [...found.conflicts];
  let candidates = found.candidates;
  for (let round = 1; ; round += 1) {
    const judged = judge(
      candidates,
      planAll(indexed(tables, pretenceOf(candidates)), () => undefined),
      view,
    );
    conflicts.push(...judged.conflicts);
    const isSettled = judged.agreeing.length === candidates.length;
    candidates = judged.agreeing;
    if (!isSettled && round < ROUNDS_MAX) continue;
    if (!isSettled) conflicts.push(...candidates.splice(0).map(({ due, port }) => unsettled(due, port)));
    const others = judged.obstacles.filter(({ key }) => !found.inQuestion.has(key));
    return {
      ports: candidates.map((candidate) => toTakeOver(candidate, judged.respelled)),
      already: found.already,
      conflicts: [...conflicts, ...others, ...frontsServed(view, rows)],
    };
  }
}

type PlanAll = (
  rows: NorthboundRows,
  onDesired: (due: NorthboundKey, desired: DesiredRow, into: readonly RowUuid[]) => void,
) => ReadonlyMap<NorthboundKey, Plan>;

function findCandidates(rows: NorthboundRows, planAll: PlanAll) {
  const candidates: Candidate[] = [];
  const conflicts: TakeOverConflict[] = [];
  const already: string[] = [];
  /** What is told of these says more than that the name is taken. */
  const inQuestion = new Set<NorthboundKey>();
  planAll(rows, (due, desired, into) => {
    if (kindOfKey(due) === 'subnet' || desired.table !== 'Logical_Switch_Port') return;
    const port = rows.portNamed(desired.columns['name'] as string);
    if (!port) return;
    if (port.owner) {
      if (port.row.external_ids[TAKEN_FROM_KEY] === KUBE_OVN) already.push(port.row.name);
      return;
    }
    inQuestion.add(due);
    const names = port.places.map((place) => rows.switch(place).row.name);
    const [place] = into;
    if (port.row.external_ids['vendor'] !== KUBE_OVN) conflicts.push(rowOfOthers(desired.key, port));
    else if (port.places.length !== 1 || port.places[0] !== place)
      conflicts.push(rowElsewhere(desired.key, port, names, desired.externalIds['ls'] ?? ''));
    else candidates.push({ due, desired, port });
  });
  return { candidates, conflicts, already, inQuestion };
}

const keysFor = ({ desired }: Candidate): { readonly [key: string]: string } => ({
  ...desired.externalIds,
  [TAKEN_FROM_KEY]: KUBE_OVN,
});

const pretenceOf = (candidates: readonly Candidate[]) =>
  new Map(candidates.map((candidate) => [candidate.port.row._uuid as RowUuid, keysFor(candidate)]));

interface Judged {
  readonly agreeing: Candidate[];
  readonly conflicts: readonly TakeOverConflict[];
  /** What stands against whatever is no candidate. */
  readonly obstacles: readonly TakeOverConflict[];
  readonly respelled: ReadonlyMap<string, readonly string[]>;
}

/** Of what the projector would do if all candidates were ours: it must leave them as they are. */
function judge(
  candidates: readonly Candidate[],
  plans: ReadonlyMap<NorthboundKey, Plan>,
  view: LedgerView,
): Judged {
  const agreeing: Candidate[] = [];
  const conflicts: TakeOverConflict[] = [];
  const respelled = new Map<string, readonly string[]>();
  const ofCandidates = new Set(candidates.map(({ due }) => due));
  for (const candidate of candidates) {
    const { due, port, desired } = candidate;
    const { obstacle, writes } = plans.get(due) as Plan;
    const columns = changedColumns(writes, port.row._uuid as RowUuid);
    const differs = [...columns].filter(
      ([name, value]) => !meansTheSame(name, port.row[name as keyof SwitchPortRow], value, nodeOf(due, view)),
    );
    const isLeftOut = columns.has(GONE);
    if (differs.length > 0 && !(obstacle && isLeftOut)) {
      const found = Object.fromEntries(
        differs.map(([name]) => [name, port.row[name as keyof SwitchPortRow]]),
      );
      conflicts.push(rowDiffers(desired.key, port, found, Object.fromEntries(differs)));
    } else if (obstacle) {
      conflicts.push({ code: obstacle.reason, key: due, row: port.row.name, message: obstacle.message });
    } else {
      agreeing.push(candidate);
      if (columns.size > 0) respelled.set(port.row.name, [...columns.keys()]);
    }
  }
  const obstacles = [...plans].flatMap(([key, { obstacle }]) =>
    obstacle && !ofCandidates.has(key)
      ? [{ code: obstacle.reason, key, row: '', message: obstacle.message }]
      : [],
  );
  return { agreeing, conflicts, obstacles, respelled };
}

/** Stands for all columns of a row that would go. */
const GONE = '_uuid';

/** What the projector would write into the row. */
function changedColumns(writes: readonly Write[], uuid: RowUuid): Map<string, unknown> {
  const changes: Columns[] = writes.flatMap((write) => {
    if (write.uuid !== uuid) return [];
    // To be moved or deleted is a difference that no words explain.
    return write.write === 'update' ? [write.changes.columns] : [{ [GONE]: undefined }];
  });
  return new Map(changes.flatMap((columns) => Object.entries(columns)));
}

/** Where the only user of a holder's port is. */
function nodeOf(due: NorthboundKey, view: LedgerView): string | undefined {
  if (kindOfKey(due) !== 'port') return undefined;
  const { subnet, name } = partsOf(due);
  const holder = parseHolder(name);
  const users = (holder && view.subnet(subnet)?.users.usersOf(holder)) ?? [];
  return users.length === 1 ? users[0]?.node : undefined;
}

function toTakeOver(candidate: Candidate, respelled: Judged['respelled']): PortToTakeOver {
  const { port, desired } = candidate;
  return {
    key: desired.key,
    row: port.row,
    place: port.places[0] as RowUuid,
    subnet: desired.externalIds['ls'] ?? '',
    keys: keysFor(candidate),
    respelled: respelled.get(port.row.name) ?? [],
  };
}
