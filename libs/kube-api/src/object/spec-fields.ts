// Reads fields of a spec, where anything may stand: the definitions are lax on purpose, and somebody else's may be
// laxer. What is bad is refused by the path of its field.
import { invalid, type Rejection } from '@holdfast/ipam';
import type { JsonObject } from '../port/kubernetes-object';

export type FieldRead<Value> =
  | { readonly value: Value; readonly rejected?: undefined }
  | { readonly rejected: Rejection; readonly value?: undefined };

/** How much of what somebody wrote a message repeats. */
const QUOTED_CHARACTERS_MAX = 64;

/** Texts without the space around them; absent and null are empty. */
export function readTexts<Field extends string>(
  spec: JsonObject,
  fields: readonly Field[],
): FieldRead<Readonly<Record<Field, string>>> {
  const texts: Partial<Record<Field, string>> = {};
  for (const field of fields) {
    const value = spec[field] ?? '';
    if (typeof value !== 'string') return invalid(`spec.${field}`, `is no text but ${quotedText(value)}`);
    texts[field] = value.trim();
  }
  return { value: texts as Record<Field, string> };
}

/** A list of texts as they are; absent and null are empty. */
export function readTextList(spec: JsonObject, field: string): FieldRead<readonly string[]> {
  const value = spec[field] ?? [];
  if (!Array.isArray(value)) return invalid(`spec.${field}`, `is no list but ${quotedText(value)}`);
  const odd = value.findIndex((entry) => typeof entry !== 'string');
  if (odd >= 0) return invalid(`spec.${field}[${odd}]`, `is no text but ${quotedText(value[odd])}`);
  return { value: value as readonly string[] };
}

/** Entries that a message repeats: a sentence, not a file. */
const LISTED_MAX = 5;

/** Some of what somebody wrote, for a sentence. */
export function listed(entries: readonly string[]): string {
  const shown = entries.slice(0, LISTED_MAX).map(quotedText).join(', ');
  return entries.length > LISTED_MAX ? `${shown} and ${entries.length - LISTED_MAX} more` : shown;
}

/** What somebody wrote, safe to repeat in a sentence. */
export function quotedText(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text;
}
