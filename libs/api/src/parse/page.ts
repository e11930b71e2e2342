// Pages of a list: how many entries, and after which one. A token says where the page before ended, so that
// what comes and goes in between shifts nothing; it is opaque to callers and good for its own list only.
import { type Checked, all, bad, valid } from '../checked';
import type { Page } from '../query';

/** What a query may ask for at once: a reply stays well under NATS' default payload of 1 MiB. */
export const PAGE_SIZE_MAX = 1000;
const PAGE_SIZE_DEFAULT = 100;
/** The longest key is subnet and holder, under 1200 characters. */
const TOKEN_LENGTH_MAX = 2048;

export function page(list: string, request: { pageSize: number; pageToken: string }): Checked<Page> {
  return all<Page>({
    size: count('page_size', request.pageSize),
    after: pageAfter(list, request.pageToken),
  });
}

/** Of entries asked for; 0 is what proto3 has for none given. */
export function count(field: string, value: number): Checked<number> {
  if (value === 0) return valid(PAGE_SIZE_DEFAULT);
  const isSane = value >= 1 && value <= PAGE_SIZE_MAX;
  return isSane ? valid(value) : bad(field, `expected 1 to ${PAGE_SIZE_MAX}, got ${value}`);
}

/**
 * The token that goes with a page of `list` (an operation's name).
 * @param last the page's last entry, by its key; `undefined` when no page follows
 */
export function pageToken(list: string, last: readonly string[] | undefined): string {
  return last ? Buffer.from(JSON.stringify([list, ...last])).toString('base64url') : '';
}

function pageAfter(list: string, token: string): Checked<readonly string[] | undefined> {
  if (token === '') return valid(undefined);
  const [of, ...after] = token.length <= TOKEN_LENGTH_MAX ? readToken(token) : [];
  return of === list && after.length > 0
    ? valid(after)
    : bad('page_token', 'expected the next_page_token of this list');
}

function readToken(token: string): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : [];
  } catch {
    return [];
  }
}
