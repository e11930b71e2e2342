// Which addresses may be had, and which come by themselves: the same rules for every command that reserves.
import type { Scenario } from '../../testing';
import { commandsTo, eventsOf, pair, scenario } from '../../testing';
import type { SubnetCommand, SubnetEvent, SubnetReply, SubnetFold } from '..';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, revise, reserve, release, move } = commandsTo(NAME);
const { reserved } = eventsOf(NAME);
const given = (...history: SubnetCommand[]) => scenario(subnet, NAME).after(...history);
type Story = Scenario<SubnetFold, SubnetCommand, SubnetEvent, SubnetReply>;

/** Reserves automatically until the subnet is exhausted, and tells what came, in order. */
function fill(story: Story, prefix = 'pod/fill/p'): string[] {
  const came: string[] = [];
  for (let at = 0; at < 300; at += 1) {
    const { decision } = story.when(reserve(`${prefix}${at}`));
    if (decision.rejected) {
      expect(decision.rejected.code).toBe('SubnetExhausted');
      return came;
    }
    const { v4, v6 } = decision.reply.reservation ?? {};
    came.push(
      [v4, v6]
        .filter((one) => one !== undefined)
        .map(text)
        .join(' '),
    );
  }
  throw new Error('the subnet has no end');
}
const text = (address: number | bigint): string =>
  typeof address === 'number' ? `.${address & 255}` : `::${address & 0xffffn}`;
const numbers = (first: number, last: number, mark: string) =>
  Array.from({ length: last - first + 1 }, (_, at) => `${mark}${first + at}`);

describe('the addresses of a block', () => {
  it.each([
    ['10.0.0.0/24', numbers(2, 254, '.')],
    ['10.0.0.0/29', numbers(2, 6, '.')],
    ['10.0.0.0/30', ['.2']],
    ['10.0.0.0/31', ['.0', '.1']],
    ['10.0.0.7/32', ['.7']],
    ['fd00::/124', numbers(2, 14, '::')],
    ['fd00::/126', ['::2']],
    ['fd00::/127', ['::0', '::1']],
    ['fd00::7/128', ['::7']],
  ])('%s has, in order, %j, the gateway being its first', (block, addresses) => {
    expect(fill(given(define(block)))).toEqual(addresses);
  });

  it.each([
    ['10.0.0.0/30', ['.1', '.2']],
    ['fd00::/126', ['::1', '::2']],
    ['10.0.0.0/31', ['.0', '.1']],
  ])('%s without a gateway has %j', (block, addresses) => {
    expect(fill(given(define(block, { gateways: [] })))).toEqual(addresses);
  });

  it.each([
    ['10.0.0.0/24', '10.0.0.0', 'network', 'first or last'],
    ['10.0.0.0/24', '10.0.0.255', 'network', 'first or last'],
    ['10.0.0.0/24', '10.0.0.1', 'gateway', 'gateway'],
    ['fd00::/64', 'fd00::', 'network', 'first or last'],
    ['fd00::/64', 'fd00::ffff:ffff:ffff:ffff', 'network', 'first or last'],
    ['fd00::/64', 'fd00::1', 'gateway', 'gateway'],
  ])('of %s nobody may have %s (%s)', (block, address, reason, word) => {
    given(define(block))
      .when(reserve('pod/default/a', address))
      .thenRefused('AddressNotUsable', { subnet: NAME, address, reason }, address, NAME, word, 'name ');
  });

  it.each([
    ['10.0.0.0/31', '10.0.0.0'],
    ['10.0.0.0/31', '10.0.0.1'],
    ['10.0.0.7/32', '10.0.0.7'],
    ['fd00::/127', 'fd00::'],
    ['fd00::7/128', 'fd00::7'],
  ])('of %s somebody may have %s', (block, address) => {
    given(define(block)).when(reserve('pod/default/a', address)).then(reserved('pod/default/a', address));
  });

  it.each(['10.0.1.0', '9.255.255.255', '255.255.255.255'])('%s is outside 10.0.0.0/24', (address) => {
    given(define('10.0.0.0/24'))
      .when(reserve('pod/default/a', address))
      .thenRefused(
        'AddressOutOfRange',
        { subnet: NAME, address, cidr: '10.0.0.0/24' },
        `${address} is outside 10.0.0.0/24 of subnet ${NAME}`,
        'inside it',
      );
  });

  it('are refused while somebody else holds them', () => {
    given(define('10.0.0.0/24'), reserve('pod/default/a', '10.0.0.9'))
      .when(reserve('pod/default/b', '10.0.0.9'))
      .thenRefused(
        'AddressTaken',
        { subnet: NAME, address: '10.0.0.9', holder: 'pod/default/a' },
        '10.0.0.9',
        NAME,
        'held by pod/default/a',
        'name another one',
      );
  });

  it('end, and the refusal says what would make room', () => {
    given(define('10.0.0.0/30'), reserve('pod/default/a'))
      .when(reserve('pod/default/b'))
      .thenRefused(
        'SubnetExhausted',
        { subnet: NAME, family: 'IPv4' },
        NAME,
        'no free IPv4 address',
        'release one, lift an exclusion or grow the subnet',
      );
  });
});

