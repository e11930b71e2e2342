// What each operation of the contract does: a command goes to the CommandBus, a question to the QueryBus.
import {
  type Answer,
  type Asked,
  type Decided,
  type Handlers,
  presentBackendsReply,
  presentParentReply,
  presentReservationReply,
  presentRetireReply,
  presentRuleReply,
  presentSubnetReply,
  presentVipReply,
} from '@holdfast/api';
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
    <Order extends SubnetOrder, Reply>(present: (decided: Decided) => Reply) =>
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
      return outcome.rejected ? outcome : { reply: present(outcome) };
    };

  return {
    DefineSubnet: decide(presentSubnetReply),
    ReviseSubnet: decide(presentSubnetReply),
    RetireSubnet: decide(presentRetireReply),
    ReserveAddress: decide(presentReservationReply),
    MoveAddress: decide(presentReservationReply),
    ReleaseAddress: decide(presentReservationReply),
    ReserveVip: decide(presentVipReply),
    ReviseVip: decide(presentVipReply),
    ReleaseVip: decide(presentVipReply),
    GrantVipParent: decide(presentParentReply),
    WithdrawVipParent: decide(presentParentReply),
    DefineRule: decide(presentRuleReply),
    ReviseRule: decide(presentRuleReply),
    RetireRule: decide(presentRetireReply),
    SetRuleBackends: decide(presentBackendsReply),

    ...queryHandlers(queries, findingsOf),

    GetStatus: async () => ({ reply: status() }),
  };
}
