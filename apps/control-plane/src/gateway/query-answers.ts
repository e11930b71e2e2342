// The questions: each asks the view, or through it the log, and presents what was found.
import {
  type Answer,
  type Handlers,
  type UseInit,
  type VipFindings,
  fault,
  pageToken,
  presentAddresses,
  presentFamily,
  presentPools,
  presentReservation,
  presentRule,
  presentSubnet,
  presentSubnetWithPools,
  presentVip,
  presentVipUses,
} from '@holdfast/api';
import type { Rejection } from '@holdfast/ipam';
import type { QueryBus } from '@nestjs/cqrs';
import { getHistory, whoHeld, whyRetained } from '@holdfast/ledger';
import { getPool, listPools } from '../ledger/answer-pool';
import * as answers from '../ledger/answer-query';
import { getRule, listRules } from '../ledger/answer-rule';
import { AskLedger, type Ledger } from '../ledger/ledger-messages';
import type { Caller } from './caller';
import { presentHolding, presentPast } from './present-past';

type Found<Value> =
  | { readonly found: Value; readonly rejected?: undefined }
  | { readonly rejected: Rejection };

type Ask = ReturnType<typeof askThrough>;

/** What others in this process know of a Vip. */
export type FindingsOf = (vip: string) => VipFindings;

export function queryHandlers(
  queries: QueryBus,
  findingsOf: FindingsOf,
): SubnetQueries & ReservationQueries & VipQueries & PastQueries {
  const ask = askThrough(queries);
  return { ...ofSubnets(ask), ...ofReservations(ask), ...ofVips(ask, findingsOf), ...ofThePast(ask) };
}

type SubnetQueries = Pick<
  Handlers<Caller>,
  'GetSubnet' | 'ListSubnets' | 'ListFreeAddresses' | 'GetPool' | 'ListPools'
>;
type ReservationQueries = Pick<Handlers<Caller>, 'GetReservation' | 'ListReservations'>;
type VipQueries = Pick<Handlers<Caller>, 'GetVip' | 'ListVips' | 'GetRule' | 'ListRules'>;
type PastQueries = Pick<Handlers<Caller>, 'GetHistory' | 'WhoHeld'>;

/** Asks once the view has reached the position that the query names, and adds the one that it reflects. */
function askThrough(queries: QueryBus) {
  return async <Value, Reply>(
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
}

function ofSubnets(ask: Ask): SubnetQueries {
  return {
    GetSubnet: (query) =>
      ask(
        query,
        ({ reader }) =>
          counted(answers.getSubnet(query, reader), (found) => ({
            subnet: presentSubnetWithPools(found, reader.view),
          })),
        (found) => found,
      ),
    ListSubnets: (query) =>
      ask(
        query,
        ({ reader }) =>
          counted({ found: answers.listSubnets(query, reader) }, ({ entries, last }) => ({
            subnets: entries.map(presentSubnet),
            nextPageToken: pageToken('ListSubnets', last),
          })),
        (found) => found,
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
    GetPool: (query) =>
      ask(
        query,
        ({ reader }) =>
          counted(getPool(query, reader), (found) => ({ pool: presentPools([found], reader.view)[0] })),
        (found) => found,
      ),
    ListPools: (query) =>
      ask(
        query,
        ({ reader }) =>
          counted(listPools(query, reader), ({ entries, last }) => ({
            pools: presentPools(entries, reader.view),
            nextPageToken: pageToken('ListPools', last),
          })),
        (found) => found,
      ),
  };
}

/** Presented while the view stands at the position that the reply tells: it moves on, and its counts with it. */
function counted<Value, Reply>(answer: Found<Value>, present: (value: Value) => Reply): Found<Reply> {
  return answer.rejected ? answer : { found: present(answer.found) };
}

function ofReservations(ask: Ask): ReservationQueries {
  return {
    GetReservation: (query) =>
      ask(
        query,
        async ({ reader, store }) => {
          const answer = answers.getReservation(query, reader);
          if (answer.rejected) return answer;
          const { subnet, reservation } = answer.found;
          const presented = presentReservation(subnet, reservation);
          return {
            found: await explained(presented, () => whyRetained(subnet.name, query.holder, reader, store)),
          };
        },
        (reservation) => ({ reservation }),
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
  };
}

function ofVips(ask: Ask, findingsOf: FindingsOf): VipQueries {
  return {
    GetVip: (query) =>
      ask(
        query,
        async ({ reader, store }) => {
          const answer = answers.getVip(query, reader);
          if (answer.rejected) return answer;
          const { subnet, reservation } = answer.found;
          const vip = presentVip(answer.found);
          const uses = presentVipUses(answer.found, findingsOf(query.name));
          const why = () => whyRetained(subnet.name, reservation.holder, reader, store);
          return { found: { vip, ...(await explained(uses, why)) } };
        },
        (found) => found,
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
    GetRule: (query) =>
      ask(
        query,
        ({ reader }) => getRule(query, reader),
        ({ subnet, rule }) => ({
          rule: presentRule(subnet.name, rule.name, rule),
          backends: presentAddresses(rule.backends),
        }),
      ),
    ListRules: (query) =>
      ask(
        query,
        ({ reader }) => listRules(query, reader),
        ({ entries, last }) => ({
          rules: entries.map(({ subnet, rule }) => presentRule(subnet.name, rule.name, rule)),
          nextPageToken: pageToken('ListRules', last),
        }),
      ),
  };
}

/** With the reason for which it is kept, which stands in the log. The view moves on meanwhile: what it said is kept. */
async function explained<Use extends UseInit>(
  use: Use,
  lookUp: () => Promise<string | undefined>,
): Promise<Use> {
  if (!use.retained) return use;
  const reason = await lookUp();
  return reason === undefined ? use : { ...use, retained: { ...use.retained, reason } };
}

function ofThePast(ask: Ask): PastQueries {
  return {
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
