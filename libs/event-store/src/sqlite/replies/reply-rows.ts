// The table `replies`: a row each, beside the log and no part of it. Old ones are deleted in the transaction that brings
// new ones. Runs in the worker threads; the form of a row is here and nowhere else.
import { crc32 } from 'node:zlib';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { NewEvent } from '../../port/event-store';
import type { Reply } from '../../port/reply-store';
import type { Forgotten } from '../../replies/reply-bounds';
import type { ForgottenUntil } from '../../replies/reply-index';
import { damaged } from '../log/faults';

/** Replies go to the writer like an append to a stream of this name, which no stream has (port/appendable.ts). */
export const REPLIES = '\0replies';

/** Rows read at a time. */
const PAGE_ROWS = 1000;

/** To the reader: these rows, or those after a number. */
export type ReplyOrder = { readonly numbers: readonly number[] } | { readonly after: number };

export type ReplyRow = readonly [number: number, caller: string, body: string];

/** A row as an order has it; what is to be forgotten with it stands in `metadata`. */
export function toEntry(
  number: number,
  { caller, outcome, ...head }: Reply,
  until: ForgottenUntil,
  forgotten: readonly Forgotten[],
): NewEvent {
  const isUsual = until.callerMs === -Infinity && until.allMs === -Infinity;
  // A text of JSON has no line break of its own.
  const data = `${JSON.stringify(isUsual ? head : { ...head, until })}\n${outcome}`;
  const metadata = forgotten.length === 0 ? '' : JSON.stringify(forgotten);
  return { id: String(number), type: caller, data, metadata };
}

export function fromRow([, caller, body]: ReplyRow): {
  readonly reply: Reply;
  readonly until: ForgottenUntil | undefined;
} {
  const end = body.indexOf('\n');
  const { until, ...head } = JSON.parse(body.slice(0, end)) as Omit<Reply, 'caller' | 'outcome'> & {
    readonly until?: ForgottenUntil;
  };
  return { reply: { ...head, caller, outcome: body.slice(end + 1) }, until };
}

export class ReplyWriter {
  private readonly insert: StatementSync;
  private readonly forgetAll: StatementSync;
  private readonly forgetOf: StatementSync;

  constructor(db: DatabaseSync) {
    this.insert = db.prepare('INSERT INTO replies VALUES (?, ?, ?, ?)');
    this.forgetAll = db.prepare('DELETE FROM replies WHERE number BETWEEN ? AND ?');
    this.forgetOf = db.prepare('DELETE FROM replies WHERE number BETWEEN ? AND ? AND caller = ?');
  }

  /** Within the transaction of a group. @param entries from `at` on, four texts a row, as `toEntry` has them */
  write(entries: readonly (string | number)[], at: number, count: number): void {
    for (let row = 0, next = at; row < count; row += 1, next += 4) {
      const [number, caller, body, forgotten] = entries.slice(next, next + 4) as [
        string,
        string,
        string,
        string,
      ];
      this.insert.run(Number(number), caller, body, checksumOf(Number(number), caller, body));
      if (forgotten !== '') this.forget(JSON.parse(forgotten) as Forgotten[]);
    }
  }

  private forget(all: readonly Forgotten[]): void {
    for (const { caller, from, to } of all)
      if (caller === undefined) this.forgetAll.run(from, to);
      else this.forgetOf.run(from, to, caller);
  }
}

export class ReplyReader {
  private readonly one: StatementSync;
  private readonly later: StatementSync;

  constructor(
    db: DatabaseSync,
    private readonly file: string,
  ) {
    const select = 'SELECT number, caller, body, checksum FROM replies WHERE number';
    this.one = db.prepare(`${select} = ?`);
    this.later = db.prepare(`${select} > ? ORDER BY number LIMIT ${PAGE_ROWS}`);
    this.one.setReturnArrays(true);
    this.later.setReturnArrays(true);
  }

  /** @throws StoreFault `store-corrupt` */
  read(order: ReplyOrder): ReplyRow[] {
    const rows =
      'after' in order
        ? this.later.all(order.after)
        : order.numbers.flatMap((number) => this.one.all(number));
    return (rows as unknown as [...ReplyRow, number][]).map(([number, caller, body, checksum]) => {
      if (checksumOf(number, caller, body) !== checksum)
        throw damaged(this.file, undefined, `the checksum of reply ${number} is wrong`);
      return [number, caller, body];
    });
  }
}

const checksumOf = (number: number, caller: string, body: string): number =>
  crc32(body, crc32(`${number} ${caller}\n`));
