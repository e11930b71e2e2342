// Which ports may answer for a Vip: OVN's `virtual-parents`, as grants.
import type { Evidence } from './reservation';

/** Why a port may answer for a Vip: its Pod asked and the Vip's selector has it, or somebody named the port. */
export const GRANTORS = ['selector', 'explicit'] as const;
export type Grantor = (typeof GRANTORS)[number];

/** The port may answer for the Vip, because of this grantor. Ends with the Vip. */
export interface ParentGranted {
  readonly type: 'ParentGranted';
  readonly vip: string;
  readonly port: string;
  readonly grantor: Grantor;
  readonly evidence?: Evidence;
}

/** This grantor's grant ended. */
export interface ParentWithdrawn {
  readonly type: 'ParentWithdrawn';
  readonly vip: string;
  readonly port: string;
  readonly grantor: Grantor;
  readonly reason: string;
  readonly evidence?: Evidence;
}
