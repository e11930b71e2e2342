// The ledger as the Kubernetes face asks for it: its orders on the CommandBus, the one view of this process.
import { type Ledger, type LedgerOrder, THROUGH_KUBERNETES } from '@holdfast/kube';
import type { CommandBus } from '@nestjs/cqrs';
import { ExecuteSubnetCommand } from '../ledger/ledger-messages';
import type { LedgerReader } from '@holdfast/ledger';

/** The view is in this process: it is behind by a read, not by a network. */
const BEHIND_MAX_MS = 5_000;

export function kubernetesLedger(commands: CommandBus, reader: LedgerReader): Ledger {
  return {
    view: reader.view,
    execute: async (order: LedgerOrder, actor: string) => {
      const envelope = { actor: { name: actor, through: THROUGH_KUBERNETES } as const, command: order };
      const outcome = await commands.execute(new ExecuteSubnetCommand(envelope));
      return outcome.rejected ? { rejected: outcome.rejected } : { position: outcome.position };
    },
    hasReached: (position) => reader.hasReached(position, BEHIND_MAX_MS),
    onFacts: (listener) => reader.onFacts(listener),
  };
}
