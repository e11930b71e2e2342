// Why the Northbound could not be read or written, as any other refusal.
import { OvsdbFault } from '@holdfast/ovsdb';
import type { LedgerCallRefusal } from './ledger-client';

/** Of what the Northbound's server does or does not do; undefined: it is none of its faults. */
export function northboundRefusal(error: unknown): LedgerCallRefusal | undefined {
  if (!(error instanceof OvsdbFault)) return undefined;
  const { code, message, retryable } = error;
  return { code, message: `Northbound: ${message}`, retryable, facts: {}, isFault: true };
}
