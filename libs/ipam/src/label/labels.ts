// What people write on things to find them again: `team=net`. Syntax and lengths are Kubernetes' ("Labels and Selectors" in
// its documentation). It does not know what wears them.

export type Labels = Readonly<Record<string, string>>;

/** Of one thing: more are notes, not something to select by; and each event that sets them says them all. */
export const LABELS_MAX = 64;

export const NO_LABELS: Labels = Object.freeze({});

const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const PREFIX_LENGTH_MAX = 253;

/** `team`, `example.com/team`. */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return NAME.test(key);
  const prefix = key.slice(0, slash);
  const isSubdomain =
    prefix.length <= PREFIX_LENGTH_MAX && prefix.split('.').every((it) => DNS_LABEL.test(it));
  return isSubdomain && NAME.test(key.slice(slash + 1));
}

export const isLabelValue = (value: string): boolean => value === '' || NAME.test(value);

export interface LabelsFault {
  /** `labels`, or `labels[team]` where it is the value of a sound key. */
  readonly field: string;
  readonly message: string;
}

/** What is wrong with labels, if anything is. */
export function labelsFault(labels: Labels): LabelsFault | undefined {
  const entries = Object.entries(labels);
  if (entries.length > LABELS_MAX)
    return { field: 'labels', message: `at most ${LABELS_MAX} of them, not ${entries.length}` };
  for (const [key, value] of entries) {
    if (!isLabelKey(key)) return { field: 'labels', message: `${quoted(key)} is no key; ${KEY_FORM}` };
    if (!isLabelValue(value))
      return { field: `labels[${key}]`, message: `${quoted(value)} is no value; ${VALUE_FORM}` };
  }
  return undefined;
}

const VALUE_FORM = 'up to 63 of A-Za-z0-9_.-, first and last alphanumeric, or nothing';
const KEY_FORM =
  'a name of 1 to 63 of A-Za-z0-9_.-, first and last alphanumeric, after a DNS subdomain of up to 253 and a slash, if there is one';

/** How much of what was given a message repeats. */
const QUOTE_LENGTH_MAX = 64;

const quoted = (text: string): string =>
  JSON.stringify(text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}...` : text);

/** None given, or none at all. */
export function hasNoLabels(labels: Labels | undefined): boolean {
  for (const key in labels) if (Object.hasOwn(labels, key)) return false;
  return true;
}

export function areSameLabels(a: Labels, b: Labels): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}

/** In the order of their keys, so that what is written of them is always the same. */
export const sortedLabels = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** `env=prod,team=net` */
export const formatLabels = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
