import { commandsTo, eventsOf, scenario, usesOf } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserveVip, releaseVip } = commandsTo(NAME);
const { vipReleased, held } = eventsOf(NAME);
const { grant, withdraw } = usesOf(NAME);
const given = () => scenario(subnet, NAME).after(define('10.16.0.0/24'), reserveVip('web', '', { claim: 2 }));
const parents = (story: ReturnType<typeof given>) => story.state.uses.parents('web').map(({ port }) => port);

describe('GrantParent', () => {
  it('makes a port a parent, and says on what evidence', () => {
    const evidence = { object: 'pod/default/a', uid: 'u-1', resourceVersion: '7' };
    const story = given();
    story
      .when(grant('web', 'a.default', 'selector', evidence))
      .then({ type: 'ParentGranted', vip: 'web', port: 'a.default', grantor: 'selector', evidence });
    expect(parents(story)).toEqual(['a.default']);
  });

  it('of a port that has the grant already changes nothing', () => {
    given()
      .after(grant('web', 'a.default'))
      .when(grant('web', 'a.default'))
      .thenAlready({ parent: { vip: 'web', port: 'a.default', grantor: 'selector' } });
  });

  it('issued before a withdrawal that came first is late: it must not let the port in again', () => {
    const story = given().after(grant('web', 'a.default')).wait(5);
    const issuedAtMs = story.nowMs - 2;
    story
      .after(withdraw('web', 'a.default'))
      .when(grant('web', 'a.default'), issuedAtMs)
      .thenRefused('CommandExpired', { subnet: NAME, vip: 'web', port: 'a.default' });
    expect(parents(story)).toEqual([]);
  });

  it('issued for a Vip of the same name that is no more is late for its successor', () => {
    const story = given().wait(5);
    const issuedAtMs = story.nowMs - 2;
    story
      .after(releaseVip('web'), reserveVip('web', '', { claim: 3 }))
      .when(grant('web', 'a.default'), issuedAtMs)
      .thenRefused('CommandExpired', { vip: 'web' });
  });
});

it('names the parents in one order, whatever order they came in', () => {
  const story = given().after(grant('web', 'c'), grant('web', 'a'), grant('web', 'b'));
  expect(parents(story)).toEqual(['a', 'b', 'c']);
});

it('ends every grant with the Vip: its successor has none', () => {
  const story = given().after(grant('web', 'a'));
  story.when(releaseVip('web')).then(vipReleased('web', held('10.16.0.2'), 2));
  story.after(reserveVip('web', '', { claim: 3 }));
  expect(parents(story)).toEqual([]);
});
