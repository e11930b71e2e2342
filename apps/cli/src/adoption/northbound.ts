// The Northbound of a cluster that moves over, as ovn-nbctl finds it.
import { KUBE_OVN, NorthboundHandOver, type PortToTakeOver, type TakeOverConflict } from '@holdfast/ovn';
import { OvsdbFault } from '@holdfast/ovsdb';
import { TIMEOUT_DEFAULT_MS } from '../flags';
import type { Io } from '../io';
import type { CallRefusal } from '../outcome';
import { UsageFault } from '../usage-fault';
import { later } from './record';
import type { ReportedConflict } from './report';

export interface NorthboundFlags {
  /** An OVSDB remote; absent: the Northbound is left alone. */
  readonly northbound?: string;
  readonly northboundKey?: string;
  readonly northboundCert?: string;
  readonly northboundCa?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Begins to connect. @throws UsageFault */
export function openNorthbound(
  flags: NorthboundFlags,
  { clock, chance }: Io,
): NorthboundHandOver | undefined {
  const { northbound: remotes, northboundKey, northboundCert, northboundCa, timeout } = flags;
  if (remotes === undefined) return undefined;
  const files = [northboundKey, northboundCert, northboundCa].filter((file) => file !== undefined);
  if (files.length > 0 && files.length < 3)
    throw new UsageFault('--northbound-key, --northbound-cert and --northbound-ca go together');
  const [privateKey = '', certificate = '', caCertificate = ''] = files;
  const tls = files.length > 0 && { tls: { privateKey, certificate, caCertificate } };
  const timeoutMs = timeout ?? TIMEOUT_DEFAULT_MS;
  try {
    return new NorthboundHandOver({ remotes, ...tls, clock, chance, timeoutMs, comparePositions });
  } catch (error) {
    if (error instanceof OvsdbFault) throw new UsageFault(`--northbound: ${error.message}`);
    throw error;
  }
}

const comparePositions = (a: string, b: string): number => (a === b ? 0 : later(a, b) === b ? -1 : 1);

/** Of what the Northbound's server does or does not do; undefined: it is none of its faults. */
export function northboundRefusal(error: unknown): CallRefusal | undefined {
  if (!(error instanceof OvsdbFault)) return undefined;
  const { code, message, retryable } = error;
  return { code, message: `Northbound: ${message}`, retryable, facts: {}, isFault: true };
}

/** As import tells of conflicts: who says what. */
export function reportedConflict({
  code,
  key,
  row,
  found,
  wanted,
  message,
}: TakeOverConflict): ReportedConflict {
  const said = (columns: object | undefined): string[] =>
    Object.entries(columns ?? {}).map(([column, value]) => `${column}: ${JSON.stringify(value ?? null)}`);
  const parties = [
    { who: key, evidence: said(wanted) },
    { who: row === '' ? KUBE_OVN : `the row ${row}`, evidence: said(found) },
  ];
  return { code, subnet: '', about: row || key, message, parties, heldBack: [] };
}

export const portName = ({ row }: Pick<PortToTakeOver, 'row'>): string => row.name;
