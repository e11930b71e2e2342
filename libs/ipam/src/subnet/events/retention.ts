// How long a reservation stays when nobody uses it any more. A policy, written down with what it leads to.
import { type Holder, holderParts } from '../../holder';

/**
 * `release`: with its last user. `owner`: while its owner (a StatefulSet's ordinal, a VirtualMachine) exists.
 * `time`: the same, and `forMs` longer. `forever`: until somebody releases it.
 */
export interface Retention {
  readonly keep: (typeof KEEPS)[number];
  /** Of `time`: milliseconds, 1 to RETENTION_MAX_MS. */
  readonly forMs?: number;
}

export const KEEPS = ['release', 'owner', 'time', 'forever'] as const;

/** Ten years: longer is meant to be for ever. */
export const RETENTION_MAX_MS = 3653 * 24 * 3_600_000;

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 };

/** Reads `release`, `owner`, `forever`, or a time such as `90s`, `30m`, `24h`, `7d`. */
export function parseRetention(text: string): Retention | undefined {
  if (text === 'release' || text === 'owner' || text === 'forever') return { keep: text };
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const forMs = Number(count) * (UNITS_MS[unit] ?? NaN);
  return isRetention({ keep: 'time', forMs }) ? { keep: 'time', forMs } : undefined;
}

/** What `parseRetention` reads; a time in the largest unit that says it whole, in seconds at least. */
export function formatRetention({ keep, forMs = 0 }: Retention): string {
  if (keep !== 'time') return keep;
  const [unit, ms] = Object.entries(UNITS_MS).findLast(([, unitMs]) => forMs % unitMs === 0) ?? ['s', 1000];
  return `${Math.ceil(forMs / ms)}${unit}`;
}

export function isRetention({ keep, forMs }: Retention): boolean {
  if (keep !== 'time') return forMs === undefined;
  return forMs !== undefined && Number.isSafeInteger(forMs) && forMs > 0 && forMs <= RETENTION_MAX_MS;
}

/** Kinds of holders that outlive each single Pod that uses their address. */
const OWNER_KINDS = new Set(['statefulset', 'vm']);

/** Where neither the holder nor its Subnet says. */
export const defaultRetention = (holder: Holder): Retention => ({
  keep: OWNER_KINDS.has(holderParts(holder).kind) ? 'owner' : 'release',
});
