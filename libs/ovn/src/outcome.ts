// What became of a transaction, and whose fault it is if it did not happen.
import { OvsdbFault, type TransactResult } from '@holdfast/ovsdb';

export type Outcome =
  | { readonly kind: 'committed' }
  /** One of the rows is to blame. */
  | { readonly kind: 'blamed'; readonly message: string }
  /** Somebody else moved the checkpoint, or has the lock: look again. */
  | { readonly kind: 'fenced'; readonly message: string }
  /** The server is gone or takes nothing now. If the transaction may have happened, the rows will tell. */
  | { readonly kind: 'failed'; readonly message: string };

/** OVSDB's words for what is wrong with a row, or with what a row refers to (RFC 7047 section 5.2). */
const ROW_ERRORS = new Set([
  'constraint violation',
  'referential integrity violation',
  'domain error',
  'range error',
  /** Of a guard on a switch: the fence's is told apart by its place. */
  'timed out',
]);

/** The fence is the first operation; before it is the lock's assertion. */
const FENCE_LAST = 0;

/** @throws what `sent` throws, unless it is an OvsdbFault. */
export async function outcomeOf(sent: Promise<TransactResult>): Promise<Outcome> {
  let result: TransactResult;
  try {
    result = await sent;
  } catch (fault) {
    if (fault instanceof OvsdbFault) return { kind: 'failed', message: fault.message };
    throw fault;
  }
  if (result.outcome === 'committed') return { kind: 'committed' };
  const { error, details, operation } = result;
  const message = details === undefined ? error : `${error}: ${details}`;
  if (operation !== undefined && operation <= FENCE_LAST) return { kind: 'fenced', message };
  return { kind: ROW_ERRORS.has(error) ? 'blamed' : 'failed', message };
}
