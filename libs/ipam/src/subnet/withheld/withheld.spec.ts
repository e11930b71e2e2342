import fc from 'fast-check';
import {
  address,
  brokenInvariants,
  commandsTo,
  holder,
  partiesOf,
  scenario,
  withheldIn,
} from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, retire, revise, reserve, move, release, reserveVip, releaseVip, definePool } =
  commandsTo(NAME);
const { withhold, settle } = withheldIn(NAME);
const given = (block = '10.16.0.0/29') => scenario(subnet, NAME).after(define(block, { coolingMs: 60_000 }));
const because = 'two hold it';
const at = (text: string) => address(text);

describe('WithholdAddresses', () => {
  it('keeps an address from everybody, in every way to it', () => {
    given()
      .when(withhold('10.16.0.2', 'vip/web pod/default/a'))
      .then({
        type: 'AddressWithheld',
        address: at('10.16.0.2'),
        parties: partiesOf('vip/web pod/default/a'),
        because,
      })
      .when(reserve('pod/default/a', '10.16.0.2'))
      .thenRefused(
        'AddressWithheld',
        { address: '10.16.0.2', parties: 'vip/web,pod/default/a' },
        'vip/web',
        'pod/default/a',
      )
      .when(reserveVip('web', '10.16.0.2'))
      .thenRefused('AddressWithheld')
      .after(reserve('pod/default/b'))
      .when(move('pod/default/b', '10.16.0.2'))
      .thenRefused('AddressWithheld')
      .after(reserveVip('other'), releaseVip('other'))
      .when(reserve('pod/default/c', '', { prefersFormer: true }))
      .then({ type: 'AddressReserved', holder: holder('pod/default/c'), ...held('10.16.0.5') });
  });

  it('ends what the ledger says of it in the same decision, whole, and whatever uses it', () => {
    const { events } = given('10.16.0.0/29 fd00::/64')
      .after(reserve('pod/default/a', '10.16.0.2 fd00::9'), reserveVip('web', '10.16.0.3'))
      .after(withhold('10.16.0.2 10.16.0.3', 'pod/default/a vip/web'));
    expect(events.slice(-4).map(({ type }) => type)).toEqual([
      'AddressReleased',
      'VipReleased',
      'AddressWithheld',
      'AddressWithheld',
    ]);
  });

  it('is so already, until somebody else is said to hold it', () => {
    given()
      .after(withhold('10.16.0.2', 'vip/web pod/default/a'))
      .when(withhold('10.16.0.2', 'vip/web pod/default/a'))
      .thenAlready()
      .when(withhold('10.16.0.2', 'vip/web pod/default/c'))
      .then({
        type: 'AddressWithheld',
        address: at('10.16.0.2'),
        parties: partiesOf('vip/web pod/default/c'),
        because,
      });
  });

  it('is refused for what nobody may have', () => {
    for (const text of ['10.16.0.1', '10.16.0.0', '10.17.0.2', 'fd00::1'])
      given().when(withhold(text, 'vip/web')).thenRefused('InvalidArgument', { field: 'addresses' }, text);
  });

  it('holds over a revision and a pool, and ends with the subnet', () => {
    const story = given()
      .after(withhold('10.16.0.2', 'vip/web pod/default/a'), revise({ coolingMs: 1 }))
      .after(definePool('gold', '10.16.0.2..10.16.0.4'))
      .when(reserve('pod/default/b', '', { pool: 'gold' }))
      .then({ type: 'AddressReserved', holder: holder('pod/default/b'), ...held('10.16.0.3') })
      .after(release('pod/default/b'), retire(), define('10.16.0.0/29'));
    expect(story.state.withheld.size).toBe(0);
  });
});

describe('SettleAddress', () => {
  it('lets the holder that is named have it at once, and nobody else', () => {
    given()
      .after(reserve('pod/default/a', '10.16.0.2'), withhold('10.16.0.2', 'pod/default/a vip/web'))
      .when(settle('10.16.0.2', 'vip/web'))
      .then({
        type: 'AddressSettled',
        address: at('10.16.0.2'),
        holder: holder('vip/web'),
        because: 'somebody looked',
      })
      .when(settle('10.16.0.2', 'vip/web'))
      .thenAlready()
      .when(reserve('pod/default/a', '10.16.0.2'))
      .thenRefused('AddressWithheld', { parties: 'vip/web' })
      .after(reserveVip('web', '10.16.0.2'))
      .when(settle('10.16.0.2', 'vip/web'))
      .thenAlready()
      .when(settle('10.16.0.2', 'pod/default/a'))
      .thenRefused('InvalidArgument', { field: 'address' }, 'not withheld')
      .when(reserve('pod/default/a', '10.16.0.2'))
      .thenRefused('AddressTaken');
  });

  it('gives it back where it is nobody’s', () => {
    given('10.16.0.0/30')
      .after(withhold('10.16.0.2', 'pod/default/a vip/web'))
      .when(reserve('pod/default/b'))
      .thenRefused('SubnetExhausted')
      .after(settle('10.16.0.2'))
      .wait(60_000)
      .when(reserve('pod/default/b'))
      .then({ type: 'AddressReserved', holder: holder('pod/default/b'), ...held('10.16.0.2') });
  });
});

it('is never held nor given out, whatever else is asked', () => {
  const addresses = ['10.16.0.2', '10.16.0.3', '10.16.0.4', '10.16.0.5', '10.16.0.6'];
  const holders = ['pod/default/a', 'pod/default/b', 'pod/default/c'];
  const one = fc.tuple(fc.nat(6), fc.constantFrom(...addresses), fc.constantFrom(...holders));
  const commands = [
    (_: string, who: string) => reserve(who),
    (text: string, who: string) => reserve(who, text),
    (text: string, who: string) => move(who, text),
    (_: string, who: string) => release(who),
    (text: string, who: string) => withhold(text, `${who} vip/web`),
    (text: string, who: string) => settle(text, who),
    (text: string) => settle(text),
  ] as const;
  fc.assert(
    fc.property(fc.array(one, { maxLength: 40 }), (asked) => {
      const story = given();
      for (const [what, text, who] of asked) {
        story.wait(1_000).when(commands[what]!(text, who));
        expect(brokenInvariants(story.state)).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});

function held(text: string) {
  const story = scenario(subnet, NAME).after(define('10.16.0.0/29'), reserve('pod/default/x', text));
  const { v4, v6, mac } = story.events.at(-1) as unknown as { v4?: number; v6?: bigint; mac: number };
  return { v4, v6, mac };
}
