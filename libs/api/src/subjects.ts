// What things are called on NATS: the subjects that commands and queries are sent to, those that events are
// published on, and the headers. Part of the contract: written down in libs/api/CONTRACT.md and event.proto.

/** Every subject of this version of the contract begins with it. */
export const SUBJECT_PREFIX = 'holdfast.v1';

/** All events. */
export const EVENT_SUBJECTS = `${SUBJECT_PREFIX}.events.>`;

export const NATS_HEADERS = {
  /** Of requests: the coding of the payload, JSON when absent. Replies and events have it too. */
  contentType: 'Content-Type',
  /** Of events: the event's id, to deduplicate by. */
  messageId: 'Nats-Msg-Id',
  /** Of events: the mark, by which who publishes finds out where it was, and whether the stream is its ledger's at all. */
  ledger: 'Holdfast-Ledger',
  position: 'Holdfast-Position',
  event: 'Holdfast-Event',
  incarnation: 'Holdfast-Incarnation',
  /** Of what JetStream is to keep only as the very next message. */
  expectedLastSequence: 'Nats-Expected-Last-Sequence',
  /** Of replies that are refusals (NATS ADR-32). */
  errorCode: 'Nats-Service-Error-Code',
  error: 'Nats-Service-Error',
} as const;

/** The service's name in NATS' discovery (`$SRV.INFO.holdfast`). */
export const SERVICE_NAME = 'holdfast';

/** Servers of one ledger share the requests among themselves. */
export const QUEUE_GROUP = 'holdfast';

export interface EventPlace {
  /** Of the stream: "subnet" or "vip". */
  readonly category: string;
  /** Of the stream: the subnet's or Vip's name. */
  readonly id: string;
  readonly type: string;
}

/** `holdfast.v1.events.<category>.<id>.<type>` */
export function eventSubject({ category, id, type }: EventPlace): string {
  return [SUBJECT_PREFIX, 'events', category, id, type]
    .map((part, at) => (at === 0 ? part : subjectToken(part)))
    .join('.');
}

/**
 * Any text as one token of a subject, no two alike: `.` becomes `_`, which no name of ours has; whatever else is
 * not of `A-Za-z0-9-` becomes `%` and hexadecimal, byte by byte.
 */
export function subjectToken(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/gu, (character) => (character === '.' ? '_' : percent(character)));
}

function percent(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
