import { commandsTo, eventsOf, podUser, scenario, usersIn } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve } = commandsTo(NAME);
const { released, held } = eventsOf(NAME);
const { attach, detach, endOwner } = usersIn(NAME);
const set = 'statefulset/default/web/0';
const first = podUser('default/web-0 u1', 'n1');
const given = (retention?: string) =>
  scenario(subnet, NAME).after(define('10.16.0.0/24', { ...(retention && { retention }) }), reserve(set));

describe('EndOwner', () => {
  it('releases what was kept for it', () => {
    given()
      .after(attach(set, first), detach(set, 'u1', 'exists'))
      .when(endOwner(set))
      .then(released(set, held('10.16.0.2'), 'StatefulSet deleted'));
  });
});
