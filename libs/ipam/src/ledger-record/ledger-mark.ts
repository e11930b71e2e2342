// Where a ledger stands, as it is noted beside each effect: it tells the ledger from any other, from its own restored past and
// from a clone. Four short texts, so that any side can keep it: a row's external_ids, a ConfigMap, a message's headers.
import type { FenceReason } from './fence-reason';

export interface LedgerMark {
  /** The ledger's id. */
  readonly ledger?: string;
  /** Of the last event that the effect shows: an opaque token of the store. */
  readonly position?: string;
  /** Which event that is: see `eventText`. */
  readonly event?: string;
  /** The process that wrote it. */
  readonly incarnation?: string;
}

/** The texts that a mark is kept in, wherever that is. */
export const MARK_FIELDS = [
  'ledger',
  'position',
  'event',
  'incarnation',
] as const satisfies (keyof LedgerMark)[];

/** @param textOf what is kept there of the field; `undefined` or empty: nothing */
export const markFrom = (textOf: (field: keyof LedgerMark) => string | undefined): LedgerMark =>
  Object.fromEntries(MARK_FIELDS.map((field) => [field, textOf(field) || undefined]));

/** What a mark is found to be, seen from a ledger. */
export type MarkVerdict =
  /** The log has that event there, and knows who wrote the mark. */
  { readonly kind: 'agrees' } | FencedVerdict;

export interface FencedVerdict {
  readonly kind: 'fenced';
  readonly why: FenceReason;
  /** For people: what was found, and what this ledger has instead. */
  readonly message: string;
}

export interface MarkedEvent {
  readonly stream: string;
  /** 0 for the stream's first. */
  readonly version: number;
  /** Made from the event's hash, which holds all events of its stream before. */
  readonly id: string;
}

/** `<stream>@<version>/<id>` */
export const eventText = ({ stream, version, id }: MarkedEvent): string => `${stream}@${version}/${id}`;

/** `undefined` for what is no such text. */
export function parseEventText(text: string): MarkedEvent | undefined {
  const [, stream, version, id] = /^(.+)@(\d{1,15})\/([^/@]+)$/s.exec(text) ?? [];
  if (stream === undefined || version === undefined || id === undefined) return undefined;
  return { stream, version: Number(version), id };
}

export const isSameMark = (a: LedgerMark, b: LedgerMark): boolean =>
  MARK_FIELDS.every((field) => a[field] === b[field]);

/** Nothing was ever noted. */
export const isUnmarked = (mark: LedgerMark): boolean => isSameMark(mark, {});
