// What the field's own IPAM tests do, step by step, asked of this ledger: Kube-OVN, Whereabouts, go-ipam, NetBox, and
// what users of Cilium and MetalLB report. Where the answer is meant to be another one, the story says "but".
import { type SubnetCommand, type SubnetReply, subnet } from './subnet';
import { formatAddress, parseCidr, parseRange } from './address';
import type { RejectionCode } from './rejection';
import { commandsTo, scenario } from './testing';

const NAME = 'ovn-default';
const { define, revise, reserve, move, release, reserveVip, releaseVip } = commandsTo(NAME);

/** The addresses that are held after it, "-" when nothing is, "=" when nothing had to be done; or the refusal. */
type Answer = string | RejectionCode;
type Step = readonly [command: SubnetCommand, answer: Answer];

function tell(...steps: Step[]): void {
  const story = scenario(subnet, NAME);
  steps.forEach(([command, answer], at) => {
    const { decision } = story.wait(1).when(command);
    const answered = decision.rejected
      ? decision.rejected.code
      : decision.events.length === 0
        ? '='
        : held(decision.reply, command);
    expect([at, command.type, answered]).toEqual([at, command.type, answer]);
  });
}

function held({ reservation }: SubnetReply, command: SubnetCommand): string {
  if (!reservation || command.type.startsWith('Release')) return '-';
  return [reservation.v4, reservation.v6]
    .flatMap((one) => (one === undefined ? [] : formatAddress(one)))
    .join(' ');
}

const pod = (name: string) => `pod/ns/${name}`;
const noGateway = { gateways: [] };

