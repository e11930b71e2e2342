// A page of a sorted list, and what an answer is: found, or refused.
import type { Page } from '@holdfast/api';
import {
  type LabelSelector,
  type LabelSubject,
  type Rejection,
  type SubnetState,
  matchesLabels,
  reject,
} from '@holdfast/ipam';

/** A part of a sorted list; `last` is its last entry's key when more follows. */
export interface Listed<Entry> {
  readonly entries: readonly Entry[];
  readonly last?: readonly string[];
}

export type Found<Value> =
  | { readonly found: Value; readonly rejected?: undefined }
  | { readonly rejected: Rejection };

export function noSubnet(name: string): { rejected: Rejection } {
  return reject('SubnetNotFound', `There is no subnet ${name}; define it first.`, { subnet: name });
}

/** Whether it has such labels as are asked for, if any are. */
export const isSelectedBy = (
  selector: LabelSelector | undefined,
  { labels }: SubnetState,
  subject: LabelSubject,
): boolean => selector === undefined || matchesLabels(selector, labels.of(subject));

/** The first `size` entries after `after` in key order, in one pass and without sorting all of them. */
export function sortedPage<Entry>(
  entries: Iterable<Entry>,
  keyOf: (entry: Entry) => readonly string[],
  { size, after }: Page,
): Listed<Entry> {
  const page: { readonly key: readonly string[]; readonly entry: Entry }[] = [];
  for (const entry of entries) {
    const key = keyOf(entry);
    if (after && compareKeys(key, after) <= 0) continue;
    const greatest = page[page.length - 1];
    if (page.length > size && greatest && compareKeys(key, greatest.key) >= 0) continue;
    page.splice(placeOf(page, key), 0, { key, entry });
    if (page.length > size + 1) page.pop();
  }
  const hasMore = page.length > size;
  const shown = page.slice(0, size);
  return {
    entries: shown.map(({ entry }) => entry),
    ...(hasMore && { last: shown[shown.length - 1]?.key }),
  };
}

function placeOf(page: readonly { readonly key: readonly string[] }[], key: readonly string[]): number {
  let [low, high] = [0, page.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys((page[middle] as { key: readonly string[] }).key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length; at += 1) {
    const [left = '', right = ''] = [a[at], b[at]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
