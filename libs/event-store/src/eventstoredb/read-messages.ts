// Reads and subscriptions in the Streams protocol: what is asked, and what an answer means.
import { Empty } from '@eventstore/db-client/generated/shared_pb';
import { ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { type Position, type RecordedEvent, StoreFault, type Version } from '../port/event-store';
import { identify } from './append-messages';
import { fromPosition, toPosition } from './position';

const { Options } = ReadReq;
const { FilterOptions } = Options;

/** Replies stand beside the ledger and are no part of it. */
export const REPLY_TYPE = 'Reply.v1';

/** Of the ledger's events: neither the server's own, nor replies, nor what planes say of themselves. */
const LEDGER_TYPES = '^(?!(Reply|PlaneAnnounced)[.])[^$].*';

export function streamRequest(stream: string, from: Version, count = Number.MAX_SAFE_INTEGER): ReadReq {
  const place = new Options.StreamOptions().setStreamIdentifier(identify(stream)).setRevision(String(from));
  const control = new Options.ControlOption().setCompatibility(TELLS_THE_LAST);
  const all = options().setStream(place).setCount(String(count)).setNoFilter(new Empty());
  return request(all.setControlOption(control));
}

/** Of this compatibility a read of a stream ends with where the stream ends, shown or hidden. */
const TELLS_THE_LAST = 1;

/** What a read of a stream was told besides events. */
export interface StreamEnd {
  /** There is no such stream, or somebody deleted it. */
  isNotFound: boolean;
  /** Of the last event, shown or hidden; `undefined` where the server does not say. */
  last: Version | undefined;
}

export function noteEnd(end: StreamEnd, response: ReadResp): void {
  if (response.hasStreamNotFound()) end.isNotFound = true;
  if (response.hasLastStreamPosition()) end.last = Number(response.getLastStreamPosition());
}

/** From `after` on, which the server includes. */
export function allRequest(after: Position | undefined, streamPrefix: string): ReadReq {
  const place = new Options.AllOptions();
  if (after === undefined) place.setStart(new Empty());
  else {
    const { commit, prepare } = fromPosition(after);
    place.setPosition(new Options.Position().setCommitPosition(commit).setPreparePosition(prepare));
  }
  const expression = new FilterOptions.Expression();
  const filter = filterBy(
    streamPrefix === ''
      ? new FilterOptions().setEventType(expression.setRegex(LEDGER_TYPES))
      : new FilterOptions().setStreamIdentifier(expression.setPrefixList([streamPrefix])),
  );
  return request(options().setAll(place).setCount(String(Number.MAX_SAFE_INTEGER)).setFilter(filter));
}

/** The event at that very position. */
export function placeRequest(position: Position): ReadReq {
  const { commit, prepare } = fromPosition(position);
  const at = new Options.Position().setCommitPosition(commit).setPreparePosition(prepare);
  const all = new Options.AllOptions().setPosition(at);
  return request(options().setAll(all).setCount('1').setNoFilter(new Empty()));
}

/** Everything that is appended from now on. */
export function subscriptionRequest(): ReadReq {
  const place = new Options.AllOptions().setEnd(new Empty());
  const expression = new FilterOptions.Expression().setRegex(LEDGER_TYPES);
  const filter = filterBy(new FilterOptions().setEventType(expression));
  return request(
    options().setAll(place).setSubscription(new Options.SubscriptionOptions()).setFilter(filter),
  );
}

function options(): ReadReq.Options {
  return new Options()
    .setReadDirection(Options.ReadDirection.FORWARDS)
    .setResolveLinks(false)
    .setUuidOption(new Options.UUIDOption().setString(new Empty()));
}

/** The multiplier must be positive, also where no checkpoints are asked for. */
function filterBy(filter: ReadReq.Options.FilterOptions): ReadReq.Options.FilterOptions {
  return filter.setCount(new Empty()).setCheckpointintervalmultiplier(1);
}

function request(all: ReadReq.Options): ReadReq {
  return new ReadReq().setOptions(all);
}

/** The event of a response; undefined when it is about something else. */
export function eventOf(response: ReadResp): RecordedEvent | undefined {
  const event = response.getEvent()?.getEvent();
  if (!event) return undefined;
  const position = toPosition(event.getCommitPosition(), event.getPreparePosition());
  if (position === undefined)
    throw new StoreFault(
      'store-unavailable',
      'the server sends no positions: it must be 22.6 or later',
      false,
    );
  return {
    id: event.getId()?.getString() ?? '',
    type: event.getMetadataMap().get('type') ?? '',
    data: textOf(event.getData_asU8()),
    metadata: textOf(event.getCustomMetadata_asU8()),
    stream: textOf(event.getStreamIdentifier()?.getStreamName_asU8()),
    version: Number(event.getStreamRevision()),
    position,
  };
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
