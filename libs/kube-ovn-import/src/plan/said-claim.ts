// What a side, or the ledger, says of who has which address: the form in which all of them are compared. Where it was read it does not
// know any more.
import type { AddressPair, Holder, Mac } from '@holdfast/ipam';

/** Who says it. JetStream keeps events and shows no address. */
export const SAYERS = ['ledger', 'northbound', 'kubernetes'] as const;
export type Sayer = (typeof SAYERS)[number];

/** A family that is absent is none that it says anything of. */
export interface SaidClaim extends AddressPair {
  readonly by: Sayer;
  readonly subnet: string;
  readonly holder: Holder;
  readonly mac?: Mac;
  /** Name of the holder's Logical_Switch_Port, where it is for Holdfast to make; a Vip has none. */
  readonly port?: string;
  readonly portSecurity?: boolean;
}
