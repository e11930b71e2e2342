import { address, cidr, commandsTo, eventsOf, range, scenario } from '../../testing';
import { type DefineSubnet, subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release, retire, revise } = commandsTo(NAME);
const { defined, reserved } = eventsOf(NAME);
const given = () => scenario(subnet, NAME);

describe('DefineSubnet', () => {
  it('says the whole of what holds: blocks, gateways, exclusions, cooling time', () => {
    const rest = { gateways: ['10.16.0.9', 'fd00::9'], excluded: ['10.16.0.2..10.16.0.5'], coolingMs: 5000 };
    given()
      .when(define('10.16.0.0/24 fd00::/64', rest))
      .then(defined({ cidrs: ['10.16.0.0/24', 'fd00::/64'], ...rest }));
  });

  it.each([
    ['10.16.0.0/24', ['10.16.0.1']],
    ['10.16.0.77/24', ['10.16.0.1']],
    ['10.16.0.0/30', ['10.16.0.1']],
    ['10.16.0.0/31', []],
    ['10.16.0.7/32', []],
    ['fd00::/64', ['fd00::1']],
    ['fd00::/126', ['fd00::1']],
    ['fd00::/127', []],
    ['fd00::7/128', []],
    ['10.16.0.0/24 fd00::/64', ['10.16.0.1', 'fd00::1']],
    ['fd00::/64 10.16.0.0/31', ['fd00::1']],
  ])('chooses for %s the gateways %j', (cidrs, gateways) => {
    given()
      .when(define(cidrs))
      .then(defined({ cidrs: cidrs.split(' '), gateways }));
  });

  it('takes no gateway when told so', () => {
    given()
      .when(define('10.16.0.0/30', { gateways: [] }))
      .then(defined({ cidrs: ['10.16.0.0/30'] }))
      .when(reserve('pod/default/a'))
      .then(reserved('pod/default/a', '10.16.0.1'));
  });

  describe('of a subnet that exists', () => {
    const rest = { excluded: ['10.16.0.7', '10.16.0.2..10.16.0.5'], coolingMs: 5000 };
    const exists = () => given().after(define('10.16.0.0/24 fd00::/64', rest));

    it.each([
      ['in the same words', define('10.16.0.0/24 fd00::/64', rest)],
      [
        'in another order',
        define('fd00::/64 10.16.0.0/24', { ...rest, excluded: [...rest.excluded].reverse() }),
      ],
      [
        'with its gateways named',
        define('10.16.0.0/24 fd00::/64', { ...rest, gateways: ['fd00::1', '10.16.0.1'] }),
      ],
    ])('%s: it is so already', (_, again) => {
      exists()
        .when(again)
        .thenAlready({
          definition: {
            cidrs: [cidr('10.16.0.0/24'), cidr('fd00::/64')],
            gateways: [address('10.16.0.1'), address('fd00::1')],
            excluded: [range('10.16.0.7'), range('10.16.0.2..10.16.0.5')],
            coolingMs: 5000,
          },
        });
    });

    it.each([
      ['cidrs', define('10.16.0.0/23 fd00::/64', rest)],
      ['cidrs,gateways', define('10.16.0.0/24', rest)],
      ['gateways', define('10.16.0.0/24 fd00::/64', { ...rest, gateways: [] })],
      ['excluded', define('10.16.0.0/24 fd00::/64', { ...rest, excluded: ['10.16.0.7'] })],
      ['coolingMs', define('10.16.0.0/24 fd00::/64', { ...rest, coolingMs: 0 })],
    ])('with other %s: refused, and told to revise it', (differs, other) => {
      exists()
        .when(other)
        .thenRefused('SubnetExists', { subnet: NAME, differs }, NAME, 'exists', 'revise it');
    });
  });

  const bad: [string, DefineSubnet, string, string][] = [
    ['no block', { ...define('10.16.0.0/24'), cidrs: [] }, 'cidrs', 'a block'],
    ['two blocks of a family', define('10.16.0.0/24 10.17.0.0/24'), 'cidrs', 'one block a family'],
    [
      'two gateways of a family',
      define('10.0.0.0/24', { gateways: ['10.0.0.1', '10.0.0.2'] }),
      'gateways',
      'one',
    ],
    ['a gateway outside', define('10.0.0.0/24', { gateways: ['10.0.1.1'] }), 'gateways', '10.0.1.1'],
    ['a gateway of another family', define('10.0.0.0/24', { gateways: ['fd00::1'] }), 'gateways', 'fd00::1'],
    ['the network as gateway', define('10.0.0.0/24', { gateways: ['10.0.0.0'] }), 'gateways', '10.0.0.0/24'],
    [
      'the broadcast as gateway',
      define('10.0.0.0/24', { gateways: ['10.0.0.255'] }),
      'gateways',
      '10.0.0.255',
    ],
    ['a negative cooling time', define('10.0.0.0/24', { coolingMs: -1 }), 'coolingMs', 'milliseconds'],
    ['half a millisecond of cooling', define('10.0.0.0/24', { coolingMs: 0.5 }), 'coolingMs', 'whole'],
    ['a cooling time of years', define('10.0.0.0/24', { coolingMs: 4e10 }), 'coolingMs', 'year'],
    ['a cooling time that is none', define('10.0.0.0/24', { coolingMs: NaN }), 'coolingMs', 'whole'],
  ];
  it.each(bad)('refuses %s and defines nothing', (_, command, field, word) => {
    given()
      .when(command)
      .thenRefused('InvalidArgument', { field }, field, word)
      .when(reserve('pod/default/a'))
      .thenRefused('SubnetNotFound');
  });

  it('takes exclusions that lie outside, which exclude nothing until the block grows there', () => {
    given()
      .after(define('10.16.0.0/30', { excluded: ['10.16.0.4..10.16.0.5', '192.168.0.1', 'fd00::2'] }))
      .when(reserve('pod/default/a'))
      .then(reserved('pod/default/a', '10.16.0.2'))
      .after(revise({ cidrs: ['10.16.0.0/29', 'fd00::/64'] }), reserve('pod/default/b'))
      .when(reserve('pod/default/c'))
      .then(reserved('pod/default/c', '10.16.0.6 fd00::4'));
  });

  it('takes a gateway at either end of a /31', () => {
    given()
      .when(define('10.0.0.0/31', { gateways: ['10.0.0.0'] }))
      .then(defined({ cidrs: ['10.0.0.0/31'], gateways: ['10.0.0.0'] }))
      .when(reserve('pod/default/a'))
      .then(reserved('pod/default/a', '10.0.0.1'));
  });

  it('brings a retired subnet back, with what was released in it remembered', () => {
    given()
      .after(
        define('10.16.0.0/24', { coolingMs: 1000 }),
        reserve('pod/default/a'),
        release('pod/default/a'),
        retire(),
      )
      .after(define('10.16.0.0/24', { coolingMs: 1000 }))
      .when(reserve('pod/default/b', '10.16.0.2'))
      .thenRefused('AddressCooling', { formerHolder: 'pod/default/a' })
      .when(reserve('pod/default/b'))
      .then(reserved('pod/default/b', '10.16.0.3'));
  });

  it('may bring it back as another block', () => {
    given()
      .after(define('10.16.0.0/24'), reserve('pod/default/a'), release('pod/default/a'), retire())
      .when(define('fd00::/126'))
      .then(defined({ cidrs: ['fd00::/126'], gateways: ['fd00::1'] }))
      .when(reserve('pod/default/a'))
      .then(reserved('pod/default/a', 'fd00::2'));
  });

  it('after a revision compares with what holds now', () => {
    given()
      .after(define('10.16.0.0/24'), revise({ coolingMs: 1000 }))
      .when(define('10.16.0.0/24'))
      .thenRefused('SubnetExists', { differs: 'coolingMs' })
      .when(define('10.16.0.0/24', { coolingMs: 1000 }))
      .thenAlready();
  });
});
