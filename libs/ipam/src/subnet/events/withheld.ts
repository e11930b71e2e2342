// Addresses that are withheld: more than one is said to hold them, and nobody is given them before an operator says who does.
import type { Address, AddressPair, Mac } from '../../address';
import type { Holder } from '../../holder';

/** One who is said to hold it. */
export interface WithheldParty extends AddressPair {
  readonly holder: Holder;
  /** By whom: names of sides, or `ledger`. */
  readonly saidBy: readonly string[];
  /** With this MAC; absent: nobody says. `v4` and `v6` are all that it is said to hold, the withheld address among them. */
  readonly mac?: Mac;
  /** Name of the Logical_Switch_Port that goes with it; absent: there is none, or it is somebody else's. */
  readonly port?: string;
  readonly portSecurity?: boolean;
}

/** An address is given to nobody, because of what these parties are said to hold; who held it until then had it released before. */
export interface AddressWithheld {
  readonly type: 'AddressWithheld';
  readonly address: Address;
  readonly parties: readonly WithheldParty[];
  /** Why, for people. */
  readonly because: string;
}

/** An operator said whose the withheld address is: from now on that holder may have it, and nobody else. Without a holder: anybody. */
export interface AddressSettled {
  readonly type: 'AddressSettled';
  readonly address: Address;
  readonly holder?: Holder;
  readonly because: string;
}

export type WithheldEvent = AddressWithheld | AddressSettled;
