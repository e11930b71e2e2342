// On what a key's plan rests that no relation of the ledger leads to: each plan says so, and when it changes the key is
// compared again.
import { Relation } from '../model/relation';
import type { NorthboundKey } from '../model/row-keys';

/** Which key rests on which dependencies. */
export type Dependencies = Relation<NorthboundKey, string>;
export const noDependencies = (): Dependencies => new Relation();

/** The dependencies there are. */
export const dependency = {
  /** How the switch is on a router. */
  attachment: (switchUuid: string): string => `attachment/${switchUuid}`,
  /** Which switches are on the router. */
  attached: (routerUuid: string): string => `attached/${routerUuid}`,
  /** Which routers are called so. */
  routerName: (router: string): string => `router-name/${router}`,
  /** Which port of a switch or a router is called so, and where it is. */
  portName: (port: string): string => `port-name/${port}`,
  /** What the ports on the switch have in `addresses`. */
  addressOn: (switchUuid: string, address: string): string => `address/${switchUuid}/${address}`,
  /** What the ledger says of who holds the address. */
  held: (subnet: string, address: string): string => `held/${subnet}/${address}`,
  /** What the ledger says of the Subnet itself, and where its health checks come from. */
  subnet: (subnet: string): string => `subnet/${subnet}`,
} as const;