describe('excluded addresses', () => {
  const story = () =>
    given(define('10.0.0.0/28', { excluded: ['10.0.0.2..10.0.0.4', '10.0.0.6', '10.0.0.8/30'] }));

  it('never come by themselves', () => {
    expect(fill(story())).toEqual(['.5', '.7', '.12', '.13', '.14']);
  });

  it.each(['10.0.0.3', '10.0.0.6', '10.0.0.8', '10.0.0.11'])('may be had by name: %s', (address) => {
    story().when(reserve('pod/default/a', address)).then(reserved('pod/default/a', address));
  });

  it('do not come by themselves after they were released either', () => {
    const released = story().after(reserve('pod/default/a', '10.0.0.3'), release('pod/default/a'));
    expect(fill(released)).toEqual(['.5', '.7', '.12', '.13', '.14']);
  });

  it('may overlap, touch, and reach over the ends of the block', () => {
    const excluded = [
      '10.0.0.4..10.0.0.6',
      '10.0.0.5..10.0.0.9',
      '10.0.0.10',
      '10.0.0.0/30',
      '10.0.0.14..10.0.1.9',
    ];
    expect(fill(given(define('10.0.0.0/28', { excluded })))).toEqual(['.11', '.12', '.13']);
  });

  it('may be all that there is', () => {
    expect(fill(given(define('10.0.0.0/28', { excluded: ['10.0.0.0/28'] })))).toEqual([]);
  });

  it('may fill more than half of a /64: what lies beyond comes', () => {
    const first = given(define('fd00::/64', { excluded: ['fd00::/65'], gateways: [] }));
    first
      .when(reserve('pod/default/a'))
      .then(reserved('pod/default/a', 'fd00::8000:0:0:0'))
      .when(reserve('pod/default/b', 'fd00::5'))
      .then(reserved('pod/default/b', 'fd00::5'))
      .when(reserve('pod/default/c'))
      .then(reserved('pod/default/c', 'fd00::8000:0:0:1'));
  });
});

describe('the order in which addresses come', () => {
  it('is never-used ones first, ascending, past those that were named', () => {
    const named = ['10.0.0.5', '10.0.0.4', '10.0.0.7', '10.0.0.6', '10.0.0.10'];
    const story = given(define('10.0.0.0/28'), ...named.map((one, at) => reserve(`pod/named/p${at}`, one)));
    expect(fill(story)).toEqual(['.2', '.3', '.8', '.9', '.11', '.12', '.13', '.14']);
  });

  it('is then the released ones, the longest released first', () => {
    const story = given(define('10.0.0.0/29'));
    expect(fill(story)).toEqual(numbers(2, 6, '.'));
    for (const at of [3, 0, 4]) story.wait(1).after(release(`pod/fill/p${at}`));
    expect(fill(story, 'pod/next/p')).toEqual(['.5', '.2', '.6']);
  });

  it('prefers the never-used one to one that was released', () => {
    given(define('10.0.0.0/24'), reserve('pod/default/a'), release('pod/default/a'))
      .when(reserve('pod/default/a'))
      .then(reserved('pod/default/a', '10.0.0.3'));
  });

  it('counts what a move gave up as released', () => {
    const story = given(define('10.0.0.0/29'), reserve('pod/default/a'), move('pod/default/a', '10.0.0.6'));
    expect(fill(story)).toEqual(['.3', '.4', '.5', '.2']);
  });

  it('forgets a release once the address is held again', () => {
    const story = given(define('10.0.0.0/29'));
    fill(story);
    story.after(release('pod/fill/p0')).wait(1).after(release('pod/fill/p1')).wait(1);
    story.after(reserve('pod/default/a', '10.0.0.2'), release('pod/default/a'));
    expect(fill(story, 'pod/next/p')).toEqual(['.3', '.2']);
  });

  it('never gives an address twice that was released and named again inside a run of used ones', () => {
    const story = given(define('10.0.0.0/28'));
    for (const at of [9, 10, 11]) story.after(reserve(`pod/named/p${at}`, `10.0.0.${at}`));
    for (const at of [10, 11])
      story.after(release(`pod/named/p${at}`), reserve(`pod/again/p${at}`, `10.0.0.${at}`));
    story.after(reserve('pod/named/p12', '10.0.0.12'));
    expect(fill(story)).toEqual([...numbers(2, 8, '.'), '.13', '.14']);
  });
});

