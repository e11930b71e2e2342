import { commandsTo, eventsOf, holder, scenario } from '../../testing';
import { type SubnetCommand, subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release, reserveVip, releaseVip, yieldVipName } = commandsTo(NAME);
const { vipReserved, held } = eventsOf(NAME);
const given = (...history: SubnetCommand[]) =>
  scenario(subnet, NAME).after(define('10.16.0.0/24 fd00::/64'), ...history);

const purpose = { namespace: 'default', selector: ['app: web', 'tier: front'], note: 'of the web team' };

describe('ReserveVip', () => {
  it('reserves an address of each family, with what the Vip is for', () => {
    given()
      .when(reserveVip('web', '', purpose))
      .then(vipReserved('web', held('10.16.0.2 fd00::2'), purpose));
  });

  it.each(['', 'switch_lb_vip', 'kube_host_vm_vip'] as const)('keeps the type "%s"', (vipType) => {
    given()
      .when(reserveVip('web', '10.16.0.100', { vipType, families: [4] }))
      .then(vipReserved('web', held('10.16.0.100'), { vipType }));
  });

  it('is reserved in one order with everybody else', () => {
    given(reserve('pod/default/a'))
      .when(reserveVip('web'))
      .then(vipReserved('web', held('10.16.0.3 fd00::3')))
      .when(reserve('pod/default/b', '10.16.0.3'))
      .thenRefused('AddressTaken', { holder: 'vip/web' });
  });

  it('asked again, in the same words: the same answer and no event', () => {
    given(reserveVip('web', '', purpose))
      .when(reserveVip('web', '10.16.0.2', purpose))
      .thenAlready({
        reservation: {
          holder: holder('vip/web'),
          ...held('10.16.0.2 fd00::2'),
          vip: { name: 'web', vipType: '', ...purpose },
        },
      });
  });

  it('asked again under a newer claim: the same answer', () => {
    given(reserveVip('web'))
      .when(reserveVip('web', '', { claim: 7 }))
      .thenAlready();
  });

  it('treats an empty namespace or note as none', () => {
    given(reserveVip('web', '', { namespace: '', note: '' }))
      .when(reserveVip('web'))
      .thenAlready();
  });

  it.each([
    ['addresses or MAC', reserveVip('web', '10.16.0.9', purpose)],
    ['addresses or MAC', reserveVip('web', '', { ...purpose, mac: '00:00:5e:00:01:07' })],
    ['vipType', reserveVip('web', '', { ...purpose, vipType: 'switch_lb_vip' })],
    ['namespace', reserveVip('web', '', { ...purpose, namespace: 'other' })],
    ['selector', reserveVip('web', '', { ...purpose, selector: ['tier: front', 'app: web'] })],
    ['selector', reserveVip('web', '', { ...purpose, selector: ['app: web'] })],
    ['note', reserveVip('web', '', { ...purpose, note: 'of the db team' })],
    ['addresses or MAC, note', reserveVip('web', 'fd00::9', { ...purpose, note: '' })],
  ])('that exists with other %s is refused, and told to be revised', (differs, command) => {
    given(reserveVip('web', '', purpose))
      .when(command)
      .thenRefused(
        'VipExists',
        { subnet: NAME, vip: 'web', differs },
        'Vip web exists',
        NAME,
        differs,
        'revise it',
      );
  });

  it('is no other holder of the same name', () => {
    given(reserve('pod/default/web'))
      .when(reserveVip('web'))
      .then(vipReserved('web', held('10.16.0.3 fd00::3')))
      .after(release('pod/default/web'))
      .when(reserveVip('web'))
      .thenAlready();
  });

  it('is refused under a claim that the subnet relinquished, and its addresses stay free', () => {
    given(yieldVipName('web', 3))
      .when(reserveVip('web', '', { claim: 3 }))
      .thenRefused('VipNameTaken', { subnet: NAME, vip: 'web' }, NAME, 'web', 'ask again')
      .when(reserveVip('web', '', { claim: 2 }))
      .thenRefused('VipNameTaken')
      .when(reserveVip('web', '', { claim: 4 }))
      .then(vipReserved('web', held('10.16.0.2 fd00::2'), { claim: 4 }));
  });

  it('is refused under the claim that its release ended', () => {
    given(reserveVip('web', '', { claim: 5 }), releaseVip('web'))
      .when(reserveVip('web', '', { claim: 5 }))
      .thenRefused('VipNameTaken', { subnet: NAME, vip: 'web' })
      .when(reserveVip('web', '', { claim: 6 }))
      .then(vipReserved('web', held('10.16.0.3 fd00::3'), { claim: 6 }));
  });

  it.each([
    ['AddressTaken', reserveVip('web', '10.16.0.9')],
    ['AddressOutOfRange', reserveVip('web', '10.17.0.9')],
    ['AddressNotUsable', reserveVip('web', 'fd00::1')],
    ['MacTaken', reserveVip('web', '', { mac: '00:00:5e:00:01:07' })],
    ['InvalidArgument', reserveVip('web', '', { families: [] })],
  ] as const)('may be refused for its address or MAC: %s', (code, command) => {
    given(reserve('pod/default/a', '10.16.0.9', { mac: '00:00:5e:00:01:07' }))
      .when(command)
      .thenRefused(code);
  });

  it('is refused where there is no subnet, or no family as asked for', () => {
    scenario(subnet, NAME)
      .when(reserveVip('web'))
      .thenRefused('SubnetNotFound', { subnet: NAME })
      .after(define('10.16.0.0/30'))
      .when(reserveVip('web', '', { families: [6] }))
      .thenRefused('FamilyUnavailable', { family: 'IPv6' })
      .after(reserveVip('web'))
      .when(reserveVip('db', '', { claim: 0 }))
      .thenRefused('SubnetExhausted');
  });
});
