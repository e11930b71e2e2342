import { commandsTo, eventsOf, holder, scenario } from '../../testing';
import { type SubnetCommand, subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release, move } = commandsTo(NAME);
const { reserved, moved, released, held } = eventsOf(NAME);
const scene = (...history: SubnetCommand[]) =>
  scenario(subnet, NAME).after(define('10.16.0.0/28 fd00::/64', { coolingMs: 1000 }), ...history);
const given = (...history: SubnetCommand[]) => scene(reserve('pod/default/a'), ...history);

const before = held('10.16.0.2 fd00::2');
const to = (addresses: string) => ({ ...held(addresses), mac: before.mac });

describe('MoveAddress', () => {
  it('gives up one address for another in one event, and keeps the rest, the MAC included', () => {
    given()
      .when(move('pod/default/a', '10.16.0.9'))
      .then(moved('pod/default/a', to('10.16.0.9 fd00::2'), before));
  });

  it('moves both addresses at once', () => {
    given()
      .when(move('pod/default/a', '10.16.0.9 fd00::9'))
      .then(moved('pod/default/a', to('10.16.0.9 fd00::9'), before));
  });

  it('adds the family that the holder had not', () => {
    scene(reserve('pod/default/a', '', { families: [4] }))
      .when(move('pod/default/a', 'fd00::9'))
      .then(moved('pod/default/a', held('10.16.0.2 fd00::9'), held('10.16.0.2')));
  });

  it('lets what was given up cool, and what was kept not', () => {
    const story = given(move('pod/default/a', '10.16.0.9'));
    story
      .when(reserve('pod/default/b', '10.16.0.2'))
      .thenRefused('AddressCooling', { formerHolder: 'pod/default/a' })
      .when(reserve('pod/default/b', 'fd00::2'))
      .thenRefused('AddressTaken', { holder: 'pod/default/a' })
      .after(move('pod/default/a', '10.16.0.2'))
      .when(release('pod/default/a'))
      .then(released('pod/default/a', before));
  });

  it('is already done when the holder has what is asked for', () => {
    given()
      .when(move('pod/default/a', '10.16.0.2'))
      .thenAlready({ reservation: { holder: holder('pod/default/a'), ...before } })
      .when(move('pod/default/a', ''))
      .thenAlready();
  });

  it('that is repeated has moved already', () => {
    given(move('pod/default/a', '10.16.0.9'))
      .when(move('pod/default/a', '10.16.0.9'))
      .thenAlready({ reservation: { holder: holder('pod/default/a'), ...to('10.16.0.9 fd00::2') } });
  });

  it.each([
    ['held by another', '10.16.0.3', 'AddressTaken'],
    ['outside', '10.17.0.3', 'AddressOutOfRange'],
    ['nobody may have', '10.16.0.1', 'AddressNotUsable'],
    ['free beside one that is held by another', '10.16.0.9 fd00::3', 'AddressTaken'],
  ] as const)('to an address that is %s is refused, and the old one is never lost', (_, addresses, code) => {
    given(reserve('pod/default/b'))
      .when(move('pod/default/a', addresses))
      .thenRefused(code, { subnet: NAME })
      .when(reserve('pod/default/a', '10.16.0.2 fd00::2'))
      .thenAlready({ reservation: { holder: holder('pod/default/a'), ...before } });
  });

  it('to an address that cools is refused, and the old one is never lost', () => {
    given(reserve('pod/default/b'), release('pod/default/b'))
      .when(move('pod/default/a', '10.16.0.3'))
      .thenRefused('AddressCooling')
      .when(reserve('pod/default/a'))
      .thenAlready();
  });

  it('to a MAC of another is refused, and the old one is never lost', () => {
    given(reserve('pod/default/b', '', { mac: '00:00:5e:00:01:07' }))
      .when(move('pod/default/a', '10.16.0.9', { mac: '00:00:5e:00:01:07' }))
      .thenRefused('MacTaken', { holder: 'pod/default/b' })
      .when(reserve('pod/default/c', '10.16.0.9'))
      .then(reserved('pod/default/c', '10.16.0.9 fd00::4'));
  });

  it('to a family that the subnet has not is refused', () => {
    scenario(subnet, NAME)
      .after(define('10.16.0.0/28'), reserve('pod/default/a'))
      .when(move('pod/default/a', 'fd00::9'))
      .thenRefused('FamilyUnavailable', { family: 'IPv6' });
  });

  it('of a holder who has nothing is refused', () => {
    given()
      .when(move('pod/default/b', '10.16.0.9'))
      .thenRefused(
        'ReservationNotFound',
        { subnet: NAME, holder: 'pod/default/b' },
        'pod/default/b holds nothing',
        NAME,
        'reserve an address first',
      );
  });

  it('of a Vip is ReviseVip', () => {
    given()
      .when(move('vip/web', '10.16.0.9'))
      .thenRefused('InvalidArgument', { field: 'holder' }, 'ReviseVip');
  });

  it('is refused where there is no subnet', () => {
    scenario(subnet, NAME).when(move('pod/default/a', '10.16.0.9')).thenRefused('SubnetNotFound');
  });

  it('to an excluded address is possible by name', () => {
    scenario(subnet, NAME)
      .after(define('10.16.0.0/28', { excluded: ['10.16.0.9'] }), reserve('pod/default/a'))
      .when(move('pod/default/a', '10.16.0.9'))
      .then(moved('pod/default/a', { ...held('10.16.0.9'), mac: before.mac }, held('10.16.0.2')));
  });

  it('swaps two holders through a third address', () => {
    scenario(subnet, NAME)
      .after(define('10.16.0.0/28'), reserve('pod/default/a'), reserve('pod/default/b'))
      .after(
        move('pod/default/a', '10.16.0.9'),
        move('pod/default/b', '10.16.0.2'),
        move('pod/default/a', '10.16.0.3'),
      )
      .when(reserve('pod/default/c', '10.16.0.3'))
      .thenRefused('AddressTaken', { holder: 'pod/default/a' })
      .when(reserve('pod/default/c', '10.16.0.2'))
      .thenRefused('AddressTaken', { holder: 'pod/default/b' });
  });
});
