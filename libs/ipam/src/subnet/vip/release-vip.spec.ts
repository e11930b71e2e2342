import { commandsTo, eventsOf, scenario } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release, reserveVip, releaseVip } = commandsTo(NAME);
const { vipReleased, reserved, held } = eventsOf(NAME);
const given = () =>
  scenario(subnet, NAME).after(define('10.16.0.0/24 fd00::/64'), reserveVip('web', '', { claim: 2 }));

describe('ReleaseVip', () => {
  it('says what was given up and why, and ends the claim to the name', () => {
    const story = given();
    story
      .when(releaseVip('web', 'Vip deleted'))
      .then(vipReleased('web', held('10.16.0.2 fd00::2'), 2, 'Vip deleted'));
    expect(story.state.yieldedClaim('web')).toBe(2);
  });

  it('frees the addresses for another', () => {
    given()
      .after(releaseVip('web'))
      .when(reserve('pod/default/a', '10.16.0.2 fd00::2'))
      .then(reserved('pod/default/a', '10.16.0.2 fd00::2'));
  });

  it('that is repeated, or of a Vip that never was, finds none', () => {
    given()
      .after(releaseVip('web'))
      .when(releaseVip('web'))
      .thenRefused('VipNotFound', { subnet: NAME, vip: 'web' }, 'no Vip web', NAME)
      .when(releaseVip('db'))
      .thenRefused('VipNotFound', { vip: 'db' });
  });

  it('does not touch another holder of the same name', () => {
    given()
      .after(reserve('pod/default/web'), releaseVip('web'))
      .when(release('pod/default/web'))
      .then({
        type: 'AddressReleased',
        holder: reserve('pod/default/web').holder,
        ...held('10.16.0.3 fd00::3'),
        reason: 'no longer wanted',
      });
  });

  it('is refused where there is no subnet', () => {
    scenario(subnet, NAME).when(releaseVip('web')).thenRefused('SubnetNotFound', { subnet: NAME });
  });
});
