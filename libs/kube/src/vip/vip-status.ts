// What a Vip's status should say, made of what the ledger holds. Pure.
import { formatAddress, formatMac, formatPair, type Rejection, type VipEntry } from '@holdfast/ipam';
import type { Condition } from '../object/conditions';
import type { Binding, Projection } from '../object/vip-elsewhere';
import { usesConditions } from './vip-uses';
import { LEAVING, rejectedCondition, sentences, type DesiredStatus } from '../object/desired-status';

export interface VipStatusFindings {
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

export function vipStatus(findings: VipStatusFindings): DesiredStatus {
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
      ...(held ? usesConditions(held, findings.bound) : []),
      ...(retained ? [rejectedCondition('Released', retained)] : []),
    ],
  };
}

function reservedOf({ held, rejected, isLeaving, unread }: VipStatusFindings): Omit<Condition, 'type'> {
  if (rejected) {
    const kept = held ? `It keeps ${formatPair(held.reservation)}.` : '';
    return { status: 'False', reason: rejected.code, message: sentences(rejected.message, kept) };
  }
  if (isLeaving) return { status: 'False', reason: 'Released', message: LEAVING };
  if (!held) return { status: 'False', reason: 'Pending', message: 'Nothing is reserved yet.' };
  const what = `${formatPair(held.reservation)} is reserved in subnet ${held.subnet.name}.`;
  return { status: 'True', reason: 'Reserved', message: sentences(what, unread) };
}

function textOf(address: number | bigint | undefined): string {
  return address === undefined ? '' : formatAddress(address);
}
