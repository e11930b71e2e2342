// What becomes of a transaction: committed, aborted for a reason, or a fault that says whether it was sent.
import type { RpcReply } from '../connection/connection';
import { requestRefused } from '../connection/connection';
import { OvsdbFault } from '../schema/fault';
import { isWireError, type WireRow } from '../schema/notation';
import type { Insert, OvsdbOperation, Select } from './operations';
import type { TableCodecs } from '../schema/rows';
import type { Uuid } from '../schema/uuid';

/** What an operation answers (RFC 7047 section 5.2), with its values in JavaScript. */
export type ResultOf<Op extends OvsdbOperation> =
  Op extends Insert<infer Table>
    ? { readonly uuid: Uuid<Table> }
    : Op extends Select<infer Row>
      ? { readonly rows: readonly Row[] }
      : Op extends { readonly op: 'update' | 'mutate' | 'delete' }
        ? { readonly count: number }
        : { readonly [nothing: string]: never };

export type ResultsOf<Ops extends readonly OvsdbOperation[]> = {
  readonly [I in keyof Ops]: ResultOf<Ops[I]>;
};

export type TransactResult<Ops extends readonly OvsdbOperation[] = readonly OvsdbOperation[]> =
  | { readonly outcome: 'committed'; readonly results: ResultsOf<Ops> }
  | Aborted;

/** Nothing was changed. */
export interface Aborted {
  readonly outcome: 'aborted';
  /** OVSDB's word: "constraint violation", "referential integrity violation", "timed out", "not owner", "aborted", ... */
  readonly error: string;
  /** OVSDB's explanation, for people. */
  readonly details: string | undefined;
  /** Which operation failed; `undefined` if all passed and the commit was refused (indexes, references, disk). */
  readonly operation: number | undefined;
}

/** @throws OvsdbFault `transaction-outcome-unknown`, `not-connected`, `too-many-requests`, `request-refused` */
export function readReply(
  reply: RpcReply,
  operations: readonly OvsdbOperation[],
  codecs: TableCodecs,
): TransactResult {
  switch (reply.kind) {
    case 'refused':
      throw requestRefused('transact', reply.error);
    case 'lost':
      throw reply.written ? outcomeUnknown(reply.fault) : notSent(reply.fault);
    case 'result':
      return readResults(reply.result, operations, codecs);
  }
}

function readResults(
  reply: unknown,
  operations: readonly OvsdbOperation[],
  codecs: TableCodecs,
): TransactResult {
  const wireResults = reply as readonly unknown[];
  const failed = wireResults.findIndex(isWireError);
  if (failed >= 0) {
    const { error, details } = wireResults[failed] as { error: string; details?: string };
    const operation = failed < operations.length ? failed : undefined;
    return { outcome: 'aborted', error, details, operation };
  }
  const results = operations.map((operation, at) => readResult(wireResults[at], operation, codecs));
  return { outcome: 'committed', results: results as never };
}

function readResult(result: unknown, operation: OvsdbOperation, codecs: TableCodecs): unknown {
  if (operation.op === 'insert') return { uuid: (result as { uuid: [string, string] }).uuid[1] };
  if (operation.op !== 'select') return result;
  const table = codecs(operation.table);
  return { rows: (result as { rows: WireRow[] }).rows.map((row) => table.decodePart(row)) };
}

function outcomeUnknown(cause: OvsdbFault): OvsdbFault {
  return new OvsdbFault(
    'transaction-outcome-unknown',
    `the transaction was sent but its reply was lost, so it may have been committed; read to find out: ${cause.message}`,
    { cause },
  );
}

/** The transaction surely did not happen. */
function notSent(cause: OvsdbFault): OvsdbFault {
  if (cause.code === 'too-many-requests') return cause;
  return new OvsdbFault('not-connected', `the transaction was not sent: ${cause.message}`, { cause });
}
