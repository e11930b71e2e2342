// Which Namespaces a Subnet's `namespaceSelectors` have: any one of them is enough. Kubernetes' own form of a selector
// (meta/v1 LabelSelector). Pure. What cannot be read has none, because a condition that is passed over would have more.
import { type LabelRequirement, type LabelSelector, matchesLabels } from '@holdfast/ipam';
import type { JsonObject, KubernetesObject } from '@holdfast/kube-api';

const OPERATORS: Readonly<Record<string, LabelRequirement['operator']>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: 'absent',
};

/** Those that could be read. */
export function readNamespaceSelectors(spec: JsonObject | undefined): readonly LabelSelector[] {
  const list = spec?.['namespaceSelectors'];
  return Array.isArray(list) ? list.map(readSelector).filter((it) => it !== undefined) : [];
}

/** A selector without conditions has every Namespace, as in Kubernetes. */
export function isSelected(selectors: readonly LabelSelector[], namespace: KubernetesObject): boolean {
  return selectors.some((selector) => matchesLabels(selector, namespace.metadata.labels ?? {}));
}

function readSelector(selector: unknown): LabelSelector | undefined {
  if (!isObject(selector)) return undefined;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (!isObject(matchLabels) || !Array.isArray(matchExpressions)) return undefined;
  const equal = Object.entries(matchLabels).map(([key, value]) =>
    typeof value === 'string' ? ({ key, operator: 'in', values: [value] } as const) : undefined,
  );
  const all = [...equal, ...matchExpressions.map(readExpression)];
  const read = all.filter((it) => it !== undefined);
  return read.length === all.length ? read : undefined;
}

function readExpression(expression: unknown): LabelRequirement | undefined {
  if (!isObject(expression)) return undefined;
  const { key, operator: word, values = [] } = expression;
  const operator = typeof word === 'string' && Object.hasOwn(OPERATORS, word) ? OPERATORS[word] : undefined;
  if (typeof key !== 'string' || key === '' || !operator || !Array.isArray(values)) return undefined;
  if (!values.every((it): it is string => typeof it === 'string')) return undefined;
  const hasValues = operator === 'in' || operator === 'notin';
  return hasValues === values.length > 0 ? { key, operator, values } : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
