// Messages onto the wire. JSON says every field that has no way to be absent, also when it is empty: a client
// finds a list where the contract says one.
import {
  type DescMessage,
  type Message,
  type MessageInitShape,
  create,
  toBinary,
  toJsonString,
} from '@bufbuild/protobuf';
import type { Operation } from '../operation';
import type { Coding } from '../read/coding';

/** A message's fields as an object literal. */
export type FieldsOf<Desc extends DescMessage> = Exclude<MessageInitShape<Desc>, Message>;

export function encodeReply<Response extends DescMessage>(
  operation: Operation<DescMessage, Response>,
  reply: MessageInitShape<Response>,
  coding: Coding,
): Uint8Array {
  return encodeMessage(operation.response, reply, coding);
}

const utf8 = new TextEncoder();

export function encodeMessage<Desc extends DescMessage>(
  schema: Desc,
  init: MessageInitShape<Desc>,
  coding: Coding,
): Uint8Array {
  const message = create(schema, init);
  return coding === 'json'
    ? utf8.encode(toJsonString(schema, message, { alwaysEmitImplicit: true }))
    : toBinary(schema, message);
}
