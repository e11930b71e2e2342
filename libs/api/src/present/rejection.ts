// What a call is refused with, as each transport tells it.
import { create } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Rejection as RejectionMessage, RejectionSchema } from '../contract';
import { FIELD_SPELLINGS } from '../field-spelling';
import type { Coding } from '../read/coding';
import { type Refusal, type Status, statusOf } from '../status';
import { encodeMessage } from './encode';

export interface PresentedRefusal {
  readonly status: Status;
  /** One line: for a status text or a header. */
  readonly message: string;
  /** The `Rejection`, encoded. */
  readonly payload: Uint8Array;
}

export function presentRefusal(refusal: Refusal, coding: Coding): PresentedRefusal {
  const rejection = rejectionMessage(refusal, coding);
  return {
    status: statusOf(refusal),
    message: rejection.message,
    payload: encodeMessage(RejectionSchema, rejection, coding),
  };
}

/** Fields are named as in the coding that the caller used: `page_size` in binary form, `pageSize` in JSON. */
export function rejectionMessage(refusal: Refusal, coding: Coding): RejectionMessage {
  const { code, message, facts } = coding === 'json' ? respell(refusal) : refusal;
  return create(RejectionSchema, {
    code,
    message: message.replace(/\s+/g, ' '),
    facts: { ...facts },
    retryable: statusOf(refusal).retryable,
  });
}

function respell(refusal: Refusal): Refusal {
  if (refusal.code !== 'InvalidArgument') return refusal;
  const respelt = refusal.facts.field.replace(QUOTED_OR_WORD, asInJson);
  // Other fields may be named in it, too: "expected a time after from_time".
  const message = refusal.message.replace(QUOTED_OR_WORD, asInJson);
  return { ...refusal, message, facts: { ...refusal.facts, field: respelt } };
}

/** What is quoted is the caller's, and stays. */
const QUOTED_OR_WORD = /"(?:[^"\\]|\\.)*"|\w+/g;
const asInJson = (text: string): string => FIELD_SPELLINGS.get(text) ?? text;

/**
 * The value of the gRPC trailer `grpc-status-details-bin`: a google.rpc.Status (code = 1, message = 2, details = 3)
 * whose one detail is a google.protobuf.Any (type_url = 1, value = 2) of the `Rejection`.
 */
export function statusDetails(refusal: Refusal): Uint8Array {
  const { status, message, payload } = presentRefusal(refusal, 'binary');
  const any = new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .string(`type.googleapis.com/${RejectionSchema.typeName}`)
    .tag(2, WireType.LengthDelimited)
    .bytes(payload)
    .finish();
  return new BinaryWriter()
    .tag(1, WireType.Varint)
    .int32(status.grpc)
    .tag(2, WireType.LengthDelimited)
    .string(message)
    .tag(3, WireType.LengthDelimited)
    .bytes(any)
    .finish();
}
