// An append in the Streams protocol: what is asked, and what the answer means.
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { AppendReq, type AppendResp } from '@eventstore/db-client/generated/streams_pb';
import { NO_STREAM, type NewEvent, type Position, type Version } from '../port/event-store';
import { toPosition } from './position';

export type AppendAnswer =
  /** Both of the last event; there is no position where an append that was done before is hidden from readers. */
  | { readonly outcome: 'appended'; readonly version: Version; readonly position: Position | undefined }
  | { readonly outcome: 'conflict'; readonly actual: Version };

/** Where to append comes first, then a message an event. */
export function appendRequests(
  stream: string,
  expected: Version,
  events: readonly NewEvent[],
): readonly AppendReq[] {
  const options = new AppendReq.Options().setStreamIdentifier(identify(stream));
  if (expected === NO_STREAM) options.setNoStream(new Empty());
  else options.setRevision(String(expected));
  return [new AppendReq().setOptions(options), ...events.map(proposal)];
}

export function identify(stream: string): StreamIdentifier {
  return new StreamIdentifier().setStreamName(bytesOf(stream));
}

function proposal(event: NewEvent): AppendReq {
  const message = new AppendReq.ProposedMessage()
    .setId(new UUID().setString(event.id))
    .setData(bytesOf(event.data))
    .setCustomMetadata(bytesOf(event.metadata));
  message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
  return new AppendReq().setProposedMessage(message);
}

/** A plain Uint8Array: the generated code does not take a Buffer for one. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'utf8'));
}

export function answerOf(response: AppendResp): AppendAnswer {
  const conflict = response.getWrongExpectedVersion();
  if (conflict) {
    const actual = conflict.hasCurrentRevision() ? Number(conflict.getCurrentRevision()) : NO_STREAM;
    return { outcome: 'conflict', actual };
  }
  const success = response.getSuccess();
  const position = success?.getPosition();
  return {
    outcome: 'appended',
    version: success?.hasCurrentRevision() ? Number(success.getCurrentRevision()) : NO_STREAM,
    position: position && toPosition(position.getCommitPosition(), position.getPreparePosition()),
  };
}
