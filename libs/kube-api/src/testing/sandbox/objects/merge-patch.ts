// JSON merge patch (RFC 7386) and JSON patch (RFC 6902).
import { StatusFailure } from '../definitions/status-failure';
import { isRecord } from '../../../rest/checked-object';

export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = mergePatch(merged[field], value);
  }
  return merged;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** @throws Refusal 422 when a path does not exist or a test fails: then nothing of the patch holds. */
export function jsonPatch(target: unknown, operations: readonly Operation[]): unknown {
  const root = { document: structuredClone(target) };
  for (const operation of operations) apply(root, operation);
  return root.document;
}

function apply(root: object, { op, path, from, value }: Operation): void {
  switch (op) {
    case 'add':
      return add(root, path, value);
    case 'remove':
      return void remove(root, path);
    case 'replace':
      remove(root, path);
      return add(root, path, value);
    case 'move':
      return add(root, path, remove(root, from ?? ''));
    case 'copy':
      return add(root, path, structuredClone(read(root, from ?? '')));
    case 'test':
      if (!sameJson(read(root, path), value)) throw unprocessable(`testing value ${path} failed`);
      return;
    default:
      throw unprocessable(`unexpected kind: ${op}`);
  }
}

function add(root: object, path: string, value: unknown): void {
  const { parent, last } = locate(root, path);
  if (!Array.isArray(parent)) return void (parent[last] = value);
  const index = last === '-' ? parent.length : Number(last);
  if (!Number.isInteger(index) || index < 0 || index > parent.length) throw missing(path);
  parent.splice(index, 0, value);
}

function remove(root: object, path: string): unknown {
  const { parent, last } = locate(root, path);
  const value = read(root, path);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return value;
}

function read(root: object, path: string): unknown {
  const { parent, last } = locate(root, path);
  const value = (parent as Record<string, unknown>)[last];
  if (value === undefined) throw missing(path);
  return value;
}

function locate(root: object, path: string): { parent: Record<string, unknown> | unknown[]; last: string } {
  if (path !== '' && !path.startsWith('/')) throw missing(path);
  const steps = ['document', ...path.split('/').slice(1).map(unescape)];
  let parent: unknown = root;
  for (const step of steps.slice(0, -1)) parent = (parent as Record<string, unknown> | undefined)?.[step];
  if (!isRecord(parent) && !Array.isArray(parent)) throw missing(path);
  return { parent, last: steps.at(-1) ?? 'document' };
}

function unescape(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Key order does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].every((field) => sameJson(a[field], b[field]));
}

function missing(path: string): StatusFailure {
  return unprocessable(`the path ${path} does not exist`);
}

function unprocessable(message: string): StatusFailure {
  return new StatusFailure(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${message}`,
  );
}
