// What is to be done for one key, and what keeps it from being done. Values only.
import type { RowDifference } from '../actual/row-difference';
import type { NorthboundKey } from '../model/row-keys';
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
  readonly differences: readonly RowDifference[];
  readonly obstacle: Obstacle | undefined;
  readonly notice?: Notice | undefined;
  /** It rests on rows of another key, which are not as they should be yet. */
  readonly isPending?: boolean;
  /** What the plan rests on besides the key's own facts and rows (dependencies.ts). */
  readonly dependencies?: readonly string[];
}

/** What is to be done for one key, as part of a transaction. */
export interface PlannedKey {
  readonly key: NorthboundKey;
  readonly position: string | undefined;
  readonly writes: readonly Write[];
  readonly notice: Notice | undefined;
}
