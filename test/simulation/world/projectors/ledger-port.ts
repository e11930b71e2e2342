// The ledger as the projectors of Kubernetes ask for it, in one process.
import type { ProjectorLedger, LedgerCommand } from '@holdfast/ledger';
import type { Process } from '../process';

/** As the control plane waits for its view (apps/control-plane, kubernetes-ledger.ts). */
const BEHIND_MAX_MS = 5_000;

/** @param onOrder sees each order before it is carried out */
export function ledgerOf(
  { reader, ledger }: Process,
  onOrder: (order: LedgerCommand) => void = () => undefined,
): ProjectorLedger {
  return {
    view: reader.view,
    execute: async (order, name) => {
      onOrder(order);
      const outcome = await ledger.execute({ actor: { name, through: 'kubernetes' }, command: order });
      return outcome.rejected ? { rejected: outcome.rejected } : { position: outcome.position };
    },
    hasReached: (position) => reader.hasReached(position, BEHIND_MAX_MS),
    onFacts: (listener) => reader.onFacts(listener),
  };
}
