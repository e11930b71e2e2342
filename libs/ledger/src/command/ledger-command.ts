// What a caller may ask of the ledger.
import type { CommandOutcome } from '@holdfast/event-store';
import type {
  DefineRule,
  GrantParent,
  Rejection,
  ReleaseVip,
  ReserveVip,
  ReviseVip,
  SubnetCommand,
  SubnetReply,
  WithdrawParent,
} from '@holdfast/ipam';

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

const VIP_USES: readonly string[] = [
  'GrantParent',
  'WithdrawParent',
  'DefineRule',
] satisfies VipUseCommand['type'][];

export const isVipUseCommand = (command: LedgerCommand): command is VipUseCommand =>
  VIP_USES.includes(command.type);

type WhereverVipIs<Of extends { readonly subnet: string }> = Omit<Of, 'subnet'> & Partial<Pick<Of, 'subnet'>>;

/** With the subnet in which it was decided: a Vip's caller need not know it. */
export type LedgerOutcome = CommandOutcome<SubnetReply, Rejection> & { readonly subnet: string };
