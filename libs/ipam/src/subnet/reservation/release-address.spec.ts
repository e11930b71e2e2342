import { commandsTo, eventsOf, scenario } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release } = commandsTo(NAME);
const { released, reserved, held } = eventsOf(NAME);
const given = () => scenario(subnet, NAME).after(define('10.16.0.0/24 fd00::/64'), reserve('pod/default/a'));

describe('ReleaseAddress', () => {
  it('says what was given up, by whom and why', () => {
    given()
      .when(release('pod/default/a', 'Pod deleted'))
      .then(released('pod/default/a', held('10.16.0.2 fd00::2'), 'Pod deleted'));
  });

  it('frees the address, the pair as a whole, for another', () => {
    given()
      .after(release('pod/default/a'))
      .when(reserve('pod/default/b', '10.16.0.2 fd00::2'))
      .then(reserved('pod/default/b', '10.16.0.2 fd00::2'));
  });

  it('that is repeated finds nothing to release, and frees nothing of anybody', () => {
    given()
      .after(release('pod/default/a'), reserve('pod/default/b', '10.16.0.2 fd00::2'))
      .when(release('pod/default/a'))
      .thenRefused(
        'ReservationNotFound',
        { subnet: NAME, holder: 'pod/default/a' },
        'pod/default/a holds nothing',
        NAME,
      )
      .when(reserve('pod/default/c', '10.16.0.2'))
      .thenRefused('AddressTaken', { holder: 'pod/default/b' });
  });

  it.each(['pod/other/a', 'vm/default/a', 'pod/default/a@eth1', 'statefulset/default/a/0'])(
    'by %s does not touch what pod/default/a holds',
    (other) => {
      given().when(release(other)).thenRefused('ReservationNotFound', { holder: other });
    },
  );

  it('of a Vip is ReleaseVip', () => {
    given().when(release('vip/web')).thenRefused('InvalidArgument', { field: 'holder' }, 'ReleaseVip');
  });

  it('is refused where there is no subnet', () => {
    scenario(subnet, NAME).when(release('pod/default/a')).thenRefused('SubnetNotFound', { subnet: NAME });
  });
});
