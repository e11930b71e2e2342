// Which events a read of the Streams protocol is about.
import { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { type ContractLog, isBefore, type LogEvent } from './contract-log';
import { utf8Of } from './contract-messages';

/** Forwards a read includes the event at its position, backwards it does not, and a subscription comes after it. */
export function streamEvents(log: ContractLog, options: ReadReq.Options): LogEvent[] | 'not-found' {
  const isBackwards = options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
  const stream = options.getStream();
  const events = stream ? ofStream(log, stream, isBackwards) : ofAll(log, options, isBackwards);
  if (events === 'not-found') return events;
  const count = options.hasCount() ? Number(options.getCount()) : Infinity;
  return events.filter(filterOf(options)).slice(0, count);
}

function ofStream(
  log: ContractLog,
  place: ReadReq.Options.StreamOptions,
  isBackwards: boolean,
): LogEvent[] | 'not-found' {
  const history = log.historyOf(utf8Of(place.getStreamIdentifier()));
  if (history.length === 0) return 'not-found';
  if (place.hasStart()) return isBackwards ? history.slice(0, 1) : [...history];
  if (place.hasEnd()) return isBackwards ? [...history].reverse() : [];
  const revision = Number(place.getRevision());
  return isBackwards
    ? history.filter((event) => event.revision <= revision).reverse()
    : history.filter((event) => event.revision >= revision);
}

function ofAll(log: ContractLog, options: ReadReq.Options, isBackwards: boolean): LogEvent[] {
  const place = options.getAll()!;
  if (place.hasStart()) return isBackwards ? [] : [...log.all];
  if (place.hasEnd()) return isBackwards ? [...log.all].reverse() : [];
  const position = place.getPosition()!;
  const at = { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) };
  if (isBackwards) return log.all.filter((event) => isBefore(event, at)).reverse();
  if (options.hasSubscription()) return log.all.filter((event) => isBefore(at, event));
  return log.all.filter((event) => !isBefore(event, at));
}

/** By stream name or event type, each by prefixes or a regular expression. */
export function filterOf(options: ReadReq.Options): (event: LogEvent) => boolean {
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
