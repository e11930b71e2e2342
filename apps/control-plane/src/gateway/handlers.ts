// What each operation of the contract does: a command goes to the CommandBus, a question to the QueryBus.
import {
  type Answer,
  type Asked,
  type Decided,
  type Handlers,
  fault,
  pageToken,
  presentFamily,
  presentReservation,
  presentReservationReply,
  presentRetireReply,
  presentSubnet,
  presentSubnetReply,
  presentVip,
  presentVipReply,
} from '@holdfast/api';
import type { Actor } from '@holdfast/event-store';
import type { Rejection } from '@holdfast/ipam';
import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import { getHistory, whoHeld } from '../ledger/answer-history';
import * as answers from '../ledger/answer-query';
import { AskLedger, ExecuteSubnetCommand, type Ledger, type SubnetOrder } from '../ledger/ledger-messages';
import { presentHolding, presentPast } from './present-past';
import type { StatusReport } from './status-report';

export interface Caller {
  readonly through: Actor['through'];
  /** Who calls, when the call itself does not say. */
  readonly name: string;
}

interface Buses {
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  readonly status: () => StatusReport;
}

type Found<Value> =
  | { readonly found: Value; readonly rejected?: undefined }
  | { readonly rejected: Rejection };

export function handlers({ commands, queries, status }: Buses): Handlers<Caller> {
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

  /** Asks the view and presents what was found, with the position that it reflects. */
  const ask = async <Value, Reply>(
    query: { readonly atLeastPosition?: string },
    question: (ledger: Ledger) => Found<Value> | Promise<Found<Value>>,
    present: (value: Value) => Reply,
  ): Promise<Answer<Reply & { position: string }>> => {
    const asked = await queries.execute(new AskLedger(question, query.atLeastPosition));
    if ('behind' in asked) return tooFarBehind(query.atLeastPosition ?? '', asked.behind);
    const { answer, position = '' } = asked;
    return answer.rejected
      ? { rejected: answer.rejected }
      : { reply: { ...present(answer.found), position } };
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

    GetSubnet: (query) =>
      ask(
        query,
        ({ reader }) => answers.getSubnet(query, reader),
        (found) => ({ subnet: presentSubnet(found) }),
      ),
    ListSubnets: (query) =>
      ask(
        query,
        ({ reader }) => ({ found: answers.listSubnets(query, reader) }),
        ({ entries, last }) => ({
          subnets: entries.map(presentSubnet),
          nextPageToken: pageToken('ListSubnets', last),
        }),
      ),
    ListFreeAddresses: (query) =>
      ask(
        query,
        ({ reader, clock }) => answers.listFreeAddresses(query, reader, clock),
        ({ family, addresses, available }) => ({
          family: presentFamily(family),
          addresses: [...addresses],
          available: String(available),
        }),
      ),
    GetReservation: (query) =>
      ask(
        query,
        ({ reader }) => answers.getReservation(query, reader),
        ({ subnet, reservation }) => ({ reservation: presentReservation(subnet, reservation) }),
      ),
    ListReservations: (query) =>
      ask(
        query,
        ({ reader }) => answers.listReservations(query, reader),
        ({ entries, last }) => ({
          reservations: entries.map(({ subnet, reservation }) => presentReservation(subnet, reservation)),
          nextPageToken: pageToken('ListReservations', last),
        }),
      ),
    GetVip: (query) =>
      ask(
        query,
        ({ reader }) => answers.getVip(query, reader),
        (found) => ({ vip: presentVip(found) }),
      ),
    ListVips: (query) =>
      ask(
        query,
        ({ reader }) => answers.listVips(query, reader),
        ({ entries, last }) => ({
          vips: entries.map(presentVip),
          nextPageToken: pageToken('ListVips', last),
        }),
      ),
    GetHistory: (query) =>
      ask(
        query,
        async ({ reader, store }) => ({ found: await getHistory(query, reader, store) }),
        ({ entries, last }) => ({
          events: entries.map(presentPast),
          nextPageToken: pageToken('GetHistory', last),
        }),
      ),
    WhoHeld: (query) =>
      ask(
        query,
        async ({ reader, store }) => ({ found: await whoHeld(query, reader, store) }),
        (holdings) => ({ holdings: holdings.map(presentHolding) }),
      ),
    GetStatus: async () => ({ reply: status() }),
  };
}

function tooFarBehind(wanted: string, behind: string | undefined): ReturnType<typeof fault> {
  return fault(
    'DeadlineExceeded',
    `The view is at ${behind ?? 'the beginning'} and did not reach ${wanted} in time; ask again.`,
    {
      atLeastPosition: wanted,
      position: behind ?? '',
    },
  );
}
