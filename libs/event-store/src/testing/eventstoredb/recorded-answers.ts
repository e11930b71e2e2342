// The answers of a recording, in full: an event is written out the first time and by its name from then on, and names of streams
// have a prefix in some texts.
import { bytesOf, type LongText, shortTextOf } from './long-text';
import type { RecordedCall } from './recording-player';

/** Calls that are not played, each with its reason. */
const EXCUSED: readonly { readonly what: (call: RecordedCall) => boolean; readonly reason: string }[] = [
  {
    what: (call) => call.subscribe !== undefined,
    reason:
      'what was appended meanwhile is not recorded as a call; eventstoredb-contract-server.spec.ts subscribes',
  },
];

export const isExcused = (call: RecordedCall): boolean => EXCUSED.some(({ what }) => what(call));

export class ExpectedAnswers {
  private readonly events = new Map<string, unknown>();

  of(answer: unknown): unknown {
    return normal(Array.isArray(answer) ? answer.map((message) => this.inFull(message)) : answer);
  }

  private inFull(message: unknown): unknown {
    const { event } = message as { readonly event?: string | Record<string, unknown> };
    if (event === undefined) return message;
    if (typeof event === 'string') return { event: this.events.get(event) };
    const full = { ...event };
    if (String(event['stream']).startsWith('$$') || String(event['type']).startsWith('$'))
      full['id'] = 'of the server';
    for (const field of ['data', 'metadata']) full[field] = shortTextOf(bytesOf(full[field] as LongText));
    this.events.set(`${String(event['stream'])}@${String(event['revision'])}`, full);
    return { event: full };
  }
}

export const asPlayed = (answer: unknown): unknown => normal(answer);

/** With the fields of each object in one order, and without what is one server's own. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [
        name,
        name === 'details' ? String(inner).replace(/rmx415dbq-/g, '') : normal(inner),
      ]),
  );
}