describe('Kube-OVN', () => {
  const excluded = ['10.16.0.1', '10.16.0.10..10.16.0.20', '10.16.0.15..10.16.0.23', '10.16.0.4']
    .concat(['192.168.0.1..192.168.0.10', 'fd00::1', 'fd00::a..fd00::14', 'fd00::f..fd00::17', 'fd00::4'])
    .concat(['2001::1..2001::a']);
  const dual = define('10.16.0.0/16 fd00::/112', { excluded });

  it('gives a named address, tells the same again, gives each NIC one of its own', () => {
    tell(
      [dual, '-'],
      [reserve(pod('pod1'), '10.16.0.2 fd00::2'), '10.16.0.2 fd00::2'],
      [reserve(pod('pod1')), '='],
      [reserve(pod('pod2')), '10.16.0.3 fd00::3'],
      [reserve(pod('pod2@nic2')), '10.16.0.5 fd00::5'],
      [reserve(pod('pod3'), '10.16.0.5'), 'AddressTaken'],
      [reserve(pod('pod3'), 'fd00::5'), 'AddressTaken'],
      [release(pod('pod2')), '-'],
      [release(pod('pod2@nic2')), '-'],
      [release(pod('pod1')), '-'],
      [reserve(pod('pod4'), '10.16.0.2', { families: [4] }), '10.16.0.2'],
      [move(pod('pod4'), 'fd00::2'), '10.16.0.2 fd00::2'],
    );
  });

  it('never gives an excluded address by itself, whatever overlaps or lies outside', () => {
    const hundred = Array.from(
      { length: 20 },
      (_, at): Step => [reserve(pod(`p${at}`)), EXPECTED[at] as string],
    );
    tell([define('10.16.0.0/16', { excluded }), '-'], ...hundred);
  });
  const EXPECTED = [2, 3, 5, 6, 7, 8, 9, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36].map(
    (last) => `10.16.0.${last}`,
  );

  it.each([
    ['10.16.0.2/30', ['10.16.0.1', '10.16.0.2']],
    ['fd00::/126', ['fd00::1', 'fd00::2']],
    ['10.16.0.2/30 fd00::/126', ['10.16.0.1 fd00::1', '10.16.0.2 fd00::2']],
  ])(
    'gives the released address of %s again when no unused one is left',
    (blocks, [first = '', second = '']) => {
      const one = pod('pod1');
      tell(
        [define(blocks, noGateway), '-'],
        [reserve(one), first],
        [release(one), '-'],
        [reserve(one), second],
        [release(one), '-'],
        [reserve(one), first],
      );
    },
  );

  it.each(['10.16.0.0/30', 'fd00::/126'])(
    'does not give the released address of %s once it is excluded',
    (block) => {
      const all = block.startsWith('10') ? '10.16.0.1..10.16.0.2' : 'fd00::1..fd00::2';
      tell(
        [define(block, noGateway), '-'],
        [reserve(pod('pod1')), block.startsWith('10') ? '10.16.0.1' : 'fd00::1'],
        [release(pod('pod1')), '-'],
        [revise({ excluded: [all] }), '-'],
        [reserve(pod('pod1')), 'SubnetExhausted'],
      );
    },
  );

  it('changes to another block, but with a gateway inside it', () => {
    tell(
      [define('10.16.0.0/16', { excluded: ['10.16.0.4'] }), '-'],
      [revise({ cidrs: ['10.17.0.0/16'], excluded: ['10.17.0.1'] }), 'InvalidArgument'],
      [revise({ cidrs: ['10.17.0.0/16'], excluded: ['10.17.0.1'], gateways: ['10.17.0.1'] }), '-'],
      [reserve(pod('pod5')), '10.17.0.2'],
    );
  });

  it('refuses what is no block', () => {
    for (const text of ['1.1.1.1/64', '1.1.256.1/24', '1.1.256.1', 'fd00::/130', 'fd00::g/120']) {
      expect(parseCidr(text)).toBeUndefined();
    }
  });

  it('lets an excluded address be had by name', () => {
    tell(
      [
        define('10.0.0.0/24', { ...noGateway, excluded: ['10.0.0.2', '10.0.0.4', '10.0.0.252..10.0.0.254'] }),
        '-',
      ],
      [reserve(pod('a')), '10.0.0.1'],
      [reserve(pod('b')), '10.0.0.3'],
      [reserve(pod('c'), '10.0.0.4'), '10.0.0.4'],
      [reserve(pod('d')), '10.0.0.5'],
    );
  });

  it('takes a named MAC once in a subnet; but a MAC alone gets an address too', () => {
    const named = { mac: '00:11:22:33:44:55' };
    tell(
      [define('10.0.0.0/24 2001:db8::/64'), '-'],
      [reserve(pod('pod1'), '10.0.0.3 2001:db8::3'), '10.0.0.3 2001:db8::3'],
      [reserve(pod('pod2'), '10.0.0.22 2001:db8::22', named), '10.0.0.22 2001:db8::22'],
      [reserve(pod('pod4'), '10.0.0.23', named), 'MacTaken'],
      [reserve(pod('pod3'), '', { mac: '00:11:22:33:44:57' }), '10.0.0.2 2001:db8::2'],
    );
  });

  it('gives released addresses again; but the longest released first, not the lowest', () => {
    tell(
      [define('10.0.0.0/29', noGateway), '-'],
      ...[1, 2, 3, 4, 5, 6].map((at): Step => [reserve(pod(`p${at}`)), `10.0.0.${at}`]),
      [release(pod('p5')), '-'],
      [release(pod('p2')), '-'],
      [reserve(pod('a')), '10.0.0.5'],
      [reserve(pod('b')), '10.0.0.2'],
    );
  });

  it('counts a change of exclusions as no release: but what was released stays behind what was never used', () => {
    tell(
      [define('10.0.0.0/29', noGateway), '-'],
      [reserve(pod('a')), '10.0.0.1'],
      [release(pod('a')), '-'],
      [revise({ excluded: ['10.0.0.6'] }), '-'],
      [reserve(pod('a')), '10.0.0.2'],
    );
  });

  it('moves a holder to a named address; but keeps the old one when the new one is refused', () => {
    tell(
      [define('10.0.0.0/24'), '-'],
      [reserve(pod('a')), '10.0.0.2'],
      [reserve(pod('b')), '10.0.0.3'],
      [reserve(pod('a'), '10.0.0.3'), 'HolderHasDifferentAddress'],
      [move(pod('a'), '10.0.0.3'), 'AddressTaken'],
      [reserve(pod('c'), '10.0.0.2'), 'AddressTaken'],
      [move(pod('a'), '10.0.0.9'), '10.0.0.9'],
    );
  });

  it('gives a Vip its address; but a Pod, a node or another of the same name never shares or frees it', () => {
    tell(
      [define('10.0.0.0/24 fd00::/64'), '-'],
      [reserve('pod/ns/web'), '10.0.0.2 fd00::2'],
      [reserveVip('web', '10.0.0.100'), '10.0.0.100 fd00::3'],
      [reserve('node/web'), '10.0.0.3 fd00::4'],
      [release('pod/ns/web'), '-'],
      [releaseVip('web'), '-'],
      [releaseVip('web'), 'VipNotFound'],
      [reserve('node/web'), '='],
      [reserve('pod/ns/other', '10.0.0.3'), 'AddressTaken'],
    );
  });

  it('takes no address of a pair when one cannot be had', () => {
    tell(
      [define('10.0.0.0/29 fd00::/126'), '-'],
      [reserve(pod('a')), '10.0.0.2 fd00::2'],
      [reserve(pod('b')), 'SubnetExhausted'],
      [reserve(pod('c'), '', { families: [4] }), '10.0.0.3'],
    );
  });
});

