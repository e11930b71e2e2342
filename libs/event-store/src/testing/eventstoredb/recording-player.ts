// Plays the calls of a recording of a real EventStoreDB against a server, through raw gRPC, and gives each answer in the form of the
// recording. Positions and times are another server's own: what is compared is which event a position is of.
// eslint-disable-next-line @nx/enforce-module-boundaries -- a client for tests; the adapter itself brings no gRPC of ours
import * as grpc from '@grpc/grpc-js';
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  AppendReq,
  type AppendResp,
  DeleteReq,
  ReadReq,
  ReadResp,
  TombstoneReq,
} from '@eventstore/db-client/generated/streams_pb';
import { bytesOf, type LongText, shortTextOf } from './long-text';

export interface RecordedCall {
  readonly append?: string;
  readonly read?: string;
  readonly readAll?: RecordedPlace;
  readonly delete?: string;
  readonly tombstone?: string;
  readonly metadata?: string;
  readonly subscribe?: string;
  readonly then?: readonly string[];
  readonly waitMs?: number;
  readonly restart?: string;
  readonly scavenge?: true;
  readonly expected?: number | 'none' | 'any' | 'exists' | 'unset';
  readonly events?: readonly ProposedInRecording[] | number;
  readonly data?: string;
  readonly from?: number | string;
  readonly back?: boolean;
  readonly count?: number;
  readonly max?: number;
  readonly compatibility?: number;
}

export interface ProposedInRecording {
  readonly id: string;
  readonly type: string | null;
  readonly contentType: string | null;
  readonly data: LongText;
  readonly metadata: LongText;
}

export type RecordedPlace =
  | string
  | {
      readonly at?: string;
      readonly atRemoved?: string;
      readonly insideRecordAfter?: string;
      readonly plus?: number;
    };

/** What a recording is played against, besides the wire. */
export interface PlayedServer {
  readonly address: string;
  restart(how: string): Promise<void>;
  scavenge(): Promise<void>;
  wait(ms: number): Promise<void>;
}

interface PlayedEvent {
  readonly stream: string;
  readonly revision: number | string;
  readonly [field: string]: unknown;
}

const OURS = ['s', 'd-', '$$d-', 'sub', 'small'];
const MAX = 2n ** 63n - 1n;

export class RecordingPlayer {
  private client: StreamsClient;
  /** Of each event, `stream@revision`, that was ever answered. */
  private readonly positions = new Map<string, string>();
  private readonly labels = new Map<string, string>();

  constructor(private readonly server: PlayedServer) {
    this.client = clientOf(server);
  }

  close(): void {
    this.client.close();
  }

  async play(call: RecordedCall): Promise<unknown> {
    if (call.append !== undefined) return this.append(call.append, call);
    if (call.metadata !== undefined) return this.metadata(call.metadata, call);
    if (call.read !== undefined) return this.read(streamRead(call.read, call));
    if (call.readAll !== undefined) return this.read(await this.allRead(call.readAll, call));
    if (call.delete !== undefined) return this.remove('delete', call.delete, call);
    if (call.tombstone !== undefined) return this.remove('tombstone', call.tombstone, call);
    if (call.waitMs !== undefined) await this.server.wait(call.waitMs);
    if (call.restart !== undefined) await this.restart(call.restart);
    if (call.scavenge) return this.server.scavenge().then(() => ({ result: 'Success' }));
    return {};
  }

  private async restart(how: string): Promise<void> {
    this.client.close();
    await this.server.restart(how);
    this.client = clientOf(this.server);
  }

  /** Of one event, read where it was not answered before. */
  private async positionOf(label: string): Promise<bigint> {
    const known = this.positions.get(label);
    if (known !== undefined) return BigInt(known);
    const [stream, revision] = label.split('@') as [string, string];
    await this.read(streamRead(stream, { from: Number(revision), count: 1 }));
    const read = this.positions.get(label);
    if (read === undefined) throw new Error(`${label} is not there to be read`);
    return BigInt(read);
  }

  private append(stream: string, { expected, events }: RecordedCall): Promise<unknown> {
    const messages = Array.isArray(events)
      ? (events as readonly ProposedInRecording[]).map(proposed)
      : [ANY_EVENT];
    return this.send(stream, expected, messages, (label) => label);
  }

  private metadata(stream: string, { expected, data = '' }: RecordedCall): Promise<unknown> {
    const event = proposed({
      ...{ id: crypto.randomUUID(), type: '$metadata', contentType: 'application/json' },
      ...{ data, metadata: '' },
    });
    return this.send(`$$${stream}`, expected, [event], () => 'given');
  }

