import { commandsTo, podUser, scenario, usersIn } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve } = commandsTo(NAME);
const { attach } = usersIn(NAME);
const set = 'statefulset/default/web/0';
const holder = reserve(set).holder;
const first = podUser('default/web-0 u1', 'n1');
const second = podUser('default/web-0 u2', 'n2');
const given = (retention?: string) =>
  scenario(subnet, NAME).after(define('10.16.0.0/24', { ...(retention && { retention }) }), reserve(set));
type Story = ReturnType<typeof given>;
const users = (story: Story, of = holder) => story.state.users.usersOf(of).map(({ uid }) => uid);

describe('AttachUser', () => {
  it('says which Pod carries the address, by UID and node', () => {
    given()
      .when(attach(set, first))
      .then({ type: 'UserAttached', holder, user: first, isPrimary: true })
      .when(attach(set, first))
      .thenAlready({ user: { holder, user: first } });
  });

  it('lets a Pod that was made anew under the same name take its predecessor’s place, in one decision', () => {
    const story = given().after(attach(set, first));
    story.when(attach(set, second)).then(
      {
        type: 'UserDetached',
        holder,
        user: first,
        reason: 'replaced by pod/default/web-0, UID u2',
        evidence: { object: 'pod/default/web-0', uid: 'u2' },
      },
      { type: 'UserAttached', holder, user: second, isPrimary: true },
    );
    expect(users(story)).toEqual(['u2']);
  });

  it('lets no other Pod use what is used', () => {
    given()
      .after(attach(set, first))
      .when(attach(set, podUser('default/other u9')))
      .thenRefused('ReservationInUse', { subnet: NAME, user: 'pod/default/other' }, 'pod/default/web-0');
  });

  it('that was issued before its successor came is late', () => {
    const story = given().after(attach(set, first)).wait(5);
    const issuedAtMs = story.nowMs - 2;
    story
      .after(attach(set, second))
      .when(attach(set, first), issuedAtMs)
      .thenRefused('CommandExpired', { subnet: NAME });
  });
});
