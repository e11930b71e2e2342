// Label and field selectors of list, watch and delete-collection.
import { badRequest } from '../definitions/status-failure';
import { isRecord } from '../../../rest/checked-object';
import type { StoredObject } from '../definitions/stored-object';

export type Matches = (object: StoredObject) => boolean;

/** @throws Refusal 400 */
export function selectorOf(query: URLSearchParams): Matches {
  const terms = [
    ...termsOf(query.get('labelSelector')).map(labelTerm),
    ...termsOf(query.get('fieldSelector')).map(fieldTerm),
  ];
  return (object) => terms.every((term) => term(object));
}

/** Commas separate terms, but not inside `in (a,b)`. */
function termsOf(selector: string | null): string[] {
  return (selector ?? '')
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function labelTerm(term: string): Matches {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    const isIn = set[2] === 'in';
    return (object) => values.includes(label(object, set[1] ?? '') ?? '\u0000') === isIn;
  }
  const equal = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(term);
  if (equal) return (object) => (label(object, equal[1] ?? '') === equal[3]) === (equal[2] !== '!=');
  const presence = /^(!?)([^=!\s()]+)$/.exec(term);
  if (!presence) throw badRequest(`unable to parse requirement: ${term}`);
  return (object) => (label(object, presence[2] ?? '') !== undefined) === (presence[1] === '');
}

/** Any field may be selected by; kube-apiserver knows only some of each kind. */
function fieldTerm(term: string): Matches {
  const equal = /^([^=!\s]+)(==|=|!=)(.*)$/.exec(term);
  if (!equal) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const steps = (equal[1] ?? '').split('.');
  return (object) => (field(object, steps) === equal[3]) === (equal[2] !== '!=');
}

function label(object: StoredObject, key: string): string | undefined {
  return object.metadata.labels?.[key];
}

function field(object: StoredObject, steps: readonly string[]): string {
  let value: unknown = object;
  for (const step of steps) value = isRecord(value) ? value[step] : undefined;
  return value === undefined || value === null ? '' : String(value);
}
