// What became of a transaction, and whose fault it is if it did not happen.
import { OvsdbFault, type TransactResult } from '@holdfast/ovsdb';

export type TransactionOutcome =
  | { readonly kind: 'committed' }
  /** One of the rows is to blame. */
  | { readonly kind: 'blamed'; readonly message: string }
  /** Somebody else moved the mark, or has the lock: look again. */
  | { readonly kind: 'fenced'; readonly message: string }
  /** It was built on one that did not happen. */
  | { readonly kind: 'superseded' }
  /** The server is gone or takes nothing now. */
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Its reply was lost. The rows will show it. */
      readonly mayHaveHappened: boolean;
    };

/** OVSDB's words for what is wrong with a row, or with what a row refers to (RFC 7047 section 5.2). */
const ROW_ERRORS = new Set([
  'constraint violation',
  'referential integrity violation',
  'domain error',
  'range error',
  /** Of a guard on a switch: the fence's is known by its place. */
  'timed out',
]);

/** The fence is the first operation; before it is the lock's assertion. */
const FENCE_LAST = 0;

/** @throws what `sent` throws, unless it is an OvsdbFault. */
export async function transactionOutcome(sent: Promise<TransactResult>): Promise<TransactionOutcome> {
  let result: TransactResult;
  try {
    result = await sent;
  } catch (fault) {
    if (!(fault instanceof OvsdbFault)) throw fault;
    const mayHaveHappened = fault.code === 'transaction-outcome-unknown';
    return { kind: 'failed', message: fault.message, mayHaveHappened };
  }
  if (result.outcome === 'committed') return { kind: 'committed' };
  const { error, details, operation } = result;
  const message = details === undefined ? error : `${error}: ${details}`;
  if (operation !== undefined && operation <= FENCE_LAST) return { kind: 'fenced', message };
  if (ROW_ERRORS.has(error)) return { kind: 'blamed', message };
  return { kind: 'failed', message, mayHaveHappened: false };
}
