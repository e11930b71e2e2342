// What a caller may ask of the ledger.
import type { CommandOutcome } from '@holdfast/event-store';
import {
  type DefineRule,
  type GrantParent,
  type Rejection,
  type ReleaseVip,
  type ReserveVip,
  type ReviseVip,
  type SetLabels,
  type SubnetCommand,
  type SubnetReply,
  type WithdrawParent,
  vipNameOf,
} from '@holdfast/ipam';

/** A Subnet's command as callers can give it: the claim to a Vip's name and where a Vip is are the ledger's to know. */
export type LedgerCommand =
  | Exclude<SubnetCommand, VipCommand | { readonly type: 'YieldVipName' }>
  | Omit<ReserveVip, 'claim'>
  | Omit<ReviseVip, 'subnet'>
  | Omit<ReleaseVip, 'subnet'>
  | VipUseCommand;

type VipCommand = ReserveVip | ReviseVip | ReleaseVip | GrantParent | WithdrawParent | DefineRule | SetLabels;

/** How a Vip is used, and its labels; who knows where the Vip is may say so. Other labels are of a subnet that is named. */
export type VipUseCommand =
  | WhereverVipIs<GrantParent>
  | WhereverVipIs<WithdrawParent>
  | WhereverVipIs<DefineRule>
  | WhereverVipIs<SetLabels>;

const VIP_USES: readonly string[] = [
  'GrantParent',
  'WithdrawParent',
  'DefineRule',
  'SetLabels',
] satisfies VipUseCommand['type'][];

export const isVipUseCommand = (command: LedgerCommand): command is VipUseCommand =>
  VIP_USES.includes(command.type);

/** Which Vip it is about; '' for labels of something else. */
export const vipOfUse = (command: VipUseCommand): string =>
  command.type === 'SetLabels' ? ((command.holder && vipNameOf(command.holder)) ?? '') : command.vip;

type WhereverVipIs<Of extends { readonly subnet: string }> = Omit<Of, 'subnet'> & Partial<Pick<Of, 'subnet'>>;

/** With the subnet in which it was decided: a Vip's caller need not know it. */
export type LedgerOutcome = CommandOutcome<SubnetReply, Rejection> & { readonly subnet: string };
