// The port to the ledger: what the Kubernetes face asks of whoever holds the truth. It sees no store, no log and no
// command loop; it reads a view, hands orders in, and is told of facts.
import type {
  LedgerView,
  Rejection,
  ReleaseVip,
  ReserveVip,
  ReviseVip,
  SubnetCommand,
  SubnetFact,
} from '@holdfast/ipam';

/** A Subnet's command as a caller can give it: the claim to a Vip's name and where a Vip is are the ledger's to know. */
export type LedgerOrder =
  | Exclude<SubnetCommand, { readonly type: 'ReserveVip' | 'ReviseVip' | 'ReleaseVip' | 'YieldVipName' }>
  | Omit<ReserveVip, 'claim'>
  | Omit<ReviseVip, 'subnet'>
  | Omit<ReleaseVip, 'subnet'>;

export type LedgerAnswer =
  | {
      /** Of the command's last event, or of the stream's when nothing had to happen. */
      readonly position: string | undefined;
      readonly rejected?: undefined;
    }
  | { readonly rejected: Rejection };

export interface Ledger {
  /** Must be given `through` with every fact, or the face cannot tell its own Vips from those of others. */
  readonly view: LedgerView;

  /**
   * Decides and remembers. `actor` says who asked, in words for the record; through what is the adapter's to say. No command
   * id comes along: the face looks before it asks again.
   * @throws Error with `code` and `retryable` when it could not be done, or when nobody knows whether it was.
   */
  execute(order: LedgerOrder, actor: string): Promise<LedgerAnswer>;

  /** Whether `view` shows the event at `position`, after a bounded wait for it. */
  hasReached(position: string): Promise<boolean>;

  /** Tells `listener` of every fact from now on, in order, after `view` shows it. Returns how to stop. */
  onFacts(listener: (facts: readonly SubnetFact[]) => void): () => void;
}
