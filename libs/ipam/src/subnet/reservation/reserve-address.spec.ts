import { formatMac } from '../../address';
import { commandsTo, eventsOf, holder, scenario } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release, revise } = commandsTo(NAME);
const { reserved, held } = eventsOf(NAME);
const given = () => scenario(subnet, NAME);
const v4Only = () => given().after(define('10.16.0.0/24'));
const dual = () => given().after(define('10.16.0.0/24 fd00::/64'));

describe('ReserveAddress', () => {
  it('gives the lowest address that was never used, and the MAC that goes with it', () => {
    v4Only().when(reserve('pod/default/a')).then(reserved('pod/default/a', '10.16.0.2'));
  });

  it('gives an address of each family as one event', () => {
    dual().when(reserve('pod/default/a')).then(reserved('pod/default/a', '10.16.0.2 fd00::2'));
  });

  it('gives the address that is named', () => {
    v4Only().when(reserve('pod/default/a', '10.16.0.77')).then(reserved('pod/default/a', '10.16.0.77'));
  });

  it('chooses the family that is not named', () => {
    dual()
      .when(reserve('pod/default/a', '10.16.0.77'))
      .then(reserved('pod/default/a', '10.16.0.77 fd00::2'))
      .when(reserve('pod/default/b', 'fd00::77'))
      .then(reserved('pod/default/b', '10.16.0.2 fd00::77'));
  });

  it.each([
    [[4] as const, '10.16.0.2'],
    [[6] as const, 'fd00::2'],
    [[6, 4] as const, '10.16.0.2 fd00::2'],
  ])('gives only the families %j when told so', (families, addresses) => {
    dual()
      .when(reserve('pod/default/a', '', { families }))
      .then(reserved('pod/default/a', addresses));
  });

  describe('asked again by the same holder', () => {
    const reservation = { holder: holder('pod/default/a'), ...held('10.16.0.2 fd00::2') };
    it.each([
      ['for any address', reserve('pod/default/a')],
      ['for what it has', reserve('pod/default/a', '10.16.0.2 fd00::2')],
      ['for one of the two that it has', reserve('pod/default/a', 'fd00::2')],
      ['for the families that it has', reserve('pod/default/a', '', { families: [6] })],
      ['for the MAC that it has', reserve('pod/default/a', '', { mac: formatMac(reservation.mac) })],
    ])('%s: the same answer and no event', (_, again) => {
      dual().after(reserve('pod/default/a')).when(again).thenAlready({ reservation });
    });

    it('for every family: what there was at the time is what it asked for', () => {
      v4Only()
        .after(reserve('pod/default/a'), revise({ cidrs: ['10.16.0.0/24', 'fd00::/64'] }))
        .when(reserve('pod/default/a'))
        .thenAlready({ reservation: { holder: holder('pod/default/a'), ...held('10.16.0.2') } });
    });

    it.each([
      ['another address', reserve('pod/default/a', '10.16.0.9'), '10.16.0.9'],
      ['another MAC', reserve('pod/default/a', '', { mac: '00:00:5e:00:01:07' }), 'MAC 00:00:5e:00:01:07'],
      ['a family that it has not', reserve('pod/default/a', '', { families: [4, 6] }), 'IPv4 and IPv6'],
      ['an address of the other family', reserve('pod/default/a', 'fd00::9'), 'fd00::9'],
    ])('for %s: refused, and told how to get it', (_, command, asked) => {
      dual()
        .after(reserve('pod/default/a', '10.16.0.5', { families: [4] }))
        .when(command)
        .thenRefused(
          'HolderHasDifferentAddress',
          { subnet: NAME, holder: 'pod/default/a', held: '10.16.0.5', asked },
          'pod/default/a holds 10.16.0.5 MAC ',
          NAME,
          asked,
          'move or release',
        );
    });
  });

  it('tells holders of the same name but of another kind, namespace or NIC apart', () => {
    const holders = [
      'pod/default/a',
      'pod/other/a',
      'vm/default/a',
      'statefulset/default/a/0',
      'pod/default/a@eth1',
    ];
    const all = v4Only().after(...holders.map((who) => reserve(who)));
    expect(new Set([...all.state.byHolder.values()].map(({ v4 }) => v4)).size).toBe(holders.length);
  });

  it('refuses a family that the subnet has not', () => {
    const facts = { subnet: NAME, family: 'IPv6' };
    const words = [NAME, 'no IPv6 block', 'revise the subnet'];
    v4Only()
      .when(reserve('pod/default/a', '', { families: [4, 6] }))
      .thenRefused('FamilyUnavailable', facts, ...words)
      .when(reserve('pod/default/a', 'fd00::5'))
      .thenRefused('FamilyUnavailable', facts, ...words);
  });

  it('refuses to reserve nothing', () => {
    v4Only()
      .when(reserve('pod/default/a', '', { families: [] }))
      .thenRefused('InvalidArgument', { field: 'families' }, 'families', 'at least one');
  });

  it('reserves what is named when no family is to be chosen besides', () => {
    dual()
      .when(reserve('pod/default/a', '10.16.0.9', { families: [] }))
      .then(reserved('pod/default/a', '10.16.0.9'));
  });

  it('leaves Vips to ReserveVip', () => {
    v4Only().when(reserve('vip/web')).thenRefused('InvalidArgument', { field: 'holder' }, 'ReserveVip');
  });

  it('is refused where there is no subnet', () => {
    given()
      .when(reserve('pod/default/a'))
      .thenRefused('SubnetNotFound', { subnet: NAME }, NAME, 'define it first');
  });

  it('reserves a pair whole or not at all: a family that is exhausted leaves the other untouched', () => {
    given()
      .after(define('10.16.0.0/30 fd00::/64'), reserve('pod/default/a'))
      .when(reserve('pod/default/b'))
      .thenRefused('SubnetExhausted', { subnet: NAME, family: 'IPv4' })
      .when(reserve('pod/default/c', '', { families: [6] }))
      .then(reserved('pod/default/c', 'fd00::3'));
  });

  it('reserves a pair whole or not at all: an IPv6 address that is taken takes no IPv4 address', () => {
    dual()
      .after(reserve('pod/default/a', 'fd00::5', { families: [] }))
      .when(reserve('pod/default/b', '10.16.0.9 fd00::5'))
      .thenRefused('AddressTaken', { address: 'fd00::5', holder: 'pod/default/a' })
      .when(reserve('pod/default/c', '10.16.0.9'))
      .then(reserved('pod/default/c', '10.16.0.9 fd00::2'));
  });

  it('gives the released address back at once to the one who had it', () => {
    given()
      .after(
        define('10.16.0.0/24', { coolingMs: 60_000 }),
        reserve('pod/default/a'),
        release('pod/default/a'),
      )
      .when(reserve('pod/default/a', '10.16.0.2'))
      .then(reserved('pod/default/a', '10.16.0.2'));
  });
});
