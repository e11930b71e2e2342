// Takes over the ports that a look found to agree with the ledger, and looks again.
import type { LedgerMark } from '@holdfast/ipam';
import type { PortToTakeOver } from '../northbound/plan-take-over';
import type { LedgerCallRefusal } from './ledger-client';
import { look, type LookOptions, type Seen } from './look';
import { northboundRefusal } from './northbound-refusal';
import { type ReportedConflict, reportedConflict } from './reported';

export interface PortsTakenOver {
  readonly ports: readonly PortToTakeOver[];
  readonly conflicts: readonly ReportedConflict[];
  /** Why there is no more of it. */
  readonly refusal?: LedgerCallRefusal;
  /** What there is afterwards. */
  readonly seen: Seen;
}

/** @param seen after everything was recorded */
export async function takePortsOver(options: LookOptions, seen: Seen): Promise<PortsTakenOver> {
  const { northbound, ledger } = options;
  const { takeOver, running, mark } = seen;
  const nothing = { ports: [], conflicts: [], seen };
  if (!northbound || !takeOver || takeOver.ports.length === 0 || running) return nothing;
  const now = async (): Promise<LedgerMark> => {
    const status = await ledger.call('GetStatus', {});
    if (status.refusal) return mark;
    const { position, ledger: id } = status.reply;
    return { position: position || undefined, ledger: id || undefined };
  };
  try {
    const { done: ports, conflicts: changed, refusal } = await northbound.takeOver(takeOver.ports, mark, now);
    const conflicts = changed.map(reportedConflict);
    const reason: LedgerCallRefusal | undefined = refusal && {
      ...refusal,
      facts: {},
      retryable: true,
      isFault: false,
    };
    const after = await look(options, '');
    if (after.refusal) return { ports, conflicts, seen, refusal: after.refusal };
    return { ports, conflicts, seen: after.reply, ...(reason && { refusal: reason }) };
  } catch (error) {
    const refusal = northboundRefusal(error);
    if (!refusal) throw error;
    return { ...nothing, refusal };
  }
}
