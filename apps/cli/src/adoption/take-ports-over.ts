// Takes over the ports that a look found to agree with the ledger, and looks again. A ledger that goes on meanwhile is
// caught up with a bounded number of times.
import type { PortToTakeOver, TakeOverConflict } from '@holdfast/ovn';
import type { Refusal } from '../outcome';
import { look, type LookOptions, type Seen } from './look';
import { northboundRefusal, reportedConflict } from './northbound';
import type { ReportedConflict } from './report';

/** A ledger that is ahead again after so many looks is under load: better later. */
const LOOKS_MAX = 5;

export interface PortsTakenOver {
  readonly ports: readonly PortToTakeOver[];
  readonly conflicts: readonly ReportedConflict[];
  /** Why there is no more of it. */
  readonly refusal?: Refusal;
  /** What there is afterwards. */
  readonly seen: Seen;
}

/** @param seen after everything was recorded */
export async function takePortsOver(options: LookOptions, first: Seen): Promise<PortsTakenOver> {
  const { northbound } = options;
  const ports: PortToTakeOver[] = [];
  const changed: TakeOverConflict[] = [];
  let seen = first;
  const ended = (refusal?: Refusal): PortsTakenOver => {
    return { ports, conflicts: changed.map(reportedConflict), seen, ...(refusal && { refusal }) };
  };
  if (!northbound || !seen.takeOver || seen.running) return ended();
  for (let looks = 1; seen.takeOver && seen.takeOver.ports.length > 0; looks += 1) {
    try {
      const { done, conflicts, refusal } = await northbound.takeOver(seen.takeOver.ports, seen.mark);
      ports.push(...done);
      changed.push(...conflicts);
      const again = await look(options, '');
      if (again.refusal) return ended(again.refusal);
      seen = again.reply;
      const isOvertaken = refusal?.code === 'LedgerBehind' || refusal?.code === 'Contended';
      if (refusal && (!isOvertaken || looks === LOOKS_MAX))
        return ended({ ...refusal, facts: {}, retryable: isOvertaken, isFault: false });
      if (!refusal) return ended();
    } catch (error) {
      const refusal = northboundRefusal(error);
      if (!refusal) throw error;
      return ended(refusal);
    }
  }
  return ended();
}
