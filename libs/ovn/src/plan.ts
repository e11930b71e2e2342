// The context of planning: the ledger's view, what is there, and what the transaction being planned already
// does. Planning is pure: it changes nothing but the batch that it is given.
import type { LedgerView } from '@holdfast/ipam';
import type { Uuid } from '@holdfast/ovsdb';
import type { Chance } from '@holdfast/clock';
import type { ParentsOf } from './desired';
import type { Difference } from './diff';
import type { SwitchUuid } from './northbound';
import type { NorthboundRows } from './northbound-rows';
import type { DueKey } from './ownership';
import { type SwitchChoice, chooseSwitch } from './switch-choice';
import type { Write } from './writes';

/** Why something is not projected though the ledger says that it should be. */
export type ObstacleReason =
  /** A port called so is there and is not ours. */
  | 'PortNameTaken'
  /** A virtual port of somebody else on the same switch has the address. */
  | 'VirtualIpTaken'
  /** There are several switches that may be meant. */
  | 'SwitchAmbiguous'
  /** The subnet's switch is not there yet, and cannot be made now. */
  | 'SwitchMissing'
  /** The subnet is retired, but ports of others are on its switch. */
  | 'SwitchInUse'
  /** The server refused the rows; they are tried again. */
  | 'Refused';

export interface Obstacle {
  readonly reason: ObstacleReason;
  /** One sentence for people, with what would help. */
  readonly message: string;
}

/** What is to be done for one key: nothing if no write is there and no obstacle either. */
export interface Plan {
  /** Of the last event that concerned the key; `undefined`: there is no such Subnet or Vip. */
  readonly position: string | undefined;
  /** Whether it should have rows at all. */
  readonly hasRows: boolean;
  readonly writes: readonly Write[];
  /** What the writes put right, if it was asked for. */
  readonly differences: readonly Difference[];
  readonly obstacle: Obstacle | undefined;
}

export interface PlanOptions {
  readonly view: LedgerView;
  readonly rows: NorthboundRows;
  readonly parentsOf: ParentsOf;
  readonly chance: Chance;
}

/** What is to be done for one key, as part of a transaction. */
export interface PlannedKey {
  readonly key: DueKey;
  readonly position: string | undefined;
  readonly writes: readonly Write[];
}

/** What one transaction will do, while it is planned. */
export class Batch {
  readonly planned: PlannedKey[] = [];
  /** How many rows it writes. */
  size = 0;
  private readonly made = new Map<string, SwitchUuid>();
  private readonly choices = new Map<string, SwitchChoice>();

  constructor(readonly options: PlanOptions) {}

  /** The switch for a subnet; looked up once a batch. */
  switchFor(subnet: string): SwitchChoice {
    let choice = this.choices.get(subnet);
    if (!choice) {
      const { view, rows } = this.options;
      choice = chooseSwitch(rows, subnet, view.subnet(subnet) !== undefined);
      this.choices.set(subnet, choice);
    }
    return choice;
  }

  /** The switch that the transaction makes for a subnet. */
  makeSwitch(subnet: string): SwitchUuid {
    const uuid = this.newUuid<'Logical_Switch'>();
    this.made.set(subnet, uuid);
    return uuid;
  }

  madeSwitch(subnet: string): SwitchUuid | undefined {
    return this.made.get(subnet);
  }

  newUuid<Table extends string>(): Uuid<Table> {
    return this.options.chance.uuid() as Uuid<Table>;
  }

  add(planned: PlannedKey): void {
    this.planned.push(planned);
    this.size += planned.writes.length;
  }
}
