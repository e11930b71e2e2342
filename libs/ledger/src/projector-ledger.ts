// What a projector is handed of the ledger: a view, an `execute`, and news. It sees no store, no log and no loop.
import type { CommandEnvelope } from '@holdfast/event-store';
import type { LedgerView, Rejection, SubnetFact } from '@holdfast/ipam';
import type { LedgerCommand, LedgerOutcome } from './command/ledger-command';
import type { FactListener, LedgerReader } from './follow/ledger-reader';

export type ProjectorReply =
  | {
      /** Of the command's last event, or of the stream's when nothing had to happen. */
      readonly position: string | undefined;
      readonly rejected?: undefined;
    }
  | { readonly rejected: Rejection };

export interface ProjectorLedger {
  readonly view: LedgerView;

  /**
   * Decides and remembers. `actor` says who asked, in words for the record. No command id comes along: a projector looks
   * before it asks again.
   * @throws Error with `code` and `retryable` when it could not be done, or when nobody knows whether it was.
   */
  execute(command: LedgerCommand, actor: string): Promise<ProjectorReply>;

  /** Whether `view` shows the event at `position`, after a bounded wait for it. */
  hasReached(position: string): Promise<boolean>;

  /** Calls `listener` with every fact from now on, in order, after `view` shows it. Returns how to stop. */
  onFacts(listener: (facts: readonly SubnetFact[]) => void): () => void;
}

/** The view is in this process: it is behind by a read, not by a network. */
const BEHIND_MAX_MS = 5_000;

/** @param through what the projector's commands are recorded to have come through */
export function projectorLedger(
  execute: (envelope: CommandEnvelope<LedgerCommand>) => Promise<LedgerOutcome>,
  reader: LedgerReader,
  through: CommandEnvelope<LedgerCommand>['actor']['through'],
): ProjectorLedger {
  return {
    view: reader.view,
    execute: async (command, name) => {
      const outcome = await execute({ actor: { name, through }, command });
      return outcome.rejected ? { rejected: outcome.rejected } : { position: outcome.position };
    },
    hasReached: (position) => reader.hasReached(position, BEHIND_MAX_MS),
    onFacts: (listener: FactListener) => reader.onFacts(listener),
  };
}
