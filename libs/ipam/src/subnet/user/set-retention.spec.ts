import { commandsTo, eventsOf, podUser, scenario, usersIn } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const HOUR_MS = 3_600_000;
const { define, revise, reserve } = commandsTo(NAME);
const { released, held } = eventsOf(NAME);
const { attach, detach, endOwner, releaseExpired, setRetention } = usersIn(NAME);
const set = 'statefulset/default/web/0';
const holder = reserve(set).holder;
const first = podUser('default/web-0 u1', 'n1');
const given = (retention?: string) =>
  scenario(subnet, NAME).after(define('10.16.0.0/24', { ...(retention && { retention }) }), reserve(set));

describe('a retention', () => {
  it.each([
    ['release', 'exists', 'released'],
    ['owner', 'exists', 'kept'],
    ['owner', 'gone', 'released'],
    ['1h', 'exists', 'kept'],
    ['1h', 'gone', 'kept for a time'],
    ['forever', 'gone', 'kept'],
  ] as const)(
    'of %s: when the last Pod goes and its owner %s, the address is %s',
    (retention, owner, what) => {
      const story = given(retention).after(attach(set, first), detach(set, 'u1', owner));
      expect(story.state.byHolder.has(holder)).toBe(what !== 'released');
      const { retained } = story.state.users.of(holder) ?? {};
      expect(retained?.untilMs).toBe(what === 'kept for a time' ? story.nowMs + HOUR_MS : undefined);
    },
  );

  it('of the holder goes before its Subnet’s', () => {
    const story = given('release').after(setRetention(set, 'forever'), attach(set, first));
    story.after(detach(set, 'u1', 'gone'));
    expect(story.state.byHolder.has(holder)).toBe(true);
    story.when(setRetention(set, 'forever')).thenAlready();
    story.when(setRetention(set, '')).then({ type: 'RetentionSet', holder });
  });

  it('that runs out releases, and not before', () => {
    const story = given('1h').after(attach(set, first), detach(set, 'u1', 'gone'));
    story
      .wait(HOUR_MS - 1)
      .when(releaseExpired(set))
      .thenRefused('ReservationInUse', { subnet: NAME });
    story
      .wait(1)
      .when(releaseExpired(set))
      .then(released(set, held('10.16.0.2'), `kept until ${new Date(story.nowMs).toISOString()}`));
  });

  it('that runs out names what began it', () => {
    const evidence = { object: 'statefulset/default/web', uid: 's1', resourceVersion: '9' };
    const story = given('1h').after(attach(set, first), { ...detach(set, 'u1', 'gone'), evidence });
    const until = story.nowMs + HOUR_MS;
    const reason = `kept until ${new Date(until).toISOString()}`;
    story
      .wait(HOUR_MS)
      .when(releaseExpired(set))
      .then({ ...released(set, held('10.16.0.2'), reason), evidence });
  });

  it('that runs is not prolonged by hearing again that the owner is gone', () => {
    const story = given('1h')
      .after(attach(set, first), detach(set, 'u1', 'gone'))
      .wait(1000);
    story.when(endOwner(set)).thenAlready();
  });

  it('of a Subnet is part of what it is defined with', () => {
    given('1h')
      .when(define('10.16.0.0/24', { retention: '60m' }))
      .thenAlready();
    given('1h').when(define('10.16.0.0/24')).thenRefused('SubnetExists', { differs: 'retention' });
    const story = given('1h').after({ ...revise({}), retention: null });
    expect(story.state.definition?.retention).toBeUndefined();
  });
});
