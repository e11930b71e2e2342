// What a client asks for, as it goes over the bus: always under an id of its own, because it will be sent again.
import type {
  DefineRule,
  GrantParent,
  ReleaseVip,
  ReserveVip,
  ReviseVip,
  SubnetCommand,
  WithdrawParent,
} from '@holdfast/ipam';

/** As the control plane takes it: the claim to a Vip's name and where a Vip is are the ledger's to know. */
export type OrderCommand =
  | Exclude<
      SubnetCommand,
      { type: 'ReserveVip' | 'ReviseVip' | 'ReleaseVip' | 'YieldVipName' | 'DefineRule' }
    >
  | Omit<GrantParent, 'subnet'>
  | Omit<DefineRule, 'subnet'>
  | Omit<WithdrawParent, 'subnet'>
  | Omit<ReserveVip, 'claim'>
  | Omit<ReviseVip, 'subnet'>
  | Omit<ReleaseVip, 'subnet'>;

export interface Order {
  readonly commandId: string;
  /** By the client's clock, epoch milliseconds; the same whenever it is sent. */
  readonly issuedAtMs: number;
  readonly command: OrderCommand;
}
