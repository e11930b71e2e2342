import { commandsTo, scenario } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release, reserveVip, releaseVip, retire } = commandsTo(NAME);
const given = () => scenario(subnet, NAME).after(define('10.16.0.0/24'));

describe('RetireSubnet', () => {
  it('ends the subnet: nothing can be had from it any more', () => {
    given()
      .when(retire())
      .then({ type: 'SubnetRetired' })
      .when(reserve('pod/default/a'))
      .thenRefused('SubnetNotFound', { subnet: NAME });
  });

  it('is refused while anybody holds anything, and names one of them', () => {
    given()
      .after(reserve('pod/default/a'), reserveVip('web'))
      .when(retire())
      .thenRefused(
        'SubnetInUse',
        { subnet: NAME, reservations: '2', holder: 'pod/default/a' },
        NAME,
        '2 reservations',
        'pod/default/a',
        'release them first',
      )
      .after(release('pod/default/a'))
      .when(retire())
      .thenRefused('SubnetInUse', { reservations: '1', holder: 'vip/web' })
      .after(releaseVip('web'))
      .when(retire())
      .then({ type: 'SubnetRetired' });
  });

  it('is refused when there is none, or no longer', () => {
    given()
      .after(retire())
      .when(retire())
      .thenRefused('SubnetNotFound', { subnet: NAME }, NAME, 'define it first');
  });
});
