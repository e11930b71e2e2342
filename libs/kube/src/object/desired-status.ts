// What every object's status has in common: fields, conditions, and how sentences are put together. Pure.
import type { Rejection } from '@holdfast/ipam';
import type { JsonObject } from '@holdfast/kube-api';
import type { Condition } from './conditions';

export interface DesiredStatus {
  /** Everything but the conditions. A field that is null is to be absent. */
  readonly fields: JsonObject;
  readonly conditions: readonly Condition[];
}

export const LEAVING = 'It is being deleted; the ledger has nothing for it any more.';

export function rejectedCondition(type: Condition['type'], { code, message }: Rejection): Condition {
  return { type, status: 'False', reason: code, message };
}

/** A refusal's message need not end as a sentence does. */
export function sentences(first: string, next: string | undefined): string {
  if (!next) return first;
  return `${first}${/[.!?]$/.test(first) ? '' : '.'} ${next}`;
}
