import { commandsTo, eventsOf, holder, scenario } from '../../testing';
import { type SubnetCommand, subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, reserveVip, reviseVip, releaseVip } = commandsTo(NAME);
const { vipRevised, vipReleased, held } = eventsOf(NAME);
const old = { namespace: 'default', selector: ['app: web'] };
const given = (...history: SubnetCommand[]) =>
  scenario(subnet, NAME).after(
    define('10.16.0.0/24 fd00::/64', { coolingMs: 1000 }),
    reserveVip('web', '', { ...old, claim: 3 }),
    ...history,
  );
const before = held('10.16.0.2 fd00::2');
const at = (addresses: string) => ({ ...held(addresses), mac: before.mac });

describe('ReviseVip', () => {
  it.each([
    { ...old, vipType: 'switch_lb_vip' as const },
    { ...old, namespace: 'other' },
    { ...old, selector: ['app: api'] },
    { ...old, note: 'of the api team' },
    { selector: [] },
  ])('gives the Vip another purpose and leaves its addresses: %j', (purpose) => {
    given()
      .when(reviseVip('web', '', purpose))
      .then(vipRevised('web', before, before, purpose))
      .when(reserve('pod/default/a', '10.16.0.2'))
      .thenRefused('AddressTaken', { holder: 'vip/web' });
  });

  it('moves an address, keeps the other and the MAC', () => {
    given()
      .when(reviseVip('web', '10.16.0.100', old))
      .then(vipRevised('web', at('10.16.0.100 fd00::2'), before, old))
      .when(reserve('pod/default/a', '10.16.0.2'))
      .thenRefused('AddressCooling', { formerHolder: 'vip/web' })
      .when(reserve('pod/default/a', 'fd00::2'))
      .thenRefused('AddressTaken', { holder: 'vip/web' });
  });

  it('changes purpose, address and MAC as one', () => {
    const to = held('10.16.0.2 fd00::100', '00:00:5e:00:01:07');
    given()
      .when(reviseVip('web', 'fd00::100', { note: 'new', mac: '00:00:5e:00:01:07' }))
      .then(vipRevised('web', to, before, { note: 'new' }));
  });

  it('that is repeated is done already', () => {
    given(reviseVip('web', '10.16.0.100', { note: 'new' }))
      .when(reviseVip('web', '10.16.0.100', { note: 'new' }))
      .thenAlready({
        reservation: {
          holder: holder('vip/web'),
          ...at('10.16.0.100 fd00::2'),
          vip: { name: 'web', vipType: '', selector: [], note: 'new' },
        },
      });
  });

  it('does not change the claim under which the Vip is held', () => {
    given(reviseVip('web', '10.16.0.100', old))
      .when(releaseVip('web'))
      .then(vipReleased('web', at('10.16.0.100 fd00::2'), 3));
  });

  it.each([
    ['AddressTaken', reviseVip('web', '10.16.0.3', { note: 'new' })],
    ['AddressOutOfRange', reviseVip('web', '10.17.0.3', { note: 'new' })],
    ['AddressNotUsable', reviseVip('web', 'fd00::1', { note: 'new' })],
    ['MacTaken', reviseVip('web', '', { note: 'new', mac: '00:00:5e:00:01:07' })],
  ] as const)('is refused as a whole when an address or the MAC is: %s', (code, command) => {
    given(reserve('pod/default/a', '', { mac: '00:00:5e:00:01:07' }))
      .when(command)
      .thenRefused(code, { subnet: NAME })
      .when(reserveVip('web', '10.16.0.2 fd00::2', old))
      .thenAlready();
  });

  it('gives a Vip of one family an address of the other by name', () => {
    scenario(subnet, NAME)
      .after(define('10.16.0.0/24 fd00::/64'), reserveVip('web', '', { families: [4] }))
      .when(reviseVip('web', 'fd00::9'))
      .then(vipRevised('web', held('10.16.0.2 fd00::9'), held('10.16.0.2')));
  });

  it('is refused when there is no such Vip, family or subnet', () => {
    scenario(subnet, NAME)
      .when(reviseVip('web'))
      .thenRefused('SubnetNotFound')
      .after(define('10.16.0.0/24'), reserve('pod/default/web'))
      .when(reviseVip('web'))
      .thenRefused('VipNotFound', { subnet: NAME, vip: 'web' }, 'no Vip web', NAME, 'reserve the Vip first')
      .after(reserveVip('web'))
      .when(reviseVip('web', 'fd00::9'))
      .thenRefused('FamilyUnavailable', { family: 'IPv6' });
  });
});
