// The driver itself: a driver that cannot fail would make every specification worthless.
import { commandsTo, eventsOf, scenario } from '.';
import { subnet } from '../subnet';

const NAME = 'ovn-default';
const { define, reserve } = commandsTo(NAME);
const { reserved, defined } = eventsOf(NAME);
const given = () =>
  scenario(subnet, NAME).given(defined({ cidrs: ['10.16.0.0/24'], gateways: ['10.16.0.1'] }));
const when = () => given().when(reserve('pod/default/a'));
const whenRefused = () => given().when(reserve('pod/default/a', '10.17.0.1'));

describe('a scenario', () => {
  it('passes what is as it should be', () => {
    when().then(reserved('pod/default/a', '10.16.0.2')).when(reserve('pod/default/a')).thenAlready();
    whenRefused().thenRefused('AddressOutOfRange', { subnet: NAME }, 'outside');
  });

  it.each<[string, () => unknown]>([
    ['another event', () => when().then(reserved('pod/default/a', '10.16.0.3'))],
    ['an event more', () => when().then()],
    ['an event less', () => when().then(reserved('pod/default/a', '10.16.0.2'), { type: 'SubnetRetired' })],
    ['an event where nothing was to happen', () => when().thenAlready()],
    ['acceptance instead of refusal', () => when().thenRefused('AddressTaken')],
    ['refusal instead of acceptance', () => whenRefused().then()],
    ['refusal instead of nothing to do', () => whenRefused().thenAlready()],
    ['another code', () => whenRefused().thenRefused('AddressTaken')],
    ['another fact', () => whenRefused().thenRefused('AddressOutOfRange', { subnet: 'other' })],
    ['a word that is not said', () => whenRefused().thenRefused('AddressOutOfRange', {}, 'taken')],
    ['history that was refused', () => given().after(define('10.17.0.0/24'))],
    [
      'another reply',
      () =>
        given().after(reserve('pod/default/a')).when(reserve('pod/default/a')).thenAlready({ vipHeld: true }),
    ],
  ])('fails at %s', (_, fails) => {
    expect(fails).toThrow();
  });

  it('fails when an event does not survive its stored form, or a reply its event', () => {
    const codec = { ...subnet.codec, decode: () => reserved('pod/default/b', '10.16.0.9') };
    const forgetful = { ...subnet, codec };
    expect(() => scenario(forgetful, NAME).when(define('10.16.0.0/24'))).toThrow();
    const silent = { ...subnet, replyTo: () => ({}) };
    expect(() => scenario(silent, NAME).when(define('10.16.0.0/24'))).toThrow();
  });

  it('refuses text that cannot be read', () => {
    expect(() => reserve('web')).toThrow(TypeError);
    expect(() => reserve('pod/default/a', '10.16.0')).toThrow(TypeError);
    expect(() => define('10.16.0.0')).toThrow(TypeError);
    expect(() => define('10.16.0.0/24', { excluded: ['9..1'] })).toThrow(TypeError);
  });
});
