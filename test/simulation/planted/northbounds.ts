// Bugs of the Northbound's projector: transactions that are not what was meant, and changes that nobody is told of.
import { type Northbound, type NorthboundChange, OWNER_KEY, POSITION_KEY } from '@holdfast/ovn';
import type { OvsdbOperation } from '@holdfast/ovsdb';
import { NorthboundLock } from '../northbound/lock';
import { isOurs } from '../northbound/neighbours';
import type { Planted, Surroundings } from '../world/surroundings';
import { type PlantedBug, bug } from './planted-bug';

const writing = (
  alter: (operations: readonly OvsdbOperation[], world: Surroundings) => readonly OvsdbOperation[],
): Planted => ({
  northbound: (northbound, world): Northbound => ({
    watch: (watcher) => northbound.watch(watcher),
    setCandidate: (isCandidate) => northbound.setCandidate(isCandidate),
    transact: (operations) => northbound.transact(alter(operations, world)),
  }),
});

const watching = (alter: (changes: readonly NorthboundChange[]) => readonly NorthboundChange[]): Planted => ({
  northbound: (northbound): Northbound => ({
    watch: (watcher) =>
      northbound.watch({
        stateChanged: (state) => watcher.stateChanged(state),
        rowsChanged: (changes) => {
          const shown = alter(changes);
          if (shown.length > 0) watcher.rowsChanged(shown);
        },
      }),
    setCandidate: (isCandidate) => northbound.setCandidate(isCandidate),
    transact: (operations) => northbound.transact(operations),
  }),
});

class EverybodysLock extends NorthboundLock {
  override isHeldBy(): boolean {
    return true;
  }

  override ask(contender: { lockChanged(isHeld: boolean): void }): void {
    super.ask(contender);
    contender.lockChanged(true);
  }
}

const isFence = (operation: OvsdbOperation): boolean =>
  operation.op === 'wait' && operation.table === 'NB_Global';

/** Neighbours' ports and switches as they are now. */
function* theirs(table: string, { northbound }: Surroundings): Iterable<string> {
  for (const row of northbound.tables.get(table)?.values() ?? []) if (!isOurs(row)) yield row._uuid;
}

/** Says another thing of every row that has this in its columns. */
const rewriting = (alter: (text: string) => string): Planted =>
  writing((operations) => JSON.parse(alter(JSON.stringify(operations))) as OvsdbOperation[]);

export const NORTHBOUND_BUGS: readonly PlantedBug[] = [
  bug('stale-projector-writes', 'kube-vip #1418', 'checkpoint', {
    lock: () => new EverybodysLock(),
    ...writing((operations) => operations.filter((operation) => !isFence(operation))),
  }),
  bug(
    'checkpoint-ahead-of-the-rows',
    'the classics',
    'checkpoint',
    rewriting((text) =>
      text.replaceAll(new RegExp(`\\["${POSITION_KEY}","(\\d+)"\\]`, 'g'), `["${POSITION_KEY}","9$1"]`),
    ),
  ),
  bug(
    'foreign-port-deleted-with-ours',
    'D1',
    'foreign-rows',
    writing((operations, world) => {
      const ports = [...theirs('Logical_Switch_Port', world)].map((uuid) => ['uuid', uuid] as const);
      const take = {
        op: 'mutate',
        table: 'Logical_Switch',
        where: [],
        mutations: [['ports', 'delete', ['set', ports]]],
      };
      return [...operations, take as OvsdbOperation];
    }),
  ),
  bug(
    'foreign-switch-renamed',
    'D33',
    'foreign-rows',
    writing((operations, world) => [
      ...operations,
      ...[...theirs('Logical_Switch', world)].map(
        (uuid): OvsdbOperation => ({
          op: 'update',
          table: 'Logical_Switch',
          where: [['_uuid', '==', ['uuid', uuid]]],
          row: { other_config: ['map', [['holdfast', 'was here']]] },
        }),
      ),
    ]),
  ),
  bug(
    'all-ports-written-as-ours',
    'D1',
    'foreign-rows',
    writing((operations) => [
      ...operations,
      {
        op: 'update',
        table: 'Logical_Switch_Port',
        where: [],
        row: { addresses: ['set', []] },
      } as OvsdbOperation,
    ]),
  ),
  bug(
    'rows-never-taken-away',
    'D2',
    'northbound-converges',
    writing((operations) =>
      operations.filter(
        ({ op, ...rest }) =>
          op !== 'delete' && !(op === 'mutate' && JSON.stringify(rest).includes('"ports","delete"')),
      ),
    ),
  ),
  bug(
    'owner-key-forgotten',
    'D1b',
    'northbound-converges',
    rewriting((text) => text.replaceAll(`["${OWNER_KEY}","vip/vip-1/`, `["${OWNER_KEY}-not","vip/vip-1/`)),
  ),
  bug(
    'taken-rows-not-noticed',
    'kube-ovn #5377',
    'northbound-converges',
    watching((changes) => changes.filter(({ kind }) => kind !== 'delete')),
  ),
  bug(
    'edits-not-noticed',
    'kube-vip #996',
    'northbound-converges',
    watching((changes) =>
      changes.filter(({ kind, table }) => kind !== 'modify' || table !== 'Logical_Switch_Port'),
    ),
  ),
];
