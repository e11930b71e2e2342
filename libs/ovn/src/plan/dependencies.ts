// Who is to be told when something changes that no index of the ledger leads to: each key says on what its last
// comparison rested, in topics.
import type { DueKey } from '../model/row-keys';
import { Relation } from '../model/relation';

/** Which key rests on which topics. */
export type Interests = Relation<DueKey, string>;
export const noInterests = (): Interests => new Relation();

/** The topics there are. */
export const topics = {
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
