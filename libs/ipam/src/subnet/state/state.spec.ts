import { formatAddress, plus } from '../../address';
import { address, cidr, commandsTo, eventsOf, holder, mac, scenario } from '../../testing';
import { type SubnetEvent, SubnetFold, subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, release, move } = commandsTo(NAME);
const { defined, reserved, moved, released, vipReserved, vipRevised, vipReleased, held } = eventsOf(NAME);

describe('a Subnet remembers', () => {
  it('who holds what since when, and when it last changed', () => {
    const story = scenario(subnet, NAME).after(define('10.16.0.0/24'), reserve('pod/default/a'));
    const sinceMs = story.nowMs;
    const one = () => story.state.byHolder.get(holder('pod/default/a'));
    expect(one()).toEqual({ holder: 'pod/default/a', v4: address('10.16.0.2'), sinceMs });
    story.wait(5).after(move('pod/default/a', '10.16.0.9'));
    expect(one()).toMatchObject({ v4: address('10.16.0.9'), sinceMs, changedAtMs: sinceMs + 5 });
    expect(story.state.byAddress.get(address('10.16.0.9'))).toBe(one());
    expect(story.state.byAddress.has(address('10.16.0.2'))).toBe(false);
  });

  it('whose a MAC is, derived or not', () => {
    const own = '00:00:5e:00:01:07';
    const { state } = scenario(subnet, NAME).after(
      define('10.16.0.0/24 fd00::/64'),
      reserve('pod/default/a', '10.16.0.5'),
      reserve('pod/default/b', '', { mac: own }),
      reserve('pod/default/c', '', { families: [6] }),
    );
    expect(state.holderOfMac(held('10.16.0.5').mac)).toBe('pod/default/a');
    expect(state.holderOfMac(mac(own))).toBe('pod/default/b');
    expect(state.holderOfMac(held('fd00::4').mac)).toBe('pod/default/c');
    expect(state.holderOfMac(held('10.16.0.2').mac)).toBeUndefined();
    expect(state.holderOfMac(held('10.16.0.99').mac)).toBeUndefined();
  });

  it('whose a MAC is, also of IPv6 addresses far apart', () => {
    const apart = ['fd00::5', 'fd00:0:0:1::5', 'fd00::6', 'fd00:0:0:1::6'];
    const { state } = scenario(subnet, NAME).after(
      define('fd00::/56'),
      ...apart.map((it, at) => reserve(`pod/default/p${at}`, it)),
    );
    expect(apart.map((it) => state.holderOfMac(held(it).mac))).toEqual(
      apart.map((_, at) => `pod/default/p${at}`),
    );
    expect(state.holderOfMac(held('fd00::7').mac)).toBeUndefined();
  });

  it('who gave up an address, until somebody takes it', () => {
    const story = scenario(subnet, NAME)
      .after(define('10.16.0.0/24'), reserve('pod/default/a'))
      .wait(7)
      .after(release('pod/default/a'));
    const [one, gone] = [address('10.16.0.2'), holder('pod/default/a')];
    expect(story.state.lastHolder(one)).toMatchObject({ holder: gone, releasedAtMs: story.nowMs });
    expect(story.state.releasedAtMs(gone)).toBe(story.nowMs);
    story.after(reserve('pod/default/b', '10.16.0.2'));
    expect(story.state.lastHolder(one)).toBeUndefined();
  });

  it('its families, and the newest claim to a name that it relinquished', () => {
    const { state } = scenario(subnet, NAME).given(defined({ cidrs: ['fd00::/64'] }), {
      type: 'VipNameYielded',
      name: 'web',
      claim: 4,
    });
    expect(state.families()).toEqual([6]);
    expect(state.space(4)).toBeUndefined();
    expect([state.yieldedClaim('web'), state.yieldedClaim('db')]).toEqual([4, -1]);
  });
});

