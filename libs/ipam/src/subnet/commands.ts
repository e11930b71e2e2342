// What may be asked of a Subnet: each command stands in a file of its own, with what decides it. Values are parsed already; a
// command carries intent, never time or chance.
import type { DefinePool } from './definition/define-pool';
import type { DefineSubnet } from './definition/define-subnet';
import type { RetirePool } from './definition/retire-pool';
import type { RetireSubnet } from './definition/retire-subnet';
import type { ReviseSubnet } from './definition/revise-subnet';
import type { SetLabels } from './label/set-labels';
import type { GrantParent } from './parent/grant-parent';
import type { WithdrawParent } from './parent/withdraw-parent';
import type { MoveAddress } from './reservation/move-address';
import type { ReleaseAddress } from './reservation/release-address';
import type { ReserveAddress } from './reservation/reserve-address';
import type { DefineRule } from './rule/define-rule';
import type { RetireRule } from './rule/retire-rule';
import type { ReviseRule } from './rule/revise-rule';
import type { SetRuleBackends } from './rule/set-rule-backends';
import type { AttachUser } from './user/attach-user';
import type { DetachUser } from './user/detach-user';
import type { EndOwner } from './user/end-owner';
import type { MovePrimary } from './user/move-primary';
import type { ReleaseExpired } from './user/release-expired';
import type { SetRetention } from './user/set-retention';
import type { ReleaseVip } from './vip/release-vip';
import type { ReserveVip } from './vip/reserve-vip';
import type { ReviseVip } from './vip/revise-vip';
import type { SettleAddress } from './withheld/settle-address';
import type { WithholdAddresses } from './withheld/withhold-addresses';
import type { YieldVipName } from './vip/yield-vip-name';

export type UserCommand = AttachUser | DetachUser | MovePrimary | EndOwner | ReleaseExpired | SetRetention;

export type SubnetCommand =
  | DefineSubnet
  | ReviseSubnet
  | RetireSubnet
  | DefinePool
  | RetirePool
  | ReserveAddress
  | MoveAddress
  | ReleaseAddress
  | ReserveVip
  | ReviseVip
  | ReleaseVip
  | UserCommand
  | GrantParent
  | WithdrawParent
  | DefineRule
  | ReviseRule
  | RetireRule
  | SetRuleBackends
  | YieldVipName
  | SetLabels
  | WithholdAddresses
  | SettleAddress;

export type {
  AttachUser,
  DefinePool,
  DefineRule,
  DefineSubnet,
  DetachUser,
  EndOwner,
  GrantParent,
  MoveAddress,
  MovePrimary,
  ReleaseAddress,
  ReleaseExpired,
  ReleaseVip,
  ReserveAddress,
  ReserveVip,
  RetirePool,
  RetireRule,
  RetireSubnet,
  ReviseRule,
  ReviseSubnet,
  ReviseVip,
  SetLabels,
  SetRetention,
  SetRuleBackends,
  SettleAddress,
  WithdrawParent,
  WithholdAddresses,
  YieldVipName,
};
