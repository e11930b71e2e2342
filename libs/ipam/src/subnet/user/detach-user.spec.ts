import { commandsTo, eventsOf, podUser, scenario, usersIn } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve } = commandsTo(NAME);
const { released, held } = eventsOf(NAME);
const { attach, detach } = usersIn(NAME);
const set = 'statefulset/default/web/0';
const holder = reserve(set).holder;
const first = podUser('default/web-0 u1', 'n1');
const second = podUser('default/web-0 u2', 'n2');
const given = (retention?: string) =>
  scenario(subnet, NAME).after(define('10.16.0.0/24', { ...(retention && { retention }) }), reserve(set));
type Story = ReturnType<typeof given>;
const users = (story: Story, of = holder) => story.state.users.usersOf(of).map(({ uid }) => uid);

describe('DetachUser', () => {
  it('of a Pod keeps what its StatefulSet will want again, on record', () => {
    const story = given().after(attach(set, first));
    story
      .when(detach(set, 'u1', 'exists'))
      .then(
        { type: 'UserDetached', holder, user: first, reason: 'Pod deleted' },
        { type: 'ReservationRetained', holder, retention: { keep: 'owner' }, reason: 'Pod deleted' },
      );
    story.after(attach(set, second));
    expect(story.state.users.of(holder)?.retained).toBeUndefined();
  });

  it('never means the successor of the same name: its UID is another', () => {
    const story = given().after(attach(set, first), attach(set, second));
    story.when(detach(set, 'u1', 'gone')).thenAlready();
    expect(users(story)).toEqual(['u2']);
  });

  it('releases what nobody will want again', () => {
    given()
      .after(attach(set, first))
      .when(detach(set, 'u1', 'gone', 'scaled down'))
      .then(
        { type: 'UserDetached', holder, user: first, reason: 'scaled down' },
        released(set, held('10.16.0.2'), 'scaled down'),
      );
  });

  it('releases an ordinary Pod’s address at once', () => {
    const pod = 'pod/default/a';
    const user = podUser('default/a u1');
    scenario(subnet, NAME)
      .after(define('10.16.0.0/24'), reserve(pod), attach(pod, user))
      .when(detach(pod, 'u1', 'none'))
      .then(
        { type: 'UserDetached', holder: reserve(pod).holder, user, reason: 'Pod deleted' },
        released(pod, held('10.16.0.2'), 'Pod deleted'),
      );
  });
});
