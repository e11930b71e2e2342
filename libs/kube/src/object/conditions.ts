// Conditions (Kubernetes API conventions, "Typical status properties"): what is so of an object, each with a word for
// programs, a sentence for people, and since when. Conditions of other types belong to others and stay as they are.
import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject, KubernetesObject } from '@holdfast/kube-api';

export const CONDITION_TYPES = [
  /** The sum of the others: what `kubectl wait --for=condition=Ready` waits for. */
  'Ready',
  /** Vip: the ledger holds for it what its spec asks for. */
  'Reserved',
  /** Vip: its rows are in the Northbound. */
  'Projected',
  /** Vip: somebody uses it. */
  'InUse',
  /** Vip: a parent answers for it. */
  'Bound',
  /** SwitchLBRule: the ledger has it as its spec asks. */
  'Defined',
  /** Vip that is being deleted: False while it may not be released. */
  'Released',
  /** Subnet, SwitchLBRule or IPPool that is being deleted: False while it may not be retired. */
  'Retired',
] as const;

export type ConditionType = (typeof CONDITION_TYPES)[number];

export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** One word in CamelCase: a rejection's code where there was one. */
  readonly reason: string;
  readonly message: string;
}

/** Whether `kept` (a status's `conditions`) says of our types exactly what is wanted, whenever it began to. */
export function saysAll(kept: Json | undefined, desired: readonly Condition[]): boolean {
  const ours = listed(kept).filter(isOurs).map(said);
  return (
    ours.length === desired.length &&
    desired.every((condition) => ours.some((it) => isDeepStrictEqual(it, said(condition))))
  );
}

/** Whether all that there is to say besides counts is said: those change all the time, and are not worth a write each. */
export function isOnlyCounts(
  { status, metadata }: KubernetesObject,
  conditions: readonly Condition[],
): boolean {
  const observed = status?.['observedGeneration'];
  const isObserved = observed === undefined || observed === metadata.generation;
  return isObserved && saysAll(status?.['conditions'], conditions);
}

/** Whether `kept` says this, among others; in these words, or (without `message`) in any. */
export function says(
  kept: Json | undefined,
  { type, status, reason, message }: Omit<Condition, 'message'> & { readonly message?: string },
): boolean {
  return listed(kept).some(
    (it) =>
      it['type'] === type &&
      it['status'] === status &&
      it['reason'] === reason &&
      (message === undefined || it['message'] === message),
  );
}

/** The list to write: those of others, then ours, each with the time at which its status became what it is. */
export function mergeConditions(
  kept: Json | undefined,
  desired: readonly Condition[],
  now: string,
): readonly JsonObject[] {
  const there = listed(kept);
  const ours = desired.map((condition) => {
    const before = there.find(({ type }) => type === condition.type);
    const since = before?.['status'] === condition.status ? before['lastTransitionTime'] : undefined;
    return { ...said(condition), lastTransitionTime: typeof since === 'string' ? since : now };
  });
  return [...there.filter((it) => !isOurs(it)), ...ours];
}

/** RFC 3339 in UTC to the second, as Kubernetes writes times. */
export function conditionTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

function said(condition: object): JsonObject {
  const { type, status, reason, message } = condition as Record<string, Json>;
  return { type, status, reason, message };
}

function isOurs({ type }: JsonObject): boolean {
  return CONDITION_TYPES.some((ours) => ours === type);
}

/** Whatever stands there: in a lax definition it may be anything. */
function listed(conditions: Json | undefined): readonly JsonObject[] {
  if (!Array.isArray(conditions)) return [];
  return conditions.filter((it) => typeof it === 'object' && it !== null && !Array.isArray(it));
}