describe('a released address', () => {
  const MINUTE_MS = 60_000;
  const cooling = () =>
    given(
      define('10.0.0.0/30', { coolingMs: MINUTE_MS }),
      reserve('pod/default/a'),
      release('pod/default/a'),
    );
  const until = '2026-01-01T00:01:00.000Z';

  it('cools: others are refused by name, and told until when', () => {
    cooling()
      .wait(MINUTE_MS - 1)
      .when(reserve('pod/default/b', '10.0.0.2'))
      .thenRefused(
        'AddressCooling',
        { subnet: NAME, address: '10.0.0.2', until, formerHolder: 'pod/default/a' },
        '10.0.0.2',
        NAME,
        'released by pod/default/a',
        until,
        'ask again then',
      )
      .wait(1)
      .when(reserve('pod/default/b', '10.0.0.2'))
      .then(reserved('pod/default/b', '10.0.0.2'));
  });

  it('cools: it does not come by itself, and the refusal says when it will', () => {
    cooling()
      .wait(MINUTE_MS - 1)
      .when(reserve('pod/default/b'))
      .thenRefused('SubnetExhausted', { family: 'IPv4', until }, until)
      .wait(1)
      .when(reserve('pod/default/b'))
      .then(reserved('pod/default/b', '10.0.0.2'));
  });

  it('may be had at once by its former holder, who names it', () => {
    cooling().when(reserve('pod/default/a', '10.0.0.2')).then(reserved('pod/default/a', '10.0.0.2'));
  });

  it('cools as long as the subnet says now, not as long as it said then', () => {
    cooling()
      .after(revise({ coolingMs: 0 }))
      .when(reserve('pod/default/b'))
      .then(reserved('pod/default/b', '10.0.0.2'));
    given(
      define('10.0.0.0/30'),
      reserve('pod/default/a'),
      release('pod/default/a'),
      revise({ coolingMs: 1000 }),
    )
      .wait(999)
      .when(reserve('pod/default/b'))
      .thenRefused('SubnetExhausted');
  });

  it('comes back, or does not, as a pair', () => {
    given(define('10.0.0.0/30 fd00::/126', { coolingMs: MINUTE_MS }), reserve('pod/default/a'))
      .after(release('pod/default/a'))
      .wait(MINUTE_MS)
      .when(reserve('pod/default/b'))
      .then(reserved('pod/default/b', '10.0.0.2 fd00::2'));
  });
});

describe('a /64', () => {
  const far = ['fd00::1:0:0:0', 'fd00::20:0:0:0', 'fd00::7fff:ffff:ffff:ffff', 'fd00::ffff:ffff:ffff:fffe'];

  it.each(far)('lets %s be reserved by name, held by one alone, and released', (address) => {
    given(define('fd00::/64', { coolingMs: 1000 }))
      .when(reserve('pod/default/a', address))
      .then(reserved('pod/default/a', address))
      .when(reserve('pod/default/b', address))
      .thenRefused('AddressTaken', { holder: 'pod/default/a' })
      .after(release('pod/default/a'))
      .when(reserve('pod/default/b', address))
      .thenRefused('AddressCooling', { formerHolder: 'pod/default/a' })
      .wait(1000)
      .when(reserve('pod/default/b', address))
      .then(reserved('pod/default/b', address));
  });

  it('goes on ascending whatever was named far out', () => {
    const story = given(define('fd00::/64'), ...far.map((one, at) => reserve(`pod/far/p${at}`, one)));
    story.when(reserve('pod/default/a')).then(reserved('pod/default/a', 'fd00::2'));
    story.when(reserve('pod/default/b')).then(reserved('pod/default/b', 'fd00::3'));
  });

  it('gives neighbours far out MACs of their own', () => {
    const story = given(define('fd00::/64'));
    for (let at = 0; at < 16; at += 1)
      story.after(reserve(`pod/far/p${at}`, `fd00::8000:0:0:${at.toString(16)}`));
    const macs = [...story.state.byHolder.values()].map((reservation) => story.state.macOf(reservation));
    expect(new Set(macs).size).toBe(16);
    expect(story.state.byAddress.has(pair('fd00::8000:0:0:f').v6!)).toBe(true);
  });
});
