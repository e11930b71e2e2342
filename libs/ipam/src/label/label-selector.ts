// Which labels somebody must wear: the entries of a Vip's selector, read and matched. Kubernetes' label selector
// syntax and the older `key: value`. It refuses what it cannot read, because an entry that is passed over widens
// the selection. It does not know what wears the labels, nor in which namespace.
import { type Labels, isLabelKey, isLabelValue } from './labels';

/** A selector of more entries, or an entry of more characters, is a mistake and not a choice. */
export const SELECTOR_ENTRIES_MAX = 64;
export const SELECTOR_ENTRY_LENGTH_MAX = 1024;

/**
 * One condition on one label. `in`: it is there, with one of the values. `notin`: it is not there, or has none of
 * the values. `exists` and `absent` have no values.
 */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent';
  readonly values: readonly string[];
}

/** All must hold; none at all selects everything. */
export type LabelSelector = readonly LabelRequirement[];

export interface MalformedSelector {
  /** Which entry, from 0; absent when there are too many of them. */
  readonly at?: number;
  /** What is wrong with it, and what would be right. */
  readonly message: string;
}

export type ParsedSelector =
  | { readonly selector: LabelSelector; readonly malformed?: undefined }
  | { readonly malformed: MalformedSelector; readonly selector?: undefined };

/**
 * Reads selector entries. Each is one requirement, or several with commas between them: `app: web` (as
 * Kube-OVN's Vips have it), `app=web`, `app==web`, `app!=web`, `app in (web, api)`, `app notin (web)`, `app`, `!app`.
 * Keys and values are Kubernetes' (prefix a DNS subdomain; name and value up to 63 characters of `A-Za-z0-9_.-`;
 * a value may be empty). See "Labels and Selectors" in the Kubernetes documentation.
 */
export function parseLabelSelector(entries: readonly string[]): ParsedSelector {
  if (entries.length > SELECTOR_ENTRIES_MAX) {
    return { malformed: { message: `at most ${SELECTOR_ENTRIES_MAX} entries, not ${entries.length}` } };
  }
  const selector: LabelRequirement[] = [];
  for (const [at, entry] of entries.entries()) {
    if (entry.length > SELECTOR_ENTRY_LENGTH_MAX) {
      return { malformed: { at, message: `at most ${SELECTOR_ENTRY_LENGTH_MAX} characters` } };
    }
    for (const text of entry.split(COMMA_OUTSIDE_PARENTHESES)) {
      const requirement = parseRequirement(text.trim());
      if (!requirement) return { malformed: { at, message: malformedMessage(entry) } };
      selector.push(requirement);
    }
  }
  return { selector };
}

export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'exists':
        return value !== undefined;
      case 'absent':
        return value === undefined;
      case 'in':
        return value !== undefined && values.includes(value);
      case 'notin':
        return value === undefined || !values.includes(value);
    }
  });
}

/** The selector as one text that Kubernetes understands (`labelSelector` of a list or watch). */
export function formatLabelSelector(selector: LabelSelector): string {
  return selector.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  if (operator === 'exists') return key;
  if (operator === 'absent') return `!${key}`;
  const [only = ''] = values;
  if (values.length === 1) return `${key}${operator === 'in' ? '=' : '!='}${only}`;
  return `${key} ${operator} (${values.join(',')})`;
}

const COMMA_OUTSIDE_PARENTHESES = /,(?![^(]*\))/;
const EXISTS = /^(!?)\s*(\S+)$/;
const SET = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALS = /^([^\s=!:]+)\s*(==|=|!=|:)\s*(\S*)$/;

function parseRequirement(text: string): LabelRequirement | undefined {
  const [, setKey = '', set, list = ''] = SET.exec(text) ?? [];
  if (set) {
    const values = list.split(',').map((value) => value.trim());
    return values.includes('') ? undefined : requirement(setKey, set as 'in' | 'notin', values);
  }
  const [, equalsKey = '', sign, value = ''] = EQUALS.exec(text) ?? [];
  if (sign) return requirement(equalsKey, sign === '!=' ? 'notin' : 'in', [value]);
  const [, not, key = ''] = EXISTS.exec(text) ?? [];
  return requirement(key, not ? 'absent' : 'exists', []);
}

function requirement(
  key: string,
  operator: LabelRequirement['operator'],
  values: string[],
): LabelRequirement | undefined {
  return isLabelKey(key) && values.every(isLabelValue) ? { key, operator, values } : undefined;
}

function malformedMessage(entry: string): string {
  return `${JSON.stringify(entry)} is no label selector; write "key: value", "key=value", "key!=value", "key in (a, b)", "key notin (a, b)", "key" or "!key"`;
}
