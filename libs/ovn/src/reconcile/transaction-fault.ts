// A transaction that did not happen, as the loop is to take it.
import type { ReconcileFault } from '@holdfast/projection';

export class TransactionFault extends Error implements ReconcileFault {
  readonly retryable = true;

  /** @param concerns `key`: one of its keys is to blame; `all`: the server, or another projector */
  constructor(
    readonly code: 'row-refused' | 'transaction-failed',
    message: string,
    readonly concerns: 'key' | 'all',
  ) {
    super(message);
  }
}
