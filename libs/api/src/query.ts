// What may be asked of the ledger without changing it. Values are parsed already.
import type { Address, Family, Holder, LabelSelector } from '@holdfast/ipam';

/** A part of a list. */
export interface Page {
  readonly size: number;
  /** The last entry of the page before, by the key that the list is ordered by. Absent: the first page. */
  readonly after?: readonly string[];
}

interface Selecting {
  /** Only what has such labels. Absent: whatever it has. */
  readonly labels?: LabelSelector;
}

interface Waiting {
  /** Wait, for a bounded time, until the view has reached this position of the log. */
  readonly atLeastPosition?: string;
}

export interface GetSubnet extends Waiting {
  readonly type: 'GetSubnet';
  readonly name: string;
}

/** Key of a page: the subnet's name. */
export interface ListSubnets extends Waiting, Selecting {
  readonly type: 'ListSubnets';
  readonly page: Page;
}

export interface ListFreeAddresses extends Waiting {
  readonly type: 'ListFreeAddresses';
  readonly subnet: string;
  /** Absent: the subnet's only one, or IPv4. */
  readonly family?: Family;
  /** 1 to 1000. */
  readonly limit: number;
}

export interface GetPool extends Waiting {
  readonly type: 'GetPool';
  readonly subnet: string;
  readonly name: string;
}

/** Key of a page: subnet, name. */
export interface ListPools extends Waiting, Selecting {
  readonly type: 'ListPools';
  readonly subnet?: string;
  readonly page: Page;
}

export interface GetReservation extends Waiting {
  readonly type: 'GetReservation';
  readonly subnet: string;
  readonly holder: Holder;
}

/** Key of a page: subnet, holder. */
export interface ListReservations extends Waiting, Selecting {
  readonly type: 'ListReservations';
  readonly subnet?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly page: Page;
}

export interface GetVip extends Waiting {
  readonly type: 'GetVip';
  readonly name: string;
}

/** Key of a page: the Vip's name. */
export interface ListVips extends Waiting, Selecting {
  readonly type: 'ListVips';
  readonly subnet?: string;
  readonly page: Page;
}

export interface GetRule extends Waiting {
  readonly type: 'GetRule';
  readonly subnet: string;
  readonly name: string;
}

/** Key of a page: subnet, name. */
export interface ListRules extends Waiting {
  readonly type: 'ListRules';
  readonly subnet?: string;
  readonly vip?: string;
  readonly page: Page;
}

export type HistorySubject =
  | { readonly address: Address; readonly holder?: undefined; readonly vip?: undefined }
  | { readonly holder: Holder; readonly address?: undefined; readonly vip?: undefined }
  | { readonly vip: string; readonly address?: undefined; readonly holder?: undefined };

/** Key of a page: the event's position. */
export interface GetHistory extends Waiting {
  readonly type: 'GetHistory';
  readonly subject: HistorySubject;
  readonly subnet?: string;
  /** Epoch milliseconds; belongs to the span. */
  readonly fromMs?: number;
  /** Epoch milliseconds; does not belong to the span. */
  readonly toMs?: number;
  readonly page: Page;
}

export interface WhoHeld extends Waiting {
  readonly type: 'WhoHeld';
  readonly address: Address;
  readonly atMs: number;
  readonly subnet?: string;
}

export interface GetStatus {
  readonly type: 'GetStatus';
}

export type Query =
  | GetSubnet
  | ListSubnets
  | ListFreeAddresses
  | GetPool
  | ListPools
  | GetReservation
  | ListReservations
  | GetVip
  | ListVips
  | GetRule
  | ListRules
  | GetHistory
  | WhoHeld
  | GetStatus;