  private send(
    stream: string,
    expected: RecordedCall['expected'],
    messages: readonly AppendReq.ProposedMessage[],
    nameOf: (label: string) => string,
  ): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const call = this.client.append((error, response) =>
      resolve(error ? faultOf(error) : this.answerTo(stream, response as AppendResp, nameOf)),
    );
    const options = new AppendReq.Options().setStreamIdentifier(identifier(stream));
    call.write(new AppendReq().setOptions(expecting(options, expected)));
    for (const message of messages) call.write(new AppendReq().setProposedMessage(message));
    call.end();
    return promise;
  }

  private answerTo(stream: string, response: AppendResp, nameOf: (label: string) => string): unknown {
    const success = response.getSuccess();
    if (!success) return { wrong: wrongIn(response.getWrongExpectedVersion()!) };
    const revision = success.hasNoStream() ? 'no_stream' : Number(success.getCurrentRevision());
    const position = success.getPosition();
    if (!position) return { ok: revision, pos: 'no_position' };
    const label = `${stream}@${revision}`;
    const at = position.getCommitPosition();
    const known = this.labels.get(at);
    if (known === undefined && !this.positions.has(label)) this.learn(label, at);
    return { ok: revision, pos: nameOf(this.labels.get(at) ?? 'of no event') };
  }

  private remove(how: 'delete' | 'tombstone', stream: string, { expected }: RecordedCall): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const done = (error: grpc.ServiceError | null): void =>
      resolve(error ? faultOf(error) : { deleted: true, pos: 'given' });
    if (how === 'delete') {
      const options = new DeleteReq.Options().setStreamIdentifier(identifier(stream));
      this.client.delete(new DeleteReq().setOptions(expecting(options, expected)), done);
    } else {
      const options = new TombstoneReq.Options().setStreamIdentifier(identifier(stream));
      this.client.tombstone(new TombstoneReq().setOptions(expecting(options, expected)), done);
    }
    return promise;
  }

  private async allRead(place: RecordedPlace, call: RecordedCall): Promise<ReadReq.Options> {
    const all = new ReadReq.Options.AllOptions();
    if (place === 'start') all.setStart(new Empty());
    else if (place === 'end') all.setEnd(new Empty());
    else {
      const [commit, prepare] = await this.placeOf(place);
      const position = new ReadReq.Options.Position();
      all.setPosition(position.setCommitPosition(String(commit)).setPreparePosition(String(prepare)));
    }
    const expression = new ReadReq.Options.FilterOptions.Expression().setPrefixList([...OURS]);
    const filter = new ReadReq.Options.FilterOptions().setStreamIdentifier(expression);
    filter.setCheckpointintervalmultiplier(1);
    if (call.max === undefined) filter.setCount(new Empty());
    else filter.setMax(call.max);
    return reading(call).setAll(all).setFilter(filter);
  }

  private async placeOf(place: Exclude<RecordedPlace, 'start' | 'end'>): Promise<[bigint, bigint]> {
    if (place === 'past the end') return [MAX - 1n, MAX - 1n];
    if (place === 'prepare above commit') return [5n, 6n];
    if (place === '2^63') return [MAX + 1n, MAX + 1n];
    if (typeof place === 'string') throw new Error(`no such place: ${place}`);
    const label = place.at ?? place.atRemoved ?? place.insideRecordAfter;
    const at = (await this.positionOf(label as string)) + BigInt(place.plus ?? 0);
    return [at, at];
  }

  private read(options: ReadReq.Options): Promise<unknown[]> {
    const { promise, resolve } = Promise.withResolvers<unknown[]>();
    const answers: unknown[] = [];
    const call = this.client.read(new ReadReq().setOptions(options));
    call.on('data', (response: ReadResp) => answers.push(this.messageOf(response)));
    call.on('error', (error: grpc.ServiceError) => {
      answers.push(faultOf(error));
      resolve(answers);
    });
    call.on('end', () => resolve(answers));
    return promise;
  }

  private messageOf(response: ReadResp): unknown {
    if (response.hasStreamNotFound())
      return { streamNotFound: nameIn(response.getStreamNotFound()!.getStreamIdentifier()) };
    if (response.hasFirstStreamPosition()) return { firstStreamPosition: response.getFirstStreamPosition() };
    if (response.hasLastStreamPosition()) return { lastStreamPosition: response.getLastStreamPosition() };
    const read = response.getEvent()!;
    const event = read.getEvent()!;
    const played = playedEvent(read, event);
    this.learn(`${played.stream}@${played.revision}`, event.getCommitPosition());
    return { event: played };
  }

  private learn(label: string, position: string): void {
    this.positions.set(label, position);
    this.labels.set(position, label);
  }
}

const clientOf = ({ address }: PlayedServer): StreamsClient =>
  new StreamsClient(address, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });

/** With those of its trailers that are the server's, not gRPC's. */
function faultOf(error: grpc.ServiceError): unknown {
  const trailers = Object.entries(error.metadata.getMap()).filter(([name]) => NAMED.has(name));
  return { error: error.code, details: error.details, trailers: Object.fromEntries(trailers) };
}

