// What each query of the contract is answered with: found in the view, or through it in the log, and presented at once, while
// the view stands at the position that the reply tells.
import {
  type MeaningOf,
  type Operations,
  type ReplyOf,
  type UseInit,
  type VipFindings,
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
import type { Clock } from '@holdfast/clock';
import type { EventStore } from '@holdfast/event-store';
import {
  type Found,
  type LedgerReader,
  getHistory,
  getPool,
  getReservation,
  getRule,
  getSubnet,
  getVip,
  listFreeAddresses,
  listPools,
  listReservations,
  listRules,
  listSubnets,
  listVips,
  whoHeld,
  whyRetained,
} from '@holdfast/ledger';
import { presentHolding, presentPast } from './present-past';

export interface QuerySources {
  readonly reader: LedgerReader;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly findingsOf: (vip: string) => VipFindings;
}

export type QueryName =
  | 'GetSubnet'
  | 'ListSubnets'
  | 'ListFreeAddresses'
  | 'GetPool'
  | 'ListPools'
  | 'GetReservation'
  | 'ListReservations'
  | 'GetVip'
  | 'ListVips'
  | 'GetRule'
  | 'ListRules'
  | 'GetHistory'
  | 'WhoHeld';

type QueryAnswers = {
  readonly [Name in QueryName]: (
    query: MeaningOf<Operations[Name]>,
    sources: QuerySources,
  ) => Found<Reply<Name>> | Promise<Found<Reply<Name>>>;
};

type Reply<Name extends QueryName> = Omit<ReplyOf<Operations[Name]>, 'position' | '$typeName' | '$unknown'>;

export const QUERY_ANSWERS: QueryAnswers = {
  GetSubnet: (query, { reader }) =>
    present(getSubnet(query, reader), (found) => ({ subnet: presentSubnetWithPools(found, reader.view) })),

  ListSubnets: (query, { reader }) =>
    present({ found: listSubnets(query, reader) }, ({ entries, last }) => ({
      subnets: entries.map(presentSubnet),
      nextPageToken: pageToken('ListSubnets', last),
    })),

  ListFreeAddresses: (query, { reader, clock }) =>
    present(listFreeAddresses(query, reader, clock), ({ family, addresses, available }) => ({
      family: presentFamily(family),
      addresses: [...addresses],
      available: String(available),
    })),

  GetPool: (query, { reader }) =>
    present(getPool(query, reader), (found) => ({ pool: presentPools([found], reader.view)[0] })),

  ListPools: (query, { reader }) =>
    present(listPools(query, reader), ({ entries, last }) => ({
      pools: presentPools(entries, reader.view),
      nextPageToken: pageToken('ListPools', last),
    })),

  GetReservation: async (query, { reader, store }) => {
    const answer = getReservation(query, reader);
    if (answer.rejected) return answer;
    const { subnet, reservation } = answer.found;
    const presented = presentReservation(subnet, reservation);
    const why = () => whyRetained(subnet.name, query.holder, reader, store);
    return { found: { reservation: await explained(presented, why) } };
  },

  ListReservations: (query, { reader }) =>
    present(listReservations(query, reader), ({ entries, last }) => ({
      reservations: entries.map(({ subnet, reservation }) => presentReservation(subnet, reservation)),
      nextPageToken: pageToken('ListReservations', last),
    })),

  GetVip: async (query, { reader, store, findingsOf }) => {
    const answer = getVip(query, reader);
    if (answer.rejected) return answer;
    const { subnet, reservation } = answer.found;
    const vip = presentVip(answer.found);
    const uses = presentVipUses(answer.found, findingsOf(query.name));
    const why = () => whyRetained(subnet.name, reservation.holder, reader, store);
    return { found: { vip, ...(await explained(uses, why)) } };
  },

  ListVips: (query, { reader }) =>
    present(listVips(query, reader), ({ entries, last }) => ({
      vips: entries.map(presentVip),
      nextPageToken: pageToken('ListVips', last),
    })),

  GetRule: (query, { reader }) =>
    present(getRule(query, reader), ({ subnet, rule }) => ({
      rule: presentRule(subnet.name, rule.name, rule),
      backends: presentAddresses(rule.backends),
    })),

  ListRules: (query, { reader }) =>
    present(listRules(query, reader), ({ entries, last }) => ({
      rules: entries.map(({ subnet, rule }) => presentRule(subnet.name, rule.name, rule)),
      nextPageToken: pageToken('ListRules', last),
    })),

  GetHistory: async (query, { reader, store }) => {
    const { entries, last } = await getHistory(query, reader, store);
    return { found: { events: entries.map(presentPast), nextPageToken: pageToken('GetHistory', last) } };
  },

  WhoHeld: async (query, { reader, store }) => ({
    found: { holdings: (await whoHeld(query, reader, store)).map(presentHolding) },
  }),
};

function present<Value, Presented>(answer: Found<Value>, how: (value: Value) => Presented): Found<Presented> {
  return answer.rejected ? answer : { found: how(answer.found) };
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
