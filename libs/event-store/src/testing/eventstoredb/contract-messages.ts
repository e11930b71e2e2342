// Between the log and the Streams protocol, on the server's side of the wire.
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import {
  AllStreamPosition,
  Empty,
  StreamDeleted,
  StreamIdentifier,
  UUID,
  WrongExpectedVersion,
} from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import {
  type AppendReq,
  AppendResp,
  type BatchAppendReq,
  BatchAppendResp,
  DeleteResp,
  ReadResp,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import type { Expected, LogWrite } from './contract-append';
import { ContractFault, HANDLER_THREW, missingProperty, streamDeleted } from './contract-faults';
import { type LogEvent, NO_EVENT, type Proposed } from './contract-log';

/** `created` is in ticks of 100 ns since 1970. */
const TICKS_PER_MS = 10_000n;

export function utf8Of(identifier: StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

/** @throws ContractFault for what the server does not take */
export function proposedOf(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): Proposed {
  const metadata = message.getMetadataMap();
  const [type, contentType] = ['type', 'content-type'].map((name) => metadata.get(name));
  if (type === undefined) throw missingProperty('type');
  if (contentType === undefined) throw missingProperty('content-type');
  const id = idIn(message.getId());
  if (type === '' || !UUID_FORM.test(id) || id === NO_ID) throw HANDLER_THREW;
  return {
    id,
    type,
    contentType: contentType === 'application/json' ? contentType : 'application/octet-stream',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

const UUID_FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NO_ID = '00000000-0000-0000-0000-000000000000';

function idIn(id: UUID | undefined): string {
  const structured = id?.getStructured();
  if (!structured) return id?.getString() ?? '';
  const bits = [structured.getMostSignificantBits(), structured.getLeastSignificantBits()];
  const hex = bits.map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

interface ExpectingOptions {
  hasRevision(): boolean;
  getRevision(): string;
  hasNoStream(): boolean;
  hasAny(): boolean;
  hasStreamExists(): boolean;
}

/** @throws ContractFault where nothing is expected */
export function expectedIn(options: ExpectingOptions): Expected {
  if (options.hasRevision()) return BigInt(options.getRevision());
  if (options.hasNoStream()) return NO_EVENT;
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'exists';
  throw new ContractFault(3, 'expected revision is not set');
}

export function expectedOfBatch(options: BatchAppendReq.Options): Expected {
  if (options.hasStreamPosition()) return BigInt(options.getStreamPosition());
  if (options.hasNoStream()) return NO_EVENT;
  return options.hasAny() ? 'any' : 'exists';
}

/** The numbers that a fault tells for what was expected. */
export const versionOf = (expected: Expected): string =>
  expected === 'any' ? '-2' : expected === 'exists' ? '-4' : String(expected);

/** @throws ContractFault for a stream that is deleted */
export function appendResponse(written: LogWrite, expected: Expected, stream: string): AppendResp {
  if ('deleted' in written) throw streamDeleted(stream);
  if ('current' in written) {
    const message = conflict(written.current, expected);
    const response = new AppendResp().setWrongExpectedVersion(message);
    return expected === NO_EVENT ? withNoStream2060(response, message) : response;
  }
  const success = new AppendResp.Success();
  if (written.revision === NO_EVENT) success.setNoStream(new Empty());
  else success.setCurrentRevision(String(written.revision));
  if (written.position === undefined) success.setNoPosition(new Empty());
  else success.setPosition(positionOf(new AppendResp.Position(), written.position));
  return new AppendResp().setSuccess(success);
}

/** The fields of 20.6.0 are set too: they have numbers of 64 bits, which these messages hold as doubles. */
function conflict(current: bigint, expected: Expected): AppendResp.WrongExpectedVersion {
  const message = new AppendResp.WrongExpectedVersion();
  if (current === NO_EVENT) message.setCurrentNoStream(new Empty()).setNoStream2060(new Empty());
  else message.setCurrentRevision(String(current)).setCurrentRevision2060(Number(current));
  if (expected === 'any') return message.setExpectedAny(new Empty()).setAny2060(new Empty());
  if (expected === 'exists')
    return message.setExpectedStreamExists(new Empty()).setStreamExists2060(new Empty());
  if (expected === NO_EVENT) return message.setExpectedNoStream(new Empty());
  return message.setExpectedRevision(String(expected)).setExpectedRevision2060(Number(expected));
}

/**
 * Adds `expected_revision_20_6_0` = 2^64-1, as the server does: these messages hold numbers of 64 bits as doubles, which have no
 * such number.
 */
function withNoStream2060(response: AppendResp, message: AppendResp.WrongExpectedVersion): AppendResp {
  const field = [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
  const inner = [...message.serializeBinary(), ...field];
  return Object.assign(response, { serializeBinary: () => Uint8Array.from([0x12, inner.length, ...inner]) });
}

export function batchResponse(
  written: LogWrite | ContractFault,
  correlationId: UUID | undefined,
  stream: StreamIdentifier | undefined,
): BatchAppendResp {
  const response = new BatchAppendResp().setCorrelationId(correlationId).setStreamIdentifier(stream);
  if (written instanceof ContractFault)
    return response.setError(new Status().setCode(written.code).setMessage(written.details));
  if ('deleted' in written) {
    const details = packed(new StreamDeleted().setStreamIdentifier(stream), 'StreamDeleted');
    return response.setError(new Status().setCode(9).setMessage('StreamDeleted').setDetails(details));
  }
  if ('current' in written) {
    const message = new WrongExpectedVersion();
    if (written.current === NO_EVENT) message.setCurrentNoStream(new GoogleEmpty());
    else message.setCurrentStreamRevision(String(written.current));
    const details = packed(message, 'WrongExpectedVersion');
    return response.setError(new Status().setCode(6).setMessage('WrongExpectedVersion').setDetails(details));
  }
  const success = new BatchAppendResp.Success();
  if (written.revision === NO_EVENT) success.setNoStream(new GoogleEmpty());
  else success.setCurrentRevision(String(written.revision));
  if (written.position === undefined) success.setNoPosition(new GoogleEmpty());
  else success.setPosition(positionOf(new AllStreamPosition(), written.position));
  return response.setSuccess(success);
}

function packed(message: { serializeBinary(): Uint8Array }, name: string): Any {
  const details = new Any();
  details.pack(message.serializeBinary(), `event_store.client.${name}`);
  return details;
}

export function eventResponse(event: LogEvent): ReadResp {
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(event.id))
    .setStreamIdentifier(identifierOf(event.stream))
    .setStreamRevision(String(event.revision))
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  positionOf(recorded, event.position);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', String(BigInt(event.createdAtMs) * TICKS_PER_MS));
  const read = new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(event.position));
  return new ReadResp().setEvent(read);
}

export function notFoundResponse(stream: string): ReadResp {
  const notFound = new ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream));
  return new ReadResp().setStreamNotFound(notFound);
}

function identifierOf(stream: string): StreamIdentifier {
  return new StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(stream, 'utf8')));
}

interface Positioned {
  setCommitPosition(value: string): unknown;
  setPreparePosition(value: string): unknown;
}

function positionOf<Message extends Positioned>(message: Message, position: bigint): Message {
  message.setCommitPosition(String(position));
  message.setPreparePosition(String(position));
  return message;
}

export const deletedAt = (position: bigint): DeleteResp =>
  new DeleteResp().setPosition(positionOf(new DeleteResp.Position(), position));

export const tombstonedAt = (position: bigint): TombstoneResp =>
  new TombstoneResp().setPosition(positionOf(new TombstoneResp.Position(), position));

export const checkpointAt = (position: bigint): ReadResp =>
  new ReadResp().setCheckpoint(positionOf(new ReadResp.Checkpoint(), position));
