import { LedgerView } from '../../view';
import { commandsTo, eventsOf, scenario } from '../../testing';
import { type SubnetState, subnet } from '..';

const NAME = 'ovn-default';
const { reserved } = eventsOf(NAME);

/** Never called: what it does not let anybody do is for the compiler to say. */
export function cannotChange(state: SubnetState, view: LedgerView): void {
  const event = reserved('pod/default/a', '10.16.0.2');
  // @ts-expect-error only who owns the fold moves it on
  state.evolve(event, 0);
  // @ts-expect-error a definition comes by an event
  state.definition = undefined;
  // @ts-expect-error a reservation comes by an event
  state.byHolder.hold('pod/default/a', { holder: 'pod/default/a', sinceMs: 0 });
  // @ts-expect-error a user comes by an event
  state.users.evolve({ type: 'RetentionSet', holder: 'pod/default/a' }, 0);
  // @ts-expect-error labels come by an event
  state.labels.evolve({ type: 'LabelsSet', labels: {} }, 0);
  // @ts-expect-error a rule comes by an event
  state.uses.endVip('web');
  // @ts-expect-error an address is used by an event
  state.space(4)?.use(1);
  // @ts-expect-error what the view shows is to read
  view.subnet(NAME)?.evolve(event, 0);
}

describe('a Subnet that is read', () => {
  it('is the one that is folded, seen through a narrower type', () => {
    const story = scenario(subnet, NAME).after(commandsTo(NAME).define('10.16.0.0/24'));
    const view = new LedgerView();
    const [event] = story.events;
    view.apply({ subnet: NAME, event: event!, atMs: story.nowMs, position: '1' });
    expect(view.subnet(NAME)?.definition).toEqual(story.state.definition);
  });
});
