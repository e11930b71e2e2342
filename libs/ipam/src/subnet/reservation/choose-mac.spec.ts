// Which MAC goes with an address. It is unique in its subnet, whether it was named or derived.
import { DERIVED_MAC_ATTEMPTS, deriveMac, formatMac, subnetOctet } from '../../address';
import { address, commandsTo, eventsOf, mac, scenario } from '../../testing';
import { type SubnetCommand, subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release, move, reserveVip, reviseVip } = commandsTo(NAME);
const { reserved, vipReserved, moved, held } = eventsOf(NAME);
const given = (...history: SubnetCommand[]) =>
  scenario(subnet, NAME).after(define('10.0.0.0/28'), ...history);
const derived = (text: string, attempt = 0) =>
  formatMac(deriveMac(subnetOctet(NAME), address(text), attempt));
const OTHER = '00:00:5e:00:01:07';

describe('a derived MAC', () => {
  it('is the same whenever the address is had', () => {
    const again = given(reserve('pod/default/a', '10.0.0.5'), release('pod/default/a'));
    again
      .when(reserve('pod/default/b', '10.0.0.5'))
      .then(reserved('pod/default/b', '10.0.0.5', derived('10.0.0.5')));
  });

  it('is locally administered and unicast, and goes with the IPv4 address of a pair', () => {
    const story = scenario(subnet, NAME).after(define('10.0.0.0/28 fd00::/64'));
    const { decision } = story.when(reserve('pod/default/a'));
    const own = decision.rejected ? 0 : (decision.reply.reservation?.mac ?? 0);
    expect(formatMac(own)).toBe(derived('10.0.0.2'));
    expect(Number.parseInt(formatMac(own).slice(0, 2), 16) & 3).toBe(2);
  });

  it('differs between subnets', () => {
    expect(deriveMac(subnetOctet('a'), 1)).not.toBe(deriveMac(subnetOctet('b'), 1));
  });

  it('gives way to a MAC that somebody named before', () => {
    given(reserve('pod/default/a', '10.0.0.9', { mac: derived('10.0.0.5') }))
      .when(reserve('pod/default/b', '10.0.0.5'))
      .then(reserved('pod/default/b', '10.0.0.5', derived('10.0.0.5', 1)));
  });

  it('gives way to a MAC that was kept through a move', () => {
    given(reserve('pod/default/a', '10.0.0.5'), move('pod/default/a', '10.0.0.6'))
      .when(reserve('pod/default/b', '10.0.0.5'))
      .then(reserved('pod/default/b', '10.0.0.5', derived('10.0.0.5', 1)));
  });

  it('can be used up, and then one must be named', () => {
    const story = scenario(subnet, NAME).after(define('10.0.0.0/16'));
    for (let attempt = 0; attempt < DERIVED_MAC_ATTEMPTS; attempt += 1) {
      story.after(reserve(`pod/other/p${attempt}`, '', { mac: derived('10.0.200.1', attempt) }));
    }
    story
      .when(reserve('pod/default/a', '10.0.200.1'))
      .thenRefused('MacTaken', { subnet: NAME, address: '10.0.200.1' }, '10.0.200.1', NAME, 'name one')
      .when(reserve('pod/default/a', '10.0.200.1', { mac: OTHER }))
      .then(reserved('pod/default/a', '10.0.200.1', OTHER));
  });
});

describe('a MAC that is named', () => {
  const refusal = ['MacTaken', { subnet: NAME, mac: OTHER, holder: 'pod/default/a' }] as const;

  it('is had by one holder at a time, whatever the case and the separators', () => {
    given(reserve('pod/default/a', '', { mac: '00-00-5E-00-01-07' }))
      .when(reserve('pod/default/b', '', { mac: OTHER }))
      .thenRefused(...refusal, OTHER, NAME, 'belongs to pod/default/a', 'name another one')
      .after(release('pod/default/a'))
      .when(reserve('pod/default/b', '', { mac: OTHER }))
      .then(reserved('pod/default/b', '10.0.0.3', OTHER));
  });

  it('may not be the one derived for somebody else', () => {
    given(reserve('pod/default/a'))
      .when(reserve('pod/default/b', '', { mac: derived('10.0.0.2') }))
      .thenRefused('MacTaken', { mac: derived('10.0.0.2'), holder: 'pod/default/a' });
  });

  it('may be the one that would be derived for nobody', () => {
    given(reserve('pod/default/a'), release('pod/default/a'))
      .when(reserve('pod/default/b', '', { mac: derived('10.0.0.2') }))
      .then(reserved('pod/default/b', '10.0.0.3', derived('10.0.0.2')));
  });

  it('may be the one that is derived from the very address', () => {
    given()
      .when(reserve('pod/default/a', '10.0.0.5', { mac: derived('10.0.0.5') }))
      .then(reserved('pod/default/a', '10.0.0.5'))
      .when(reserve('pod/default/b', '', { mac: derived('10.0.0.5') }))
      .thenRefused('MacTaken', { holder: 'pod/default/a' });
  });

  it('that is taken costs no address: the next one gets the lowest', () => {
    given(reserve('pod/default/a', '10.0.0.9', { mac: OTHER }))
      .when(reserve('pod/default/b', '', { mac: OTHER }))
      .thenRefused(...refusal)
      .when(reserve('pod/default/c'))
      .then(reserved('pod/default/c', '10.0.0.2'));
  });

  it('may be changed by a move, and the former one is free then', () => {
    const [before, after] = [held('10.0.0.2', OTHER), held('10.0.0.2', '00:00:5e:00:01:08')];
    given(reserve('pod/default/a', '', { mac: OTHER }))
      .when(move('pod/default/a', '', { mac: '00:00:5e:00:01:08' }))
      .then(moved('pod/default/a', after, before))
      .when(reserve('pod/default/b', '', { mac: OTHER }))
      .then(reserved('pod/default/b', '10.0.0.3', OTHER));
  });

  it('is unique among Vips and others alike', () => {
    given(reserveVip('web', '', { mac: OTHER }))
      .when(reserve('pod/default/a', '', { mac: OTHER }))
      .thenRefused('MacTaken', { holder: 'vip/web' })
      .after(reserve('pod/default/a'))
      .when(reviseVip('web', '', { mac: derived('10.0.0.3') }))
      .thenRefused('MacTaken', { holder: 'pod/default/a' })
      .when(reserveVip('db', '', { mac: derived('10.0.0.3'), claim: 1 }))
      .thenRefused('MacTaken', { holder: 'pod/default/a' });
  });

  it('that a Vip named is the one to be found for it', () => {
    const story = given();
    story.when(reserveVip('web', '', { mac: OTHER })).then(vipReserved('web', held('10.0.0.2', OTHER)));
    expect(story.state.holderOfMac(mac(OTHER))).toBe('vip/web');
  });
});
