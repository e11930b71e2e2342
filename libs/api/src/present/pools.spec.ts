// Pools are shown with what the view counts, and with nothing of the message's own counting.
import { LedgerView, SubnetFold, type SubnetCommand, type SubnetState, subnet } from '@holdfast/ipam';
import { commandsTo, labelsGivenIn } from '@holdfast/ipam/testing';
import { presentReservation, presentVip } from './reservation';
import { presentPools, presentSubnet, presentSubnetWithPools } from './subnet';

const NAME = 'ovn-default';
const { define, definePool, reserve, reserveVip } = commandsTo(NAME);
const { setLabels } = labelsGivenIn(NAME);

function viewAfter(...commands: readonly SubnetCommand[]): LedgerView {
  const view = new LedgerView();
  let state = new SubnetFold(NAME);
  for (const command of commands) {
    const decision = subnet.decide(command, state, { nowMs: 0, issuedAtMs: 0 });
    if (decision.rejected) throw new Error(decision.rejected.message);
    for (const event of decision.events) {
      state = subnet.evolve(state, event, 0);
      view.apply({ subnet: NAME, event, atMs: 0, position: '1' });
    }
  }
  return view;
}

const view = viewAfter(
  define('10.0.0.0/24 fd00::/64', { excluded: ['10.0.0.50..10.0.0.65'] }),
  definePool('gold', '10.0.0.40..10.0.0.60 fd00::40..fd00::4f'),
  definePool('silver', '10.0.0.61..10.0.0.70'),
  reserve('pod/default/a', '10.0.0.41 fd00::41'),
  reserve('pod/default/b', '10.0.0.55', { families: [4] }),
  reserve('pod/default/c', '10.0.0.70', { families: [4] }),
);
const shown = view.subnet(NAME) as SubnetState;

it.each([
  ['gold', ['2', '9'], ['1', '15']],
  ['silver', ['1', '4'], ['0', '0']],
])('pool %s is shown as the view counts it', (name, v4, v6) => {
  const pool = shown.definition?.pools?.find((each) => each.name === name);
  const [presented] = presentPools([{ subnet: shown, pool: pool! }], view);
  expect(presented?.counts?.map(({ using, available }) => [using, available])).toEqual([v4, v6]);
  expect(presentSubnetWithPools(shown, view).pools).toContainEqual(presented);
});

it('a pool of a Subnet that the view does not show any more is shown without counts', () => {
  const [pool] = shown.definition?.pools ?? [];
  expect(presentPools([{ subnet: shown, pool: pool! }], new LedgerView())[0]?.counts).toEqual([]);
});

it('labels are shown of all that has some', () => {
  const of = { subnet: { team: 'net' }, pool: { team: 'mail' }, pod: { team: 'web' }, vip: { team: 'lb' } };
  const labelled = viewAfter(
    define('10.0.0.0/24'),
    definePool('mail', '10.0.0.40..10.0.0.60', [], of.pool),
    definePool('plain', '10.0.0.61', []),
    reserve('pod/default/a', '', { labels: of.pod }),
    reserveVip('web', '', { labels: of.vip }),
    setLabels('', of.subnet),
  );
  const state = labelled.subnet(NAME) as SubnetState;
  for (const shown of [presentSubnet(state), presentSubnetWithPools(state, labelled)]) {
    expect(shown.labels).toEqual(of.subnet);
    expect(shown.pools?.map(({ labels }) => labels)).toEqual([of.pool, undefined]);
  }
  const pools = (state.definition?.pools ?? []).map((pool) => ({ subnet: state, pool }));
  expect(presentPools(pools, labelled).map(({ labels }) => labels)).toEqual([of.pool, undefined]);
  const reservations = [...state.byHolder.values()].map((each) => presentReservation(state, each).labels);
  expect(reservations).toEqual([of.pod, of.vip]);
  expect(presentVip(labelled.vip('web')!).labels).toEqual(of.vip);
});
