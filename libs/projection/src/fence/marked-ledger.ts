// The ledger, as far as marks are compared with it and written from it.
import type { LedgerMark, MarkVerdict, Side } from '@holdfast/ipam';

export interface MarkedLedger {
  /** Identifies this process in the marks that it writes. */
  readonly incarnation: string;
  /** Where the view stands. */
  mark(): LedgerMark;
  /**
   * Compares a mark with the log as it is now, not with what was remembered of it. Waits a bounded time for events that may be on
   * their way. @throws Error with `code` and `retryable` when the log cannot be read
   */
  judge(found: LedgerMark, side: Side): Promise<MarkVerdict>;
}
