// The context of planning: the ledger, what is there, and what the transaction being planned already does. Planning
// is pure: it changes nothing but the batch that it is given.
import type { Chance } from '@holdfast/clock';
import type { NorthboundRows } from '../actual/northbound-rows';
import type { DesiredRow } from '../model/desired-row';
import type { LedgerState } from '../model/ledger-state';
import { type NorthboundKey, northboundKey } from '../model/row-keys';
import type { RowUuid } from '../model/tables';
import { type Container, type ContainerChoice, chooseContainer } from './container-choice';
import type { PlannedKey } from './plan';

export interface PlanOptions {
  readonly ledger: LedgerState;
  readonly rows: NorthboundRows;
  readonly chance: Chance;
  /** Called with each row that should be there, and with the rows that are to refer to it, before it is compared. */
  readonly onDesired?: (row: DesiredRow, into: readonly RowUuid[]) => void;
}

/** What one transaction will do, while it is planned. */
export class TransactionBatch {
  readonly planned: PlannedKey[] = [];
  /** How many rows it writes. */
  size = 0;
  private readonly made = new Map<string, RowUuid>();
  private readonly choices = new Map<NorthboundKey, ContainerChoice>();
  private readonly claimed = new Map<string, RowUuid>();
  private readonly memos = new Map<string, unknown>();

  constructor(readonly options: PlanOptions) {}

  /** The switch for a subnet; looked up once a batch. */
  switchFor(subnet: string): ContainerChoice {
    const isDefined = this.options.ledger.view.subnet(subnet) !== undefined;
    return this.choose('Logical_Switch', northboundKey.subnet(subnet), subnet, isDefined);
  }

  /** The router that is called so. */
  routerFor(router: string): ContainerChoice {
    const isDesired = this.options.ledger.relations.routers.leftsOf(router).size > 0;
    return this.choose('Logical_Router', northboundKey.router(router), router, isDesired);
  }

  /** Remembers what the transaction makes, for what refers to it. */
  make(kind: Container | 'port', name: string, uuid: RowUuid): void {
    this.made.set(`${kind}/${name}`, uuid);
  }

  /** The switch or router that the transaction makes; of a port: the switch that it makes it on. */
  madeOf(kind: Container | 'port', name: string): RowUuid | undefined {
    return this.made.get(`${kind}/${name}`);
  }

  /** Takes something on a switch for a row; says which row has it already in this transaction. */
  claim(what: string, uuid: RowUuid): RowUuid | undefined {
    const other = this.claimed.get(what);
    if (other === undefined) this.claimed.set(what, uuid);
    return other === uuid ? undefined : other;
  }

  /** What is the same for all keys of the transaction is worked out once. */
  memo<Value>(key: string, work: () => Value): Value {
    if (!this.memos.has(key)) this.memos.set(key, work());
    return this.memos.get(key) as Value;
  }

  newUuid(): RowUuid {
    return this.options.chance.uuid() as RowUuid;
  }

  add(planned: PlannedKey): void {
    this.planned.push(planned);
    this.size += planned.writes.length;
  }

  private choose(table: Container, key: NorthboundKey, name: string, isDesired: boolean): ContainerChoice {
    let choice = this.choices.get(key);
    if (!choice) {
      choice = chooseContainer(this.options.rows, table, key, name, isDesired);
      this.choices.set(key, choice);
    }
    return choice;
  }
}
