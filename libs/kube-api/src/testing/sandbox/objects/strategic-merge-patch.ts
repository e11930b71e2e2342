// Strategic merge patch, as far as `kubectl apply` and `kubectl label` use it on built-in kinds. Simpler than the real
// one: which lists merge, and by which key, is decided by the field's name alone, and $setElementOrder and $retainKeys
// are read past, so that an order that only they convey is lost.
import { isRecord } from '../../../rest/checked-object';

/** Lists of objects that merge by a key; every other list is replaced whole. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
  conditions: 'type',
  ownerReferences: 'uid',
};

/** Lists of strings that merge as sets. */
const MERGED_SETS = new Set(['finalizers']);

const DELETE_FROM = '$deleteFromPrimitiveList/';

export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith(DELETE_FROM)) {
      const from = field.slice(DELETE_FROM.length);
      merged[from] = listOf(merged[from]).filter((item) => !listOf(value).includes(item));
    } else if (field.startsWith('$')) continue;
    else if (value === null) delete merged[field];
    else merged[field] = mergeField(field, merged[field], value);
  }
  return merged;
}

function mergeField(field: string, target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) return strategicMergePatch(target, patch);
  if (MERGED_SETS.has(field)) return [...new Set([...listOf(target), ...patch])];
  const key = MERGE_KEYS[field];
  return key && patch.every((item) => isRecord(item)) ? mergeByKey(key, listOf(target), patch) : patch;
}

function mergeByKey(
  key: string,
  target: readonly unknown[],
  patch: readonly Record<string, unknown>[],
): unknown[] {
  if (patch.some((item) => item['$patch'] === 'replace'))
    return patch.filter((item) => item['$patch'] === undefined);
  const merged = [...target];
  for (const item of patch) {
    const at = merged.findIndex((there) => isRecord(there) && there[key] === item[key]);
    if (item['$patch'] === 'delete') {
      if (at >= 0) merged.splice(at, 1);
    } else if (at >= 0) merged[at] = strategicMergePatch(merged[at], item);
    else merged.push(withoutDirectives(item));
  }
  return merged;
}

function withoutDirectives(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([field]) => !field.startsWith('$')));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
