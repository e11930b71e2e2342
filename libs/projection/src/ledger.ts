// What a projector is handed of the ledger: a view, an `execute`, and news. It sees no store, no log and no loop.
import type {
  DefineRule,
  GrantParent,
  LedgerView,
  Rejection,
  ReleaseVip,
  ReserveVip,
  ReviseVip,
  SubnetCommand,
  SubnetFact,
  WithdrawParent,
} from '@holdfast/ipam';

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

/** A Subnet's command as callers can give it: the claim to a Vip's name and where a Vip is are the ledger's to know. */
export type LedgerCommand =
  | Exclude<SubnetCommand, VipCommand | { readonly type: 'YieldVipName' }>
  | Omit<ReserveVip, 'claim'>
  | Omit<ReviseVip, 'subnet'>
  | Omit<ReleaseVip, 'subnet'>
  | VipUseCommand;

type VipCommand = ReserveVip | ReviseVip | ReleaseVip | GrantParent | WithdrawParent | DefineRule;

/** How a Vip is used; who knows where the Vip is may say so. */
export type VipUseCommand =
  | WhereverVipIs<GrantParent>
  | WhereverVipIs<WithdrawParent>
  | WhereverVipIs<DefineRule>;

type WhereverVipIs<Of extends { readonly subnet: string }> = Omit<Of, 'subnet'> & Partial<Pick<Of, 'subnet'>>;
