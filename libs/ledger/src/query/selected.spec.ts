// Lists of what has such labels as are asked for, and of nothing else.
import { type Labels, LedgerView, parseLabelSelector, subnet } from '@holdfast/ipam';
import { commandsTo } from '@holdfast/ipam/testing';
import type { LedgerReader } from '../follow/ledger-reader';
import { listPools } from './pools';
import { listReservations } from './reservations';
import { listSubnets } from './subnets';
import { listVips } from './vips';

const TEAMS = ['net', 'web', undefined];

/** Of each kind one of each team: `<team>-...`, and one of nobody's. */
function reader(): LedgerReader {
  const view = new LedgerView();
  for (const [at, team] of TEAMS.entries()) {
    const name = `${team ?? 'no'}-subnet`;
    const { define, definePool, reserve, reserveVip } = commandsTo(name);
    const labels: Labels = team === undefined ? {} : { team, env: 'prod' };
    const state = subnet.initial(name);
    for (const command of [
      define(`10.${at}.0.0/24`, { labels }),
      definePool(`${team ?? 'no'}-pool`, `10.${at}.0.200`, [], labels),
      reserve(`pod/default/${team ?? 'no'}`, '', { labels }),
      reserveVip(`${team ?? 'no'}-vip`, '', { labels }),
    ]) {
      const decision = subnet.decide(command, state, { nowMs: 0, issuedAtMs: 0 });
      for (const event of decision.rejected ? [] : decision.events) {
        subnet.evolve(state, event, 0);
        view.apply({ subnet: name, event, atMs: 0, position: '1' });
      }
    }
  }
  return { view } as LedgerReader;
}

it.each([
  ['team=net', ['net']],
  ['team!=net', ['no', 'web']],
  ['team in (net,web),env=prod', ['net', 'web']],
  ['!team', ['no']],
  ['team', ['net', 'web']],
  ['team=net,team=web', []],
])('%s', (text, expected) => {
  const labels = parseLabelSelector([text]).selector;
  const query = { ...(labels && { labels }), page: { size: 10 } };
  const from = reader();
  const teamOf = (name: string): string => name.replace(/-\w+$/, '');
  const vips = listVips({ type: 'ListVips', ...query }, from);
  const pools = listPools({ type: 'ListPools', ...query }, from);
  const reservations = listReservations({ type: 'ListReservations', kind: 'pod', ...query }, from);
  expect([
    listSubnets({ type: 'ListSubnets', ...query }, from).entries.map(({ name }) => teamOf(name)),
    pools.rejected ? undefined : pools.found.entries.map(({ pool }) => teamOf(pool.name)),
    vips.rejected ? undefined : vips.found.entries.map(({ name }) => teamOf(name)),
    reservations.rejected
      ? undefined
      : reservations.found.entries.map(({ reservation }) => reservation.holder.slice('pod/default/'.length)),
  ]).toEqual(Array.from({ length: 4 }, () => expected));
});

it('a page of those that are selected says whether more follow', () => {
  const labels = parseLabelSelector(['env=prod']).selector;
  const query = { type: 'ListSubnets', ...(labels && { labels }), page: { size: 1 } } as const;
  const first = listSubnets(query, reader());
  expect(first.last).toEqual(['net-subnet']);
  const second = listSubnets({ ...query, page: { size: 1, after: first.last ?? [] } }, reader());
  expect([second.entries.map(({ name }) => name), second.last]).toEqual([['web-subnet'], undefined]);
});
