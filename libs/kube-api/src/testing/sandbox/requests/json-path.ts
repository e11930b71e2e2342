// The JSONPath that printer columns are written in: fields, indexes, [*], and [?(@.field=="value")].
import { isRecord } from '../../../rest/checked-object';

type Step = (values: readonly unknown[]) => unknown[];

/** Every value at the path; none when there is nothing. */
export function valuesAt(root: unknown, path: string): unknown[] {
  return stepsOf(path).reduce<unknown[]>((values, step) => step(values), [root]);
}

function stepsOf(path: string): Step[] {
  const tokens = path.match(/\[\?\(@\.[^\]]+\)\]|\[[^\]]+\]|\.[^.[]+/g) ?? [];
  return tokens.map((token) => {
    const filter = /^\[\?\(@\.(\S+?)\s*==\s*["'](.*)["']\)\]$/.exec(token);
    if (filter) return keep((item) => valuesAt(item, `.${filter[1]}`)[0] === filter[2]);
    if (token === '[*]') return keep(() => true);
    const index = /^\[(\d+)\]$/.exec(token);
    if (index)
      return (values) =>
        present(values.map((value) => (Array.isArray(value) ? value[Number(index[1])] : undefined)));
    const field = token.startsWith('[') ? token.slice(2, -2) : token.slice(1);
    return (values) => present(values.map((value) => (isRecord(value) ? value[field] : undefined)));
  });
}

function keep(isKept: (item: unknown) => boolean): Step {
  return (values) => values.flatMap((value) => (Array.isArray(value) ? value.filter(isKept) : []));
}

function present(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== undefined && value !== null);
}
