// Between the log and the Streams protocol, on the server's side of the wire.
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import {
  AllStreamPosition,
  Empty,
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
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb';
import type { Expected, LogEvent, Proposed, LogWrite } from './contract-log';

export function utf8Of(identifier: StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

export function proposedOf(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): Proposed {
  return {
    id: message.getId()?.getString() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

export function expectedOfAppend(options: AppendReq.Options): Expected {
  if (options.hasRevision()) return Number(options.getRevision());
  if (options.hasNoStream()) return -1;
  return options.hasAny() ? 'any' : 'exists';
}

export function expectedOfBatch(options: BatchAppendReq.Options): Expected {
  if (options.hasStreamPosition()) return Number(options.getStreamPosition());
  if (options.hasNoStream()) return -1;
  return options.hasAny() ? 'any' : 'exists';
}

/** An append that was done before gets no position, as some servers have it. */
export function appendResponse(written: LogWrite, expected: Expected): AppendResp {
  const response = new AppendResp();
  if ('revision' in written) {
    const success = new AppendResp.Success().setCurrentRevision(String(written.revision));
    if (written.isRepeated) success.setNoPosition(new Empty());
    else success.setPosition(positionOf(new AppendResp.Position(), written.last));
    return response.setSuccess(success);
  }
  const conflict = new AppendResp.WrongExpectedVersion();
  if (written.current < 0) conflict.setCurrentNoStream(new Empty());
  else conflict.setCurrentRevision(String(written.current));
  if (typeof expected === 'number' && expected >= 0) conflict.setExpectedRevision(String(expected));
  else conflict.setExpectedNoStream(new Empty());
  return response.setWrongExpectedVersion(conflict);
}

export function batchResponse(
  written: LogWrite,
  correlationId: UUID | undefined,
  stream: StreamIdentifier | undefined,
): BatchAppendResp {
  const response = new BatchAppendResp().setCorrelationId(correlationId).setStreamIdentifier(stream);
  if ('revision' in written) {
    const success = new BatchAppendResp.Success().setCurrentRevision(String(written.revision));
    return response.setSuccess(success.setPosition(positionOf(new AllStreamPosition(), written.last)));
  }
  const conflict = new WrongExpectedVersion();
  if (written.current < 0) conflict.setCurrentNoStream(new GoogleEmpty());
  else conflict.setCurrentStreamRevision(String(written.current));
  const details = new Any();
  details.pack(conflict.serializeBinary(), 'event_store.client.WrongExpectedVersion');
  return response.setError(new Status().setMessage('wrong expected version').setDetails(details));
}

export function eventResponse(event: LogEvent): ReadResp {
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(event.id))
    .setStreamIdentifier(identifierOf(event.stream))
    .setStreamRevision(String(event.revision))
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  positionOf(recorded, event);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', '0');
  const read = new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(event.commit));
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

function positionOf<Message extends Positioned>(message: Message, { commit, prepare }: LogEvent): Message {
  message.setCommitPosition(String(commit));
  message.setPreparePosition(String(prepare));
  return message;
}