describe('Whereabouts', () => {
  it.each([
    ['192.168.1.1/24', [], '192.168.1.1'],
    ['caa5::0/112', [], 'caa5::1'],
    ['::1/126', [], '::1'],
    ['fd::1/116', [], 'fd::1'],
    ['100::2:1/126', [], '100::2:1'],
    ['192.168.0.0/29', ['192.168.0.0/30'], '192.168.0.4'],
    ['192.168.0.0/29', ['192.168.0.1'], '192.168.0.2'],
    ['100::2:1/125', ['100::2:1/126'], '100::2:4'],
    ['100::2:1/125', ['100::2:1'], '100::2:2'],
    ['2001:db8::/30', ['2001:db8::0/32'], '2001:db9::'],
    [
      '192.168.0.0/28',
      ['192.168.0.0/30', '192.168.0.6/31', '192.168.0.8/31', '192.168.0.4/30'],
      '192.168.0.10',
    ],
    [
      '192.168.0.0/28',
      ['192.168.0.14/31', '192.168.0.4/30', '192.168.0.0/30', '192.168.0.8/31'],
      '192.168.0.10',
    ],
  ])('first gives of %s without %j the address %s', (block, excluded, first) => {
    tell([define(block, { ...noGateway, excluded }), '-'], [reserve('pod/default/pod1'), first]);
  });

  it.each([
    ['192.168.0.0/29', '192.168.0.0/30', ['192.168.0.4', '192.168.0.5', '192.168.0.6']],
    ['192.168.0.0/29', '192.168.0.4/30', ['192.168.0.1', '192.168.0.2', '192.168.0.3']],
    ['100::2:1/125', '100::2:4/126', ['100::2:1', '100::2:2', '100::2:3']],
  ])('gives nothing of %s when the rest of %s is used', (block, excluded, used) => {
    tell(
      [define(block, { ...noGateway, excluded: [excluded] }), '-'],
      ...used.map((one, at): Step => [reserve(`pod/default/p${at}`, one), one]),
      [reserve('pod/default/pod1'), 'SubnetExhausted'],
    );
  });

  it('fills a hole, as long as it was never used', () => {
    tell(
      [define('192.168.0.0/28', { ...noGateway, excluded: ['192.168.0.7..192.168.0.14'] }), '-'],
      ...[1, 2, 5].map((at): Step => [reserve(`pod/default/p${at}`, `192.168.0.${at}`), `192.168.0.${at}`]),
      [reserve('pod/default/dummy-0'), '192.168.0.3'],
      [reserve('pod/default/dummy-0'), '='],
      [reserve('pod/default/dummy-1'), '192.168.0.4'],
      [reserve('pod/default/dummy-2'), '192.168.0.6'],
      [reserve('pod/default/dummy-3'), 'SubnetExhausted'],
    );
  });

  it('refuses what is no exclusion', () => {
    expect([parseRange('192.168.0.1/123'), parseRange('100::2::1')]).toEqual([undefined, undefined]);
  });

  it("re-creates the Pod of a StatefulSet: a late release of the old one does not take the new one's address", () => {
    const story = scenario(subnet, NAME).after(define('10.0.0.0/24'), reserve('statefulset/default/web/0'));
    const issuedAtMs = story.nowMs;
    story.wait(10).after(release('statefulset/default/web/0'), reserve('statefulset/default/web/0'));
    story.when(release('statefulset/default/web/0'), issuedAtMs).thenRefused('CommandExpired');
  });
});

