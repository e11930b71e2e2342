// An event that landed in the log, with what the checkers know of it.
import type { RecordedEvent } from '@holdfast/event-store';
import type { SubnetCommand, SubnetEvent, VipNameEvent } from '@holdfast/ipam';

export interface Landed {
  readonly recorded: RecordedEvent;
  /** Of its subnet or Vip name. */
  readonly id: string;
  readonly commandId: string;
  readonly issuedAtMs: number;
  readonly atMs: number;
  /** Which transport the command came by. */
  readonly through: string;
  /** Who asked. */
  readonly actor: string;
  readonly event: SubnetEvent | VipNameEvent;
  /** What was asked, so that it happened; of a Subnet's events. */
  readonly command: SubnetCommand | undefined;
  /** Whatever landed with it, in one append. */
  readonly batch: object;
}
