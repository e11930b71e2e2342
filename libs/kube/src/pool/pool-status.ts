// What an IPPool's status should say, made of what the ledger holds. Pure. The fields are Kube-OVN's, which spells them
// unlike those of a Subnet.
import type { Rejection } from '@holdfast/ipam';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@holdfast/kube-api';
import type { Condition } from '../object/conditions';
import type { StatusCounts } from '../object/status-counts';
import { LEAVING, rejectedCondition, sentences, type DesiredStatus } from '../object/desired-status';

export interface PoolFindings {
  /** The Subnet that has the pool now; undefined when none has. */
  readonly home: string | undefined;
  readonly v4: StatusCounts;
  readonly v6: StatusCounts;
  /** Of the last event that concerns its Subnet; told when something else is to be told, too. */
  readonly position: string | undefined;
  readonly generation: number | undefined;
  /** Why it is not as the spec asks. */
  readonly rejected?: Rejection;
  /** Why it may not be retired, though its object is being deleted. */
  readonly retained?: Rejection;
  /** The object is being deleted, and only others still hold it. */
  readonly isLeaving?: boolean;
  /** What of the spec has no effect. */
  readonly unread?: string;
}

/** @param told the status as it stands: what happens elsewhere in the Subnet is no reason to write it anew */
export function poolStatus(findings: PoolFindings, shown: JsonObject = {}): DesiredStatus {
  const { position, retained } = findings;
  const fields = fieldsOf(findings);
  const isReported = Object.entries(fields).every(([field, value]) => isDeepStrictEqual(shown[field], value));
  const observedPosition = (isReported && shown['observedPosition']) || (position ?? null);
  const conditions = [readyPool(findings), ...(retained ? [rejectedCondition('Retired', retained)] : [])];
  return { fields: { ...fields, observedPosition }, conditions };
}

function fieldsOf({ v4, v6, generation }: PoolFindings): JsonObject {
  return {
    v4UsingIPs: v4.using,
    v4AvailableIPs: v4.available,
    v4UsingIPRange: v4.usingRange,
    v4AvailableIPRange: v4.availableRange,
    v6UsingIPs: v6.using,
    v6AvailableIPs: v6.available,
    v6UsingIPRange: v6.usingRange,
    v6AvailableIPRange: v6.availableRange,
    observedGeneration: generation ?? null,
  };
}

function readyPool({ home, rejected, isLeaving, unread }: PoolFindings): Condition {
  const says = (status: Condition['status'], reason: string, message: string): Condition => {
    return { type: 'Ready', status, reason, message };
  };
  if (rejected) {
    const kept = home ? `It stays as it was defined before, in subnet ${home}.` : '';
    return says('False', rejected.code, sentences(rejected.message, kept));
  }
  if (isLeaving) return says('False', 'Retired', LEAVING);
  if (!home) return says('False', 'Pending', 'It is not defined yet.');
  return says('True', 'Defined', sentences(`It is defined in subnet ${home}.`, unread));
}
