// The Northbound of a cluster that moves over, as ovn-nbctl finds it.
import { compareReplyPositions, NorthboundHandOver } from '@holdfast/kube-ovn-import';
import { OvsdbFault } from '@holdfast/ovsdb';
import { TIMEOUT_DEFAULT_MS } from '../flags';
import type { Io } from '../io';
import { UsageFault } from '../usage-fault';

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
    return new NorthboundHandOver({
      remotes,
      ...tls,
      clock,
      chance,
      timeoutMs,
      comparePositions: compareReplyPositions,
    });
  } catch (error) {
    if (error instanceof OvsdbFault) throw new UsageFault(`--northbound: ${error.message}`);
    throw error;
  }
}
