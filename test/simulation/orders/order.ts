// What a client asks for, as it goes over the bus: always under an id of its own, because it will be sent again.
import type { LedgerCommand } from '@holdfast/ledger';

export interface Order {
  readonly commandId: string;
  /** By the client's clock, epoch milliseconds; the same whenever it is sent. */
  readonly issuedAtMs: number;
  readonly command: LedgerCommand;
}
