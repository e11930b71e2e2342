// ProtoJSON to message, strictly: unknown fields, fields given twice and wrong types are refused, and where they
// are is said.
import {
  type DescMessage,
  type JsonValue,
  type MessageShape,
  fromJson,
  fromJsonString,
} from '@bufbuild/protobuf';
import { type Checked, type Invalid, bad, quoted, valid } from '../checked';
import { findJsonFault } from './json-fault';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** No text at all is the empty message. */
export function messageFromJsonBytes<Desc extends DescMessage>(
  schema: Desc,
  payload: Uint8Array,
): Checked<MessageShape<Desc>> {
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    return bad('request', 'is no JSON: not well-formed UTF-8');
  }
  return messageFromJsonText(schema, text.trim() === '' ? '{}' : text);
}

function messageFromJsonText<Desc extends DescMessage>(
  schema: Desc,
  text: string,
): Checked<MessageShape<Desc>> {
  try {
    return valid(fromJsonString(schema, text));
  } catch (error) {
    try {
      return { invalid: explain(schema, JSON.parse(text) as JsonValue, error as Error) };
    } catch (syntax) {
      return bad('request', `is no JSON: ${quoted((syntax as Error).message)}`);
    }
  }
}

export function messageFromJsonValue<Desc extends DescMessage>(
  schema: Desc,
  json: JsonValue,
): Checked<MessageShape<Desc>> {
  try {
    return valid(fromJson(schema, json));
  } catch (error) {
    return { invalid: explain(schema, json, error as Error) };
  }
}

/** Looks only once something is known to be wrong, so that what is right is read once. */
function explain(schema: DescMessage, json: JsonValue, error: Error): Invalid {
  const reason = error.message.replace(/^cannot decode .*? from JSON: /, '');
  return findJsonFault(schema, json) ?? { field: 'request', message: reason };
}
