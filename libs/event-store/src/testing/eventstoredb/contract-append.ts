// Whether an append may happen, as EventStoreDB decides it: against the revision that is expected, and, where that does not
// hold, against the ids that stand there already.
import {
  type ContractLog,
  DELETED,
  firstIndex,
  type LogEvent,
  NO_EVENT,
  type Proposed,
} from './contract-log';

/** A revision, or -1: the stream must not exist; 'any' and 'exists' as the protocol has them. */
export type Expected = bigint | 'any' | 'exists';

export type LogWrite =
  | {
      /** Of the last event; -1 where there is none. */
      readonly revision: bigint;
      /** Undefined where the server tells no position. */
      readonly position: bigint | undefined;
    }
  /** -1: there is no such stream. */
  | { readonly current: bigint }
  | { readonly deleted: true };

/** Where each id went first, for appends that expect no revision: kept in the memory of a running server, and lost with it. */
export type RecentIds = Map<string, Pick<LogEvent, 'stream' | 'revision'>>;

export function append(
  log: ContractLog,
  recent: RecentIds,
  stream: string,
  expected: Expected,
  proposed: readonly Proposed[],
): LogWrite {
  const current = log.lastOf(stream);
  if (current === DELETED) return { deleted: true };
  const verdict =
    typeof expected === 'bigint'
      ? atRevision(log, stream, current, expected, proposed)
      : anywhere(log, recent, stream, current, expected, proposed);
  if (verdict !== 'write') return verdict;
  if (proposed.length === 0) return { revision: current, position: log.endPosition };
  const undeleted = undeletedBy(log, stream);
  const written = log.write(stream, proposed);
  for (const { id, revision } of written) if (!recent.has(id)) recent.set(id, { stream, revision });
  if (undeleted !== undefined)
    revive(log, undeleted, undeleted === stream ? current + 1n : log.lastOf(undeleted) + 1n);
  const last = written[written.length - 1]!;
  return { revision: last.revision, position: last.position };
}

function atRevision(
  log: ContractLog,
  stream: string,
  current: bigint,
  expected: bigint,
  proposed: readonly Proposed[],
): LogWrite | 'write' {
  if (expected === current) return 'write';
  if (expected > current || proposed.length === 0) return { current };
  const history = log.historyOf(stream);
  const first = firstIndex(history, ({ revision }) => revision > expected);
  const there = history.slice(first, first + proposed.length);
  const known = proposed.findIndex(({ id }, at) => there[at]?.id !== id);
  if (known < 0) return repeated(log, there[proposed.length - 1]!);
  return known === 0 && expected === NO_EVENT && log.isSoftDeleted(stream) ? 'write' : { current };
}

function anywhere(
  log: ContractLog,
  recent: RecentIds,
  stream: string,
  current: bigint,
  expected: 'any' | 'exists',
  proposed: readonly Proposed[],
): LogWrite | 'write' {
  if (expected === 'exists') {
    if (log.isSoftDeleted(stream)) return { deleted: true };
    if (current === NO_EVENT && log.historyOf(`$$${stream}`).length === 0) return { current };
  }
  const known = proposed
    .map(({ id }) => recent.get(id))
    .map((at) => (at?.stream === stream ? at : undefined));
  if (!known[0]) return 'write';
  const last = known[known.length - 1];
  // In any order, as long as all of them are there.
  if (!last || known.includes(undefined)) return { current };
  const history = log.historyOf(stream);
  const event = history[firstIndex(history, ({ revision }) => revision >= last.revision)];
  return event ? repeated(log, event) : { current };
}

/** What a reader of the stream cannot see has no position either. */
function repeated(log: ContractLog, last: LogEvent): LogWrite {
  const isShown = log.visibleIn(last.stream).events.includes(last);
  return { revision: last.revision, position: isShown ? last.position : undefined };
}

/** The stream that is deleted no longer once this one is appended to: itself, or the one whose metadata it is. */
function undeletedBy(log: ContractLog, stream: string): string | undefined {
  const of = stream.startsWith('$$') ? stream.slice(2) : stream;
  return log.isSoftDeleted(of) ? of : undefined;
}

/** The server goes on hiding what was there before, and writes so into the metadata. */
function revive(log: ContractLog, stream: string, from: bigint): void {
  const data = Buffer.from(`{"$tb":${from}}`);
  const id = `00000000-0000-4000-9000-${String(log.all.length).padStart(12, '0')}`;
  const metadata = new Uint8Array();
  log.write(`$$${stream}`, [{ id, type: '$metadata', contentType: 'application/json', data, metadata }]);
}
