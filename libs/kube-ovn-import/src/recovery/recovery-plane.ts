// The process whose ledger is to be recovered, as recovery speaks to it besides the contract: what it found at its sides, and the
// commands that it takes while a side is fenced. How a call gets there is the caller's.
import type {
  FenceReason,
  LedgerMark,
  RecoveryChoice,
  SettleAddress,
  Side,
  WithholdAddresses,
} from '@holdfast/ipam';
import type { LedgerCallOutcome } from '../run/ledger-client';

export interface PlaneSide {
  readonly side: Side;
  readonly state: 'uncompared' | 'agrees' | 'fenced';
  readonly why?: FenceReason;
  readonly message?: string;
  readonly found?: { readonly mark: LedgerMark; readonly shownPosition?: string };
}

export interface PlaneSides {
  /** Where its ledger stands. */
  readonly ledger: LedgerMark;
  readonly sides: readonly PlaneSide[];
}

export interface SideDecision {
  readonly choice: RecoveryChoice;
  readonly because: string;
  readonly found: LedgerMark;
  readonly shownPosition?: string;
}

export interface RecoveryPlane {
  sides(): Promise<LedgerCallOutcome<PlaneSides>>;
  /** A command of the contract, by its name. */
  command(name: string, request: object): Promise<LedgerCallOutcome<object>>;
  withhold(command: Omit<WithholdAddresses, 'type'>): Promise<LedgerCallOutcome<object>>;
  settle(command: Omit<SettleAddress, 'type'>): Promise<LedgerCallOutcome<object>>;
  recover(side: Side, decision: SideDecision): Promise<LedgerCallOutcome<object>>;
}
