// What a command's caller is told, from what the command loop answers.
import type { Message } from '@bufbuild/protobuf';
import type { SubnetReply } from '@holdfast/ipam';
import type { OperationName, Operations } from '../operations';
import type { ReplyOf } from '../operation';
import { presentHeldReservation, presentHeldVip } from './reservation';
import { presentDefinition } from './subnet';

/** What was decided, in which subnet, by which command, and where the log stands since. */
export interface Decided {
  readonly subnet: string;
  readonly reply: SubnetReply;
  readonly commandId: string;
  readonly position: string | undefined;
}

/** The fields alone: operations that answer alike can then share a function. */
type Reply<Name extends OperationName> = Exclude<ReplyOf<Operations[Name]>, Message>;

const receipt = ({ commandId, position = '' }: Decided) => ({ commandId, position });

/** Of DefineSubnet and ReviseSubnet. */
export function presentSubnetReply(decided: Decided): Reply<'DefineSubnet' | 'ReviseSubnet'> {
  const { definition } = decided.reply;
  return {
    ...(definition && { subnet: presentDefinition(decided.subnet, definition) }),
    ...receipt(decided),
  };
}

export const presentRetireReply = (decided: Decided): Reply<'RetireSubnet'> => receipt(decided);

/** Of ReserveAddress, MoveAddress and ReleaseAddress. */
export function presentReservationReply(
  decided: Decided,
): Reply<'ReserveAddress' | 'MoveAddress' | 'ReleaseAddress'> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && { reservation: presentHeldReservation(decided.subnet, reservation) }),
    ...receipt(decided),
  };
}

/** Of ReserveVip, ReviseVip and ReleaseVip. */
export function presentVipReply(decided: Decided): Reply<'ReserveVip' | 'ReviseVip' | 'ReleaseVip'> {
  const { reservation } = decided.reply;
  return {
    ...(reservation && { vip: presentHeldVip(decided.subnet, reservation) }),
    ...receipt(decided),
  };
}
