import { address, cidr, commandsTo, eventsOf, scenario } from '../../testing';
import { countAddresses } from '../../view';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, revise, reserve, release, retire, reserveVip } = commandsTo(NAME);
const { revised, reserved } = eventsOf(NAME);
const given = (...definition: Parameters<typeof define>) =>
  scenario(subnet, NAME).after(define(...definition));

describe('ReviseSubnet', () => {
  it('changes what is named, and says the whole of what holds', () => {
    given('10.16.0.0/24', { excluded: ['10.16.0.9'], coolingMs: 1000 })
      .when(revise({ coolingMs: 0 }))
      .then(revised({ cidrs: ['10.16.0.0/24'], gateways: ['10.16.0.1'], excluded: ['10.16.0.9'] }))
      .when(revise({ excluded: [] }))
      .then(revised({ cidrs: ['10.16.0.0/24'], gateways: ['10.16.0.1'] }));
  });

  it.each([
    ['nothing', {}],
    ['what is so already', { cidrs: ['10.16.0.0/24'], gateways: ['10.16.0.1'], excluded: [], coolingMs: 0 }],
  ])('that changes %s is done already', (_, changes) => {
    given('10.16.0.0/24')
      .when(revise(changes))
      .thenAlready({
        definition: {
          cidrs: [cidr('10.16.0.0/24')],
          gateways: [address('10.16.0.1')],
          excluded: [],
          coolingMs: 0,
        },
      });
  });

  it('is refused where there is no subnet, or no longer', () => {
    scenario(subnet, NAME)
      .when(revise({ coolingMs: 0 }))
      .thenRefused('SubnetNotFound', { subnet: NAME }, NAME, 'define it first')
      .after(define('10.16.0.0/24'), retire())
      .when(revise({ coolingMs: 0 }))
      .thenRefused('SubnetNotFound', { subnet: NAME });
  });

  it.each([
    ['gateways', { cidrs: ['10.17.0.0/24'] }, '10.16.0.1'],
    ['gateways', { gateways: ['10.17.0.1'] }, '10.17.0.1'],
    ['cidrs', { cidrs: [] }, 'a block'],
    ['coolingMs', { coolingMs: -5 }, 'milliseconds'],
  ])('refuses %s that cannot be: %j', (field, changes, word) => {
    given('10.16.0.0/24').when(revise(changes)).thenRefused('InvalidArgument', { field }, word);
  });

  describe('of the block', () => {
    it('grows it to both sides: holders stay, and the new addresses come in their order', () => {
      given('10.16.4.0/30')
        .after(reserve('pod/default/a'))
        .when(reserve('pod/default/b'))
        .thenRefused('SubnetExhausted')
        .when(revise({ cidrs: ['10.16.4.0/29'] }))
        .then(revised({ cidrs: ['10.16.4.0/29'], gateways: ['10.16.4.1'] }))
        .when(reserve('pod/default/b'))
        .then(reserved('pod/default/b', '10.16.4.3'))
        .after(revise({ cidrs: ['10.16.0.0/21'] }))
        .when(reserve('pod/default/a'))
        .thenAlready()
        .when(reserve('pod/default/c'))
        .then(reserved('pod/default/c', '10.16.0.1'));
    });

    it('shrinks it as long as nobody falls outside', () => {
      given('10.16.0.0/16')
        .after(reserve('pod/default/a', '10.16.0.200'), reserve('pod/default/b', '10.16.1.5'))
        .when(revise({ cidrs: ['10.16.0.0/24'] }))
        .thenRefused(
          'SubnetInUse',
          { subnet: NAME, holder: 'pod/default/b', address: '10.16.1.5' },
          'pod/default/b holds 10.16.1.5',
          NAME,
          '10.16.0.0/24',
          'release or move it first',
        )
        .after(release('pod/default/b'))
        .when(revise({ cidrs: ['10.16.0.0/24'] }))
        .then(revised({ cidrs: ['10.16.0.0/24'], gateways: ['10.16.0.1'] }))
        .when(reserve('pod/default/b', '10.16.1.5'))
        .thenRefused('AddressOutOfRange');
    });

    it.each([
      ['the broadcast address', '10.16.0.127', { cidrs: ['10.16.0.0/25'] }],
      ['the network address', '10.16.0.128', { cidrs: ['10.16.0.128/25'], gateways: ['10.16.0.129'] }],
      ['the gateway', '10.16.0.9', { gateways: ['10.16.0.9'] }],
    ])('never makes %s of one that is held', (_, held, changes) => {
      given('10.16.0.0/24')
        .after(reserve('pod/default/a', held))
        .when(revise(changes))
        .thenRefused('SubnetInUse', { holder: 'pod/default/a', address: held });
    });

    it('remembers what cooled outside when it grows back', () => {
      given('10.16.0.0/24', { coolingMs: 60_000 })
        .after(reserve('pod/default/a', '10.16.0.200'), release('pod/default/a'))
        .after(revise({ cidrs: ['10.16.0.0/25'] }), revise({ cidrs: ['10.16.0.0/24'] }))
        .when(reserve('pod/default/b', '10.16.0.200'))
        .thenRefused('AddressCooling');
    });
  });

  describe('of the families', () => {
    it('adds one with its own gateway: who is there keeps one address, who comes gets two', () => {
      given('10.16.0.0/24')
        .after(reserve('pod/default/a'))
        .when(revise({ cidrs: ['10.16.0.0/24', 'fd00::/64'] }))
        .then(revised({ cidrs: ['10.16.0.0/24', 'fd00::/64'], gateways: ['10.16.0.1', 'fd00::1'] }))
        .when(reserve('pod/default/b'))
        .then(reserved('pod/default/b', '10.16.0.3 fd00::2'));
    });

    it('adds one without a gateway to a subnet that chose to have none', () => {
      given('10.16.0.0/24', { gateways: [] })
        .when(revise({ cidrs: ['10.16.0.0/24', 'fd00::/64'] }))
        .then(revised({ cidrs: ['10.16.0.0/24', 'fd00::/64'] }));
    });

    it('drops one once nobody holds an address of it', () => {
      given('10.16.0.0/24 fd00::/64')
        .after(reserve('pod/default/a', '', { families: [4] }), reserve('pod/default/b'))
        .when(revise({ cidrs: ['10.16.0.0/24'] }))
        .thenRefused('SubnetInUse', { holder: 'pod/default/b', address: 'fd00::2' })
        .after(release('pod/default/b'))
        .when(revise({ cidrs: ['10.16.0.0/24'] }))
        .then(revised({ cidrs: ['10.16.0.0/24'], gateways: ['10.16.0.1'] }))
        .when(reserve('pod/default/b'))
        .then(reserved('pod/default/b', '10.16.0.4'));
    });
  });

  describe('of the exclusions', () => {
    it('frees what was excluded: it was never used, so it comes first', () => {
      given('10.16.0.0/28', { excluded: ['10.16.0.2..10.16.0.4'] })
        .after(reserve('pod/default/a'), revise({ excluded: [] }))
        .when(reserve('pod/default/b'))
        .then(reserved('pod/default/b', '10.16.0.2'));
    });

    it('frees what was excluded, named and released: it cools', () => {
      const story = given('10.16.0.0/30', {
        gateways: [],
        excluded: ['10.16.0.0/30'],
        coolingMs: 1000,
      }).after(reserve('pod/default/a', '10.16.0.1'), release('pod/default/a'), revise({ excluded: [] }));
      story
        .when(reserve('pod/default/b'))
        .then(reserved('pod/default/b', '10.16.0.2'))
        .when(reserve('pod/default/c'))
        .thenRefused('SubnetExhausted')
        .wait(1000)
        .when(reserve('pod/default/c'))
        .then(reserved('pod/default/c', '10.16.0.1'));
    });

    it('takes away what was free, not what is held', () => {
      const story = given('10.16.0.0/29')
        .after(reserve('pod/default/a'), reserve('pod/default/b'), release('pod/default/b'))
        .after(revise({ excluded: ['10.16.0.2..10.16.0.5'] }));
      story
        .when(reserve('pod/default/a'))
        .thenAlready()
        .when(reserve('pod/default/c'))
        .then(reserved('pod/default/c', '10.16.0.6'))
        .when(reserve('pod/default/d'))
        .thenRefused('SubnetExhausted');
      expect(countAddresses(story.state, 4)).toEqual({ using: 2n, available: 0n });
    });
  });

  it('moves the gateway: the former one is an address like others', () => {
    given('10.16.0.0/30')
      .when(revise({ gateways: ['10.16.0.2'] }))
      .then(revised({ cidrs: ['10.16.0.0/30'], gateways: ['10.16.0.2'] }))
      .when(reserve('pod/default/a'))
      .then(reserved('pod/default/a', '10.16.0.1'));
  });

  it('moves the gateway onto a released address, which comes no more', () => {
    given('10.16.0.0/30', { gateways: [] })
      .after(reserve('pod/default/a'), reserve('pod/default/b'), release('pod/default/a'))
      .after(revise({ gateways: ['10.16.0.1'] }))
      .when(reserve('pod/default/c'))
      .thenRefused('SubnetExhausted');
  });

  it('keeps the order in which addresses were released', () => {
    const story = given('10.16.0.0/29');
    for (let at = 0; at < 5; at += 1) story.after(reserve(`pod/default/p${at}`));
    for (const at of [3, 1, 4]) story.wait(1).after(release(`pod/default/p${at}`));
    story
      .after(revise({ coolingMs: 1 }))
      .wait(1)
      .when(reserve('pod/default/a'))
      .then(reserved('pod/default/a', '10.16.0.5'))
      .when(reserve('pod/default/b'))
      .then(reserved('pod/default/b', '10.16.0.3'));
  });

  it('counts a Vip among the holders', () => {
    given('10.16.0.0/24')
      .after(reserveVip('web', '10.16.0.200'))
      .when(revise({ cidrs: ['10.16.0.0/25'] }))
      .thenRefused('SubnetInUse', { holder: 'vip/web', address: '10.16.0.200' });
  });
});
