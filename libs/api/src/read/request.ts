// From what came over the wire to what it means, in one step: size, coding, fields. Nothing else gets in.
import { type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { type Rejection, invalid } from '@holdfast/ipam';
import { type Checked, andThen, bad } from '../checked';
import type { Operation } from '../operation';
import { messageFromBinary } from './binary';
import type { Coding } from './coding';
import { messageFromJsonBytes } from './json';

/** A request has 4096 exclusions at most; what is larger is no request. */
export const MESSAGE_BYTES_MAX = 256 * 1024;

export type ReadRequest<Meaning> =
  | { readonly meaning: Meaning; readonly rejected?: undefined }
  | { readonly rejected: Rejection; readonly meaning?: undefined };

/** Rejects with `InvalidArgument`, whose `field` is spelt as in the .proto files (`presentRejection` respells it). */
export function readRequest<Request extends DescMessage, Meaning>(
  operation: Operation<Request, DescMessage, Meaning>,
  payload: Uint8Array,
  coding: Coding,
): ReadRequest<Meaning> {
  return understand(operation, decodeRequest(operation.request, payload, coding));
}

export function decodeRequest<Desc extends DescMessage>(
  schema: Desc,
  payload: Uint8Array,
  coding: Coding,
): Checked<MessageShape<Desc>> {
  if (payload.length > MESSAGE_BYTES_MAX) {
    return bad('request', `has ${payload.length} bytes, at most ${MESSAGE_BYTES_MAX} are taken`);
  }
  return coding === 'json' ? messageFromJsonBytes(schema, payload) : messageFromBinary(schema, payload);
}

export function understand<Request extends DescMessage, Meaning>(
  operation: Operation<Request, DescMessage, Meaning>,
  message: Checked<MessageShape<Request>>,
): ReadRequest<Meaning> {
  const checked = andThen(message, (request) => operation.parse(request));
  return checked.invalid
    ? invalid(checked.invalid.field, checked.invalid.message)
    : { meaning: checked.value };
}