describe('in a block that never ends', () => {
  const CHURN = 20_000;
  const DAY_MS = 24 * 3_600_000;

  /** One holder after the other, a second each: what comes next is what was never used. */
  function churn(block: string, coolingMs: number): SubnetFold {
    const state = new SubnetFold(NAME).evolve(defined({ cidrs: [block], coolingMs }), 0);
    for (let at = 0; at < CHURN; at += 1) {
      const one = plus(plus(cidr(block).base, 1), at);
      const pair = typeof one === 'number' ? { v4: one } : { v6: one };
      const event = { holder: holder(`pod/default/p${at}`), ...pair, mac: state.derivedMac(one) };
      state.evolve({ type: 'AddressReserved', ...event }, at * 1000);
      state.evolve({ type: 'AddressReleased', ...event, reason: '' }, at * 1000);
    }
    return state;
  }
  const remembered = (state: SubnetFold, block: string): number => {
    const base = address(block) as bigint;
    return Array.from({ length: CHURN }, (_, at) => state.lastHolder(base + BigInt(at) + 1n)).filter(Boolean)
      .length;
  };

  it('what was released and cooled is forgotten in time, and addresses go on ascending', () => {
    const state = churn('fd00::/64', 60_000);
    expect(remembered(state, 'fd00::')).toBeLessThan(9000);
    const [next] = state.space(6)?.upcoming(1, Infinity, 60_000) ?? [];
    expect(next).toBe((address('fd00::') as bigint) + BigInt(CHURN) + 1n);
  });

  it('what still cools is not forgotten', () => {
    expect(remembered(churn('fd00::/64', DAY_MS), 'fd00::')).toBe(CHURN);
  });

  it('nor is what was named ahead of the addresses that come by themselves', () => {
    const state = new SubnetFold(NAME).evolve(defined({ cidrs: ['fd00::/64'] }), 0);
    const who = (text: string): string => `pod/default/a${text.replaceAll(':', '-')}`;
    const take = (text: string) => state.evolve(reserved(who(text), text), 0);
    const give = (text: string) => state.evolve(released(who(text), held(text)), 0);
    for (const last of [9, 'a', 'b']) take(`fd00::${last}`);
    for (const last of ['a', 'b']) give(`fd00::${last}`);
    for (let at = 0; at < 5000; at += 1) {
      take(`fd00::8000:0:0:${at.toString(16)}`);
      give(`fd00::8000:0:0:${at.toString(16)}`);
    }
    expect(state.lastHolder(address('fd00::8000:0:0:5'))).toBeUndefined();
    for (const last of ['a', 'b', 'c']) take(`fd00::${last}`);
    const next = state.space(6)?.upcoming(10, Infinity, 0).map(formatAddress);
    expect(next).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 'd', 'e'].map((last) => `fd00::${last}`));
  });

  it('nor is anything in a block that does end', () => {
    const state = churn('10.16.0.0/16', 0);
    const [last] = state.space(4)?.upcoming(65_535, Infinity, 0).slice(-1) ?? [];
    expect(last).toBe((address('10.16.0.0') as number) + CHURN);
    expect(state.space(4)?.upcoming(65_535, Infinity, 0)).toHaveLength(65_534);
  });
});

describe('evolve is total: it never refuses history, however odd', () => {
  const a = held('10.16.0.2 fd00::2');
  const b = held('10.99.0.2');
  const events: SubnetEvent[] = [
    defined({ cidrs: ['10.16.0.0/24', 'fd00::/64'], gateways: ['10.16.0.1'] }),
    reserved('pod/default/a', '10.16.0.2 fd00::2'),
    reserved('pod/default/a', '10.16.0.1'),
    reserved('pod/default/b', '10.99.0.2'),
    moved('pod/default/c', a, b),
    moved('pod/default/a', b, a),
    released('pod/default/d', a),
    vipReserved('web', a),
    vipRevised('web', b, a),
    vipRevised('db', a, b),
    vipReleased('db', b),
    { type: 'VipNameYielded', name: 'web', claim: 3 },
    { type: 'SubnetRetired' },
  ];

  it.each(events)('$type before anything else', (event) => {
    expect(() => new SubnetFold(NAME).evolve(event, 0)).not.toThrow();
  });

  it('every pair of events, in either order', () => {
    for (const first of events) {
      for (const second of events) {
        const both = () => new SubnetFold(NAME).evolve(first, 0).evolve(second, 1).evolve(revisedAgain, 2);
        expect(both).not.toThrow();
      }
    }
  });

  const revisedAgain: SubnetEvent = { ...defined({ cidrs: ['10.16.0.0/16'] }), type: 'SubnetRevised' };
});
