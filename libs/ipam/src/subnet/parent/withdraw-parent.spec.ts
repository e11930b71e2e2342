import { commandsTo, scenario, usesOf } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserveVip } = commandsTo(NAME);
const { grant, withdraw } = usesOf(NAME);
const given = () => scenario(subnet, NAME).after(define('10.16.0.0/24'), reserveVip('web', '', { claim: 2 }));
const parents = (story: ReturnType<typeof given>) => story.state.uses.parents('web').map(({ port }) => port);

describe('WithdrawParent', () => {
  it('ends one grant; the port stays a parent while another is left', () => {
    const story = given().after(grant('web', 'a'), grant('web', 'a', 'explicit'));
    story.when(withdraw('web', 'a')).then({
      type: 'ParentWithdrawn',
      vip: 'web',
      port: 'a',
      grantor: 'selector',
      reason: 'Pod deleted',
    });
    expect(parents(story)).toEqual(['a']);
    story.after(withdraw('web', 'a', 'explicit'));
    expect(parents(story)).toEqual([]);
  });

  it('of what was never granted changes nothing', () => {
    given()
      .after(grant('web', 'a', 'explicit'))
      .when(withdraw('web', 'a'))
      .thenAlready();
  });
});
