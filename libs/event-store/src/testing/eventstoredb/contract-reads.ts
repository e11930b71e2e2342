// What a read of the Streams protocol answers: which events, and what else is said beside them.
import { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { type ContractLog, DELETED, firstIndex, type LogEvent, NO_EVENT } from './contract-log';
import { eventResponse, notFoundResponse, utf8Of } from './contract-messages';
import { ContractFault, HANDLER_THREW, streamDeleted } from './contract-faults';

/** Events that the server looks at before it answers; whoever asks for where a stream begins can tell. */
const PAGE_EVENTS = 32n;
const MAX = 2n ** 63n - 1n;
/** The revision that means the end, of 64 bits without a sign. */
const END = 2n ** 64n - 1n;

type Options = ReadReq.Options;

/** @throws ContractFault */
export function answersToRead(log: ContractLog, options: Options): ReadResp[] {
  const stream = options.getStream();
  return stream ? readStream(log, options, stream) : readAll(log, options).map(eventResponse);
}

function readStream(log: ContractLog, options: Options, place: ReadReq.Options.StreamOptions): ReadResp[] {
  const stream = utf8Of(place.getStreamIdentifier());
  const isBackwards = isBackwardsIn(options);
  const from = revisionOf(place, isBackwards);
  const count = countIn(options);
  if (count === 0n || from === 'no such') throw new ContractFault(2, 'Unexpected ReadStreamResult: Error');
  const last = log.lastOf(stream);
  if (last === DELETED) throw streamDeleted(stream);
  if (last === NO_EVENT || log.isSoftDeleted(stream)) return [notFoundResponse(stream)];
  const { events, from: visibleFrom } = log.visibleIn(stream);
  const index = firstIndex(events, ({ revision }) => (isBackwards ? revision > from : revision >= from));
  const most = Number(count < MAX ? count : events.length);
  const found = isBackwards
    ? events.slice(Math.max(0, index - most), index).toReversed()
    : events.slice(index, index + most);
  const answers = found.map(eventResponse);
  if (!isCompatible(options)) return answers;
  const firsts = isBackwards ? [] : movedStarts(from, visibleFrom, last, count);
  return [
    ...firsts.map((first) => new ReadResp().setFirstStreamPosition(String(first))),
    ...answers,
    new ReadResp().setLastStreamPosition(String(last)),
  ];
}

/** A page that shows nothing says where the next one begins, unless that is where it began itself. */
function movedStarts(from: bigint, visibleFrom: bigint, last: bigint, count: bigint): bigint[] {
  const starts: bigint[] = [];
  let at = from;
  if (at + (count < PAGE_EVENTS ? count : PAGE_EVENTS) - 1n < visibleFrom) starts.push((at = visibleFrom));
  const isPastEnd = (at > visibleFrom ? at : visibleFrom) > last;
  if (isPastEnd && at !== last + 1n) starts.push(last + 1n);
  return starts;
}

function readAll(log: ContractLog, options: Options): LogEvent[] {
  const place = options.getAll()!;
  const isBackwards = isBackwardsIn(options);
  const count = countIn(options);
  const matches = filterOf(options);
  const events = startOfAll(log, options, place, isBackwards);
  const found: LogEvent[] = [];
  for (const event of events) {
    if (BigInt(found.length) >= count) break;
    if (matches(event)) found.push(event);
  }
  return found;
}

/** @throws ContractFault for a position where no record begins */
function startOfAll(
  log: ContractLog,
  options: Options,
  place: ReadReq.Options.AllOptions,
  isBackwards: boolean,
): readonly LogEvent[] {
  if (place.hasStart()) return isBackwards ? [] : log.all;
  if (place.hasEnd()) return isBackwards ? log.all.toReversed() : [];
  const at = place.getPosition()!;
  const [commit, prepare] = [BigInt(at.getCommitPosition()), BigInt(at.getPreparePosition())];
  if (prepare > commit || commit > MAX) throw HANDLER_THREW;
  if (!log.isReadableFrom(commit)) {
    const kind = options.hasFilter() ? 'FilteredReadAllResult' : 'ReadAllResult';
    throw new ContractFault(2, `Unexpected ${kind}: Error`);
  }
  const index = log.indexFrom(commit);
  return isBackwards ? log.all.slice(0, index).toReversed() : log.all.slice(index);
}

/** Of a subscription: what comes after its start is to be sent. @throws ContractFault */
export function missedBySubscriber(log: ContractLog, options: Options): readonly LogEvent[] {
  const stream = options.getStream();
  if (stream) {
    const name = utf8Of(stream.getStreamIdentifier());
    if (log.lastOf(name) === DELETED) throw streamDeleted(name);
    const { events } = log.visibleIn(name);
    if (stream.hasStart()) return events;
    if (stream.hasEnd()) return [];
    return events.filter(({ revision }) => revision > BigInt(stream.getRevision()));
  }
  const place = options.getAll()!;
  if (place.hasStart()) return log.all;
  if (place.hasEnd()) return [];
  const from = startOfAll(log, options, place, false);
  const commit = BigInt(place.getPosition()!.getCommitPosition());
  return from[0]?.position === commit ? from.slice(1) : from;
}

/** By stream name or event type, each by prefixes or a regular expression. */
export function filterOf(options: Options): (event: LogEvent) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const isOnStream = filter.hasStreamIdentifier();
  const expression = (isOnStream ? filter.getStreamIdentifier() : filter.getEventType())!;
  const prefixes = expression.getPrefixList();
  const regex = new RegExp(expression.getRegex());
  return (event) => {
    const text = isOnStream ? event.stream : event.type;
    return prefixes.length > 0 ? prefixes.some((prefix) => text.startsWith(prefix)) : regex.test(text);
  };
}

const isBackwardsIn = (options: Options): boolean =>
  options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;

const countIn = (options: Options): bigint => (options.hasCount() ? BigInt(options.getCount()) : MAX);

const isCompatible = (options: Options): boolean => (options.getControlOption()?.getCompatibility() ?? 0) > 0;

function revisionOf(place: ReadReq.Options.StreamOptions, isBackwards: boolean): bigint | 'no such' {
  if (place.hasStart()) return 0n;
  const revision = place.hasEnd() ? END : BigInt(place.getRevision());
  if (revision === END) return isBackwards ? MAX : 'no such';
  if (revision > MAX) throw HANDLER_THREW;
  return revision;
}