const NAMED = new Set([
  ...['exception', 'stream-name', 'expected-version', 'actual-version'],
  ...['required-metadata-properties', 'maximum-append-size'],
]);

function playedEvent(read: ReadResp.ReadEvent, event: ReadResp.ReadEvent.RecordedEvent): PlayedEvent {
  const metadata = event.getMetadataMap();
  const commit = event.getCommitPosition();
  const stream = nameIn(event.getStreamIdentifier());
  const revision = event.getStreamRevision();
  const type = metadata.get('type') ?? '';
  return {
    stream,
    revision: Number.isSafeInteger(Number(revision)) ? Number(revision) : revision,
    id:
      stream.startsWith('$$') || type.startsWith('$') ? 'of the server' : (event.getId()?.getString() ?? ''),
    type,
    contentType: metadata.get('content-type') ?? '',
    created: /^\d{17}$/.test(metadata.get('created') ?? '') ? 'ticks' : (metadata.get('created') ?? ''),
    data: shortTextOf(event.getData_asU8()),
    metadata: shortTextOf(event.getCustomMetadata_asU8()),
    positionsEqual: commit === event.getPreparePosition(),
    commitPosition: read.getCommitPosition() === commit ? 'of the event' : read.getCommitPosition(),
  };
}

function wrongIn(wrong: AppendResp.WrongExpectedVersion): unknown {
  const current = wrong.hasCurrentNoStream() ? 'current_no_stream' : Number(wrong.getCurrentRevision());
  const current2060 = wrong.hasNoStream2060() ? 'no_stream' : wrong.getCurrentRevision2060();
  const expected = wrong.hasExpectedAny()
    ? 'any'
    : wrong.hasExpectedStreamExists()
      ? 'exists'
      : wrong.hasExpectedNoStream()
        ? 'none'
        : Number(wrong.getExpectedRevision());
  const expected2060 = wrong.hasAny2060()
    ? 'any'
    : wrong.hasStreamExists2060()
      ? 'exists'
      : wrong.getExpectedRevision2060();
  return { cur: current, exp: expected, cur2060: current2060, exp2060: expected2060 };
}

function streamRead(stream: string, call: RecordedCall): ReadReq.Options {
  const place = new ReadReq.Options.StreamOptions().setStreamIdentifier(identifier(stream));
  if (call.from === 'start') place.setStart(new Empty());
  else if (call.from === 'end') place.setEnd(new Empty());
  else place.setRevision(String(call.from));
  return reading(call).setStream(place).setNoFilter(new Empty());
}

function reading({ back, count, compatibility }: RecordedCall): ReadReq.Options {
  const { BACKWARDS, FORWARDS } = ReadReq.Options.ReadDirection;
  const options = new ReadReq.Options()
    .setReadDirection(back ? BACKWARDS : FORWARDS)
    .setResolveLinks(false)
    .setCount(String(count ?? MAX))
    .setUuidOption(new ReadReq.Options.UUIDOption().setString(new Empty()));
  if (compatibility !== undefined)
    options.setControlOption(new ReadReq.Options.ControlOption().setCompatibility(compatibility));
  return options;
}

interface Expecting<Options> {
  setRevision(value: string): Options;
  setNoStream(value: Empty): Options;
  setAny(value: Empty): Options;
  setStreamExists(value: Empty): Options;
}

function expecting<Options extends Expecting<Options>>(
  options: Options,
  expected: RecordedCall['expected'],
): Options {
  if (typeof expected === 'number') return options.setRevision(String(expected));
  if (expected === 'none') return options.setNoStream(new Empty());
  if (expected === 'any') return options.setAny(new Empty());
  return expected === 'exists' ? options.setStreamExists(new Empty()) : options;
}

function proposed({ id, type, contentType, data, metadata }: ProposedInRecording): AppendReq.ProposedMessage {
  const message = new AppendReq.ProposedMessage()
    .setId(new UUID().setString(id))
    .setData(bytesOf(data))
    .setCustomMetadata(bytesOf(metadata));
  if (type !== null) message.getMetadataMap().set('type', type);
  if (contentType !== null) message.getMetadataMap().set('content-type', contentType);
  return message;
}

const ANY_EVENT = proposed({
  ...{ id: '7d0f0d0a-5d0f-4f0e-8c3a-3f6b9f1a2b3c', type: 'A', contentType: 'application/json' },
  ...{ data: '{}', metadata: '' },
});

const identifier = (stream: string): StreamIdentifier =>
  new StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(stream)));

const nameIn = (stream: StreamIdentifier | undefined): string =>
  Buffer.from(stream?.getStreamName_asU8() ?? []).toString('utf8');