describe('go-ipam', () => {
  it.each([
    ['192.168.1.0/24', [], '192.168.1.1'],
    ['2001:0db8:85a3::/124', [], '2001:db8:85a3::1'],
    ['192.168.2.0/30', ['192.168.2.1'], '192.168.2.2'],
    ['2001:0db8:85a3::/124', ['2001:db8:85a3::1'], '2001:db8:85a3::2'],
    ['192.168.3.0/30', ['192.168.3.1', '192.168.3.2'], 'SubnetExhausted'],
    ['2001:0db8:85a3::/126', ['2001:db8:85a3::1', '2001:db8:85a3::2'], 'SubnetExhausted'],
  ])('acquires of %s with %j in use %s', (block, used, next) => {
    tell(
      [define(block, noGateway), '-'],
      ...used.map((one, at): Step => [reserve(`vm/ns/used${at}`, one), one]),
      [reserve('vm/ns/next'), next],
    );
  });

  it.each([
    ['192.168.4.0/32', '192.168.4.0'],
    ['2001:db8:85a3::/128', '2001:db8:85a3::'],
  ])('has nothing in %s; but here it is one address', (block, only) => {
    tell([define(block), '-'], [reserve('vm/ns/a'), only], [reserve('vm/ns/b'), 'SubnetExhausted']);
  });

  it("acquires named addresses, and neither others' nor outside ones", () => {
    tell(
      [define('192.168.99.0/24', noGateway), '-'],
      [reserve('vm/ns/a', '192.168.99.1'), '192.168.99.1'],
      [reserve('vm/ns/b', '192.168.99.2'), '192.168.99.2'],
      [reserve('vm/ns/c', '192.168.98.2'), 'AddressOutOfRange'],
      [reserve('vm/ns/c', '192.168.99.0'), 'AddressNotUsable'],
      [reserve('vm/ns/c', '192.168.99.255'), 'AddressNotUsable'],
      [reserve('vm/ns/c', '192.168.99.2'), 'AddressTaken'],
      [release('vm/ns/a'), '-'],
      [release('vm/ns/a'), 'ReservationNotFound'],
      [release('vm/ns/d'), 'ReservationNotFound'],
    );
  });

  it('acquires the lowest free address again at once; but here a released one comes last', () => {
    tell(
      [define('192.168.0.0/24', noGateway), '-'],
      [reserve('vm/ns/a'), '192.168.0.1'],
      [release('vm/ns/a'), '-'],
      [reserve('vm/ns/a'), '192.168.0.2'],
    );
  });
});

describe('NetBox', () => {
  it('answers with the first available addresses, in order, and creates what it answered', () => {
    const story = scenario(subnet, NAME).after(
      define('192.0.2.0/29', noGateway),
      reserve('vm/ns/a', '192.0.2.2'),
      reserve('vm/ns/b', '192.0.2.4'),
    );
    const available = story.state.space(4)?.upcoming(3, story.nowMs, 0).map(formatAddress);
    expect(available).toEqual(['192.0.2.1', '192.0.2.3', '192.0.2.5']);
    for (const [at, address] of (available ?? []).entries()) {
      const { decision } = story.when(reserve(`vm/ns/new${at}`));
      expect(decision.rejected ? undefined : held(decision.reply, reserve('vm/ns/x'))).toBe(address);
    }
  });

  it('gives two requests at once one address; but here they are decided one after the other', () => {
    tell(
      [define('192.0.2.0/29', noGateway), '-'],
      [reserve('vm/ns/first'), '192.0.2.1'],
      [reserve('vm/ns/second'), '192.0.2.2'],
    );
  });
});

describe('Cilium and MetalLB', () => {
  const services = Array.from({ length: 5 }, (_, at) => `service/default/s${at}`);
  const reserveAll = services.map((one, at): Step => [reserve(one), `10.0.10.${at + 1}`]);
  const nobodyMoved = services.map((one): Step => [reserve(one), '=']);

  it('widen a pool, and renumber everything; but here every holder keeps its address', () => {
    tell(
      [define('10.0.10.0/28', noGateway), '-'],
      ...reserveAll,
      [revise({ cidrs: ['10.0.10.0/24'] }), '-'],
      ...nobodyMoved,
      [revise({ cidrs: ['10.0.8.0/22'] }), '-'],
      ...nobodyMoved,
      [reserve('service/default/new'), '10.0.8.1'],
    );
  });

  it('shrink a pool, and renumber those whom it does not concern; but here it is refused, or nobody moves', () => {
    tell(
      [define('10.0.10.0/24', noGateway), '-'],
      ...reserveAll,
      [reserve('service/default/high', '10.0.10.200'), '10.0.10.200'],
      [revise({ cidrs: ['10.0.10.0/28'] }), 'SubnetInUse'],
      [move('service/default/high', '10.0.10.9'), '10.0.10.9'],
      [revise({ cidrs: ['10.0.10.0/28'] }), '-'],
      ...nobodyMoved,
      [reserve('service/default/high', '10.0.10.9'), '='],
    );
  });

  it('restart with a full pool and others waiting, and hand addresses to others; but here all is as it was', () => {
    const before = scenario(subnet, NAME).after(define('10.0.10.0/29', noGateway));
    for (let at = 0; at < 6; at += 1) before.after(reserve(`service/default/s${at}`));
    before.when(reserve('service/default/waiting')).thenRefused('SubnetExhausted');
    const log = [...before.events];
    const after = scenario(subnet, NAME).given(...log);
    after.when(reserve('service/default/waiting')).thenRefused('SubnetExhausted');
    for (let at = 5; at >= 0; at -= 1) after.when(reserve(`service/default/s${at}`)).thenAlready();
  });
});
