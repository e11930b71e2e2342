// The ledger as the projectors of Kubernetes ask for it, in one process: the product's own port, and who listens to what they ask.
import { type LedgerCommand, type ProjectorLedger, projectorLedger } from '@holdfast/ledger';
import type { ProjectorProcess } from '../process';

/** @param onOrder sees each order before it is carried out */
export function ledgerOf(
  { reader, ledger }: ProjectorProcess,
  onOrder: (order: LedgerCommand) => void = () => undefined,
): ProjectorLedger {
  return projectorLedger(
    (envelope) => {
      onOrder(envelope.command);
      return ledger.execute(envelope);
    },
    reader,
    'kubernetes',
  );
}
