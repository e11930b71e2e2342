// What each operation of the contract does: a command goes to the CommandBus, a question to the QueryBus.
import {
  type Answer,
  type Asked,
  type Decided,
  type Handlers,
  presentBackendsReply,
  presentEndReply,
  presentParentReply,
  presentPoolReply,
  presentReceipt,
  presentReservationReply,
  presentRuleReply,
  presentSubnetReply,
  presentUserReply,
  presentVipReply,
} from '@holdfast/api';
import type { DefinePool } from '@holdfast/ipam';
import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ExecuteSubnetCommand, type SubnetOrder } from '../ledger/ledger-messages';
import type { Caller } from './caller';
import { type FindingsOf, queryHandlers } from './query-handlers';
import type { StatusReport } from './status-report';

interface Buses {
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  readonly status: () => StatusReport;
  readonly findingsOf: FindingsOf;
}

export function handlers({ commands, queries, status, findingsOf }: Buses): Handlers<Caller> {
  /** Runs a command and presents what was decided. */
  const decide =
    <Order extends SubnetOrder, Reply>(present: (decided: Decided, command: Order) => Reply) =>
    async (
      { command, commandId, issuedAtMs, actor }: Asked<Order>,
      caller: Caller,
    ): Promise<Answer<Reply>> => {
      const outcome = await commands.execute(
        new ExecuteSubnetCommand({
          commandId,
          issuedAtMs,
          actor: { name: actor ?? caller.name, through: caller.through },
          command,
        }),
      );
      return outcome.rejected ? outcome : { reply: present(outcome, command) };
    };

  return {
    DefineSubnet: decide(presentSubnetReply),
    ReviseSubnet: decide(presentSubnetReply),
    RetireSubnet: decide(presentReceipt),
    DefinePool: decide((decided, { name }: DefinePool) => presentPoolReply(decided, name)),
    RetirePool: decide(presentReceipt),
    ReserveAddress: decide(presentReservationReply),
    MoveAddress: decide(presentReservationReply),
    ReleaseAddress: decide(presentReservationReply),
    AttachUser: decide(presentUserReply),
    DetachUser: decide(presentEndReply),
    MovePrimary: decide(presentUserReply),
    EndOwner: decide(presentEndReply),
    ReleaseExpired: decide(presentEndReply),
    SetRetention: decide(presentReceipt),
    ReserveVip: decide(presentVipReply),
    ReviseVip: decide(presentVipReply),
    ReleaseVip: decide(presentVipReply),
    GrantVipParent: decide(presentParentReply),
    WithdrawVipParent: decide(presentParentReply),
    DefineRule: decide(presentRuleReply),
    ReviseRule: decide(presentRuleReply),
    RetireRule: decide(presentReceipt),
    SetRuleBackends: decide(presentBackendsReply),

    ...queryHandlers(queries, findingsOf),

    GetStatus: async () => ({ reply: status() }),
  };
}
