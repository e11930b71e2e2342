// What an object's status should say, made of what the ledger holds. Pure.
import {
  formatAddress,
  formatMac,
  formatPair,
  type Rejection,
  type SubnetState,
  type VipEntry,
} from '@holdfast/ipam';
import type { JsonObject } from '../kubernetes-object';
import type { Condition } from './conditions';
import type { ToldCounts } from './told-counts';
import { type Binding, usesOf } from './vip-uses';

export interface WantedStatus {
  /** Everything but the conditions. A field that is null is to be absent. */
  readonly fields: JsonObject;
  readonly conditions: readonly Condition[];
}

/** What another face knows of the Vip's rows; becomes its condition `Projected`. */
export type Projection = Pick<Condition, 'status' | 'reason' | 'message'>;

export interface VipFindings {
  /** What the ledger holds for this object; undefined when nothing, or when it is not this object's. */
  readonly held: VipEntry | undefined;
  /** Of the last event that concerns the Vip. */
  readonly position: string | undefined;
  readonly generation: number | undefined;
  /** Why it is not as the spec asks. */
  readonly rejected?: Rejection;
  /** Why it may not be released, though its object is being deleted. */
  readonly retained?: Rejection;
  /** The object is being deleted, and only others still hold it. */
  readonly isLeaving?: boolean;
  readonly projection?: Projection;
  /** Absent: nobody knows. */
  readonly bound?: Binding;
  /** What of the spec is not read. */
  readonly unread?: string;
}

export function vipStatus(findings: VipFindings): WantedStatus {
  const { held, retained, projection } = findings;
  const reservation = held?.reservation;
  const parent = held && findings.bound?.by;
  const reserved = reservedOf(findings);
  return {
    fields: {
      ready: reserved.status === 'True',
      v4ip: textOf(reservation?.v4),
      v6ip: textOf(reservation?.v6),
      mac: held && reservation ? formatMac(held.subnet.macOf(reservation)) : '',
      pv4ip: parent?.v4ip ?? '',
      pv6ip: parent?.v6ip ?? '',
      pmac: parent?.mac ?? '',
      type: reservation?.vip.vipType ?? '',
      selector: reservation?.vip.selector ?? [],
      observedGeneration: findings.generation ?? null,
      observedPosition: (held && findings.position) ?? null,
    },
    conditions: [
      { ...reserved, type: 'Ready' },
      { ...reserved, type: 'Reserved' },
      ...(projection ? [{ ...projection, type: 'Projected' as const }] : []),
      ...(held ? usesOf(held, findings.bound) : []),
      ...(retained ? [refused('Released', retained)] : []),
    ],
  };
}

function reservedOf({ held, rejected, isLeaving, unread }: VipFindings): Omit<Condition, 'type'> {
  if (rejected) {
    const kept = held ? `It keeps ${formatPair(held.reservation)}.` : '';
    return { status: 'False', reason: rejected.code, message: sentences(rejected.message, kept) };
  }
  if (isLeaving) return { status: 'False', reason: 'Released', message: LEAVING };
  if (!held) return { status: 'False', reason: 'Pending', message: 'Nothing is reserved yet.' };
  const what = `${formatPair(held.reservation)} is reserved in subnet ${held.subnet.name}.`;
  return { status: 'True', reason: 'Reserved', message: sentences(what, unread) };
}

export interface SubnetFindings {
  readonly state: SubnetState | undefined;
  readonly v4: ToldCounts;
  readonly v6: ToldCounts;
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

export function subnetStatus(findings: SubnetFindings): WantedStatus {
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
    conditions: [readySubnet(findings), ...(retained ? [refused('Retired', retained)] : [])],
  };
}

function readySubnet({ state, rejected, isLeaving, cut }: SubnetFindings): Condition {
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

export const LEAVING = 'It is being deleted; the ledger has nothing for it any more.';

export function refused(type: Condition['type'], { code, message }: Rejection): Condition {
  return { type, status: 'False', reason: code, message };
}

function textOf(address: number | bigint | undefined): string {
  return address === undefined ? '' : formatAddress(address);
}

/** A refusal's message need not end as a sentence does. */
export function sentences(first: string, next: string | undefined): string {
  if (!next) return first;
  return `${first}${/[.!?]$/.test(first) ? '' : '.'} ${next}`;
}
