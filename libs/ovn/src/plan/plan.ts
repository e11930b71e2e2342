// The context of planning: the ledger's view, what is there, and what the transaction being planned already
// does. Planning is pure: it changes nothing but the batch that it is given.
import type { LedgerView } from '@holdfast/ipam';
import type { Chance } from '@holdfast/clock';
import { type Container, type ContainerChoice, chooseContainer } from './container-choice';
import type { DesiredRow } from '../model/desired-row';
import type { Difference } from '../actual/row-difference';
import type { LedgerIndex } from '../model/ledger-relations';
import type { RowUuid } from '../actual/northbound';
import type { NorthboundRows } from '../actual/northbound-rows';
import { type DueKey, routerKey, subnetKey } from '../model/row-keys';
import type { Write } from './writes';

/** Why something is not projected though the ledger says that it should be. */
export type ObstacleReason =
  /** A port called so, of a switch or a router, is there and stands for something else. */
  | 'PortNameTaken'
  /** A virtual port of somebody else on the same switch has the address. */
  | 'VirtualIpTaken'
  /** The address stands in the `addresses` of a port, so that OVN itself answers for it. */
  | 'AddressAnswered'
  /** Another port of the same switch has the MAC. */
  | 'MacTaken'
  /** There are several switches that may be meant. */
  | 'SwitchAmbiguous'
  /** The subnet's switch is not there yet, and cannot be made now. */
  | 'SwitchMissing'
  /** The subnet is retired, but ports of others are on its switch. */
  | 'SwitchInUse'
  /** The subnet's switch is on no router, so that nobody would answer for the Vip. */
  | 'NoRouter'
  /** There are several routers that may be meant. */
  | 'RouterAmbiguous'
  /** No subnet of ours is on the router any more, but something of others. */
  | 'RouterInUse'
  /** The server refused the rows; they are tried again. */
  | 'Refused';

export interface Obstacle {
  readonly reason: ObstacleReason;
  /** One sentence for people, with what would help. */
  readonly message: string;
}

export type NoticeReason =
  /** Parents were granted that are not there: no such port is on the Vip's switch. */
  | 'ParentMissing'
  /** The way in which the switch answers for the Vip is for IPv4 only. */
  | 'Ipv6NotAnswered';

/** What is good to know of something that is projected. */
export interface Notice {
  readonly reason: NoticeReason;
  readonly message: string;
}

/** What is to be done for one key: nothing if no write is there and no obstacle either. */
export interface Plan {
  /** Of the last event that concerned the key; `undefined`: there is no such thing. */
  readonly position: string | undefined;
  /** Whether it should have rows at all. */
  readonly hasRows: boolean;
  readonly writes: readonly Write[];
  /** What the writes put right, if it was asked for. */
  readonly differences: readonly Difference[];
  readonly obstacle: Obstacle | undefined;
  readonly notice?: Notice | undefined;
  /** It rests on rows of another key, which are not as they should be yet. */
  readonly isPending?: boolean;
  /** On what the plan rests, besides what every change of the ledger and of its own rows tells (interests.ts). */
  readonly topics?: readonly string[];
}

/** How the switch comes to answer for a Vip of type `switch_lb_vip` (see plan-lb-vip.ts). */
export const SWITCH_LB_VIP_WAYS = ['router-port', 'arp-proxy'] as const;
export type SwitchLbVip = (typeof SWITCH_LB_VIP_WAYS)[number];

export interface PlanOptions {
  readonly view: LedgerView;
  readonly index: LedgerIndex;
  readonly rows: NorthboundRows;
  readonly switchLbVip: SwitchLbVip;
  readonly chance: Chance;
  /** Is told each row that should be there, before it is compared with what is. */
  readonly wanted?: (row: DesiredRow) => void;
}

/** What is to be done for one key, as part of a transaction. */
export interface PlannedKey {
  readonly key: DueKey;
  readonly position: string | undefined;
  readonly writes: readonly Write[];
  readonly notice: Notice | undefined;
}

/** What one transaction will do, while it is planned. */
export class Batch {
  readonly planned: PlannedKey[] = [];
  /** How many rows it writes. */
  size = 0;
  private readonly made = new Map<string, RowUuid>();
  private readonly choices = new Map<DueKey, ContainerChoice>();
  private readonly claimed = new Map<string, RowUuid>();
  private readonly memos = new Map<string, unknown>();

  constructor(readonly options: PlanOptions) {}

  /** The switch for a subnet; looked up once a batch. */
  switchFor(subnet: string): ContainerChoice {
    const isDefined = this.options.view.subnet(subnet) !== undefined;
    return this.choose('Logical_Switch', subnetKey(subnet), subnet, isDefined);
  }

  /** The router that is called so. */
  routerFor(router: string): ContainerChoice {
    const isWanted = this.options.index.routers.leftsOf(router).size > 0;
    return this.choose('Logical_Router', routerKey(router), router, isWanted);
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

  private choose(table: Container, key: DueKey, name: string, isWanted: boolean): ContainerChoice {
    let choice = this.choices.get(key);
    if (!choice) {
      choice = chooseContainer(this.options.rows, table, key, name, isWanted);
      this.choices.set(key, choice);
    }
    return choice;
  }
}
