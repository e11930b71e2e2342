// What a Subnet's status should say, made of what the ledger holds. Pure.
import type { Rejection, SubnetState } from '@holdfast/ipam';
import type { Condition } from '../object/conditions';
import type { StatusCounts } from '../object/status-counts';
import { LEAVING, rejectedCondition, sentences, type DesiredStatus } from '../object/desired-status';

export interface SubnetStatusFindings {
  readonly state: SubnetState | undefined;
  readonly v4: StatusCounts;
  readonly v6: StatusCounts;
  readonly position: string | undefined;
  readonly generation: number | undefined;
  /** Why it is not as the spec asks. */
  readonly rejected?: Rejection;
  /** Why it may not be retired, though its object is being deleted. */
  readonly retained?: Rejection;
  /** The object is being deleted, and only others still hold it. */
  readonly isLeaving?: boolean;
  /** What of the spec has no effect. */
  readonly cut?: string;
}

export function subnetStatus(findings: SubnetStatusFindings): DesiredStatus {
  const { v4, v6, retained, generation, position } = findings;
  return {
    fields: {
      v4usingIPs: v4.using,
      v4availableIPs: v4.available,
      v4usingIPrange: v4.usingRange,
      v4availableIPrange: v4.availableRange,
      v6usingIPs: v6.using,
      v6availableIPs: v6.available,
      v6usingIPrange: v6.usingRange,
      v6availableIPrange: v6.availableRange,
      observedGeneration: generation ?? null,
      observedPosition: position ?? null,
    },
    conditions: [readySubnet(findings), ...(retained ? [rejectedCondition('Retired', retained)] : [])],
  };
}

function readySubnet({ state, rejected, isLeaving, cut }: SubnetStatusFindings): Condition {
  if (rejected) {
    const kept = state ? 'It stays as it was defined before.' : '';
    return {
      type: 'Ready',
      status: 'False',
      reason: rejected.code,
      message: sentences(rejected.message, kept),
    };
  }
  if (isLeaving) return { type: 'Ready', status: 'False', reason: 'Retired', message: LEAVING };
  if (!state) return { type: 'Ready', status: 'False', reason: 'Pending', message: 'It is not defined yet.' };
  return {
    type: 'Ready',
    status: 'True',
    reason: 'Defined',
    message: sentences('It is defined as asked.', cut),
  };
}
