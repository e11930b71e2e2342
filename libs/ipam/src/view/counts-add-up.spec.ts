// Whatever is commanded, what the view counts is what counting each address of the Subnet one by one gives: for the Subnet, for
// each pool, and for what is in no pool; as numbers and as ranges.
import fc from 'fast-check';
import {
  type Address,
  type AddressRange,
  type Family,
  familyOf,
  parseCidr,
  plus,
  usableRange,
} from '../address';
import { type SubnetCommand, type SubnetState, subnet } from '../subnet';
import { commandsTo } from '../testing';
import type { Fullness } from './counts';
import { LedgerView } from './ledger-view';

const NAME = 'ovn-default';
const { define, revise, reserve, release, move, reserveVip, reviseVip, releaseVip, definePool, retirePool } =
  commandsTo(NAME);
const BLOCKS = { small: ['10.16.0.0/28', 'fd00::/124'], large: ['10.16.0.0/27', 'fd00::/123'] };

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const v4 = fc.integer({ min: 1, max: 30 }).map((host) => `10.16.0.${host}`);
const v6 = fc.integer({ min: 1, max: 30 }).map((host) => `fd00::${host.toString(16)}`);
const address = fc.oneof(
  v4,
  v6,
  fc.tuple(v4, v6).map((pair) => pair.join(' ')),
);
const range = fc
  .tuple(fc.constantFrom(4, 6), fc.integer({ min: 1, max: 26 }), fc.nat(4))
  .map(([family, host, more]) =>
    family === 4
      ? `10.16.0.${host}..10.16.0.${host + more}`
      : `fd00::${hex(host)}..fd00::${hex(host + more)}`,
  );
const ranges = fc.array(range, { minLength: 1, maxLength: 3 });
const pools = fc.constantFrom('gold', 'silver');
const podOf = (name: string): string => `pod/default/${name}`;

const command: fc.Arbitrary<SubnetCommand> = fc.oneof(
  names.map((name) => reserve(podOf(name))),
  fc.tuple(names, address).map(([name, request]) => reserve(podOf(name), request)),
  fc.tuple(names, pools).map(([name, pool]) => reserve(podOf(name), '', { pool })),
  fc
    .tuple(names, fc.constantFrom<Family>(4, 6))
    .map(([name, one]) => reserve(podOf(name), '', { families: [one] })),
  fc.tuple(names, address).map(([name, request]) => move(podOf(name), request)),
  names.map((name) => release(podOf(name))),
  names.map((name) => reserveVip(name)),
  fc.tuple(names, address).map(([name, request]) => reviseVip(name, request)),
  names.map((name) => releaseVip(name)),
  fc.tuple(pools, ranges).map(([pool, texts]) => definePool(pool, texts.join(' '))),
  pools.map((pool) => retirePool(pool)),
  ranges.map((excluded) => revise({ excluded })),
  fc.constantFrom(BLOCKS.small, BLOCKS.large).map((cidrs) => revise({ cidrs })),
);

/** A view that takes in what comes of these commands, and is asked after each of them from the first on. */
function follow(commands: readonly SubnetCommand[], look: (view: LedgerView) => void): void {
  const view = new LedgerView();
  let state = subnet.initial(NAME);
  let nowMs = 0;
  for (const next of [define(BLOCKS.small.join(' '), { coolingMs: 3_000 }), ...commands]) {
    nowMs += 1_000;
    const decision = subnet.decide(next, state, { nowMs, issuedAtMs: nowMs });
    if (decision.rejected) continue;
    for (const event of decision.events) {
      state = subnet.evolve(state, event, nowMs);
      view.apply({ subnet: NAME, event, atMs: nowMs, position: String(nowMs) });
    }
    look(view);
  }
}

interface Recount {
  using: Address[];
  available: Address[];
  excluded: Address[];
}

/** By looking at each address; '' stands for what is in no pool. */
function recount(state: SubnetState, family: Family): Map<string, Recount> {
  const { cidrs, gateways, excluded, pools: defined = [] } = state.definition!;
  const { first, last } = usableRange(cidrs.find((cidr) => cidr.family === family)!);
  const counted = new Map<string, Recount>(
    ['', ...defined.map(({ name }) => name)].map((name) => [
      name,
      { using: [], available: [], excluded: [] },
    ]),
  );
  for (let at = first; at <= last; at = plus(at, 1)) {
    const { name = '' } = defined.find((pool) => pool.ranges.some((it) => isIn(at, it))) ?? {};
    const isExcluded = gateways.includes(at) || excluded.some((it) => isIn(at, it));
    const kind = state.byAddress.has(at) ? 'using' : isExcluded ? 'excluded' : 'available';
    counted.get(name)![kind].push(at);
  }
  return counted;
}

const isIn = (at: Address, one: AddressRange): boolean =>
  familyOf(at) === familyOf(one.first) && one.first <= at && at <= one.last;
const hex = (host: number): string => host.toString(16);

function expectSame(said: Fullness | undefined, counted: readonly Recount[]): void {
  const of = (kind: keyof Recount) => counted.flatMap((part) => part[kind]).sort((a, b) => (a < b ? -1 : 1));
  expect(said).toMatchObject({
    using: BigInt(of('using').length),
    available: BigInt(of('available').length),
    excluded: BigInt(of('excluded').length),
    size: BigInt(of('using').length + of('available').length + of('excluded').length),
  });
  expect([...said!.usingRanges].flatMap(addressesIn)).toEqual(of('using'));
  expect([...said!.availableRanges].flatMap(addressesIn)).toEqual(of('available'));
}

function addressesIn({ first, last }: AddressRange): Address[] {
  const all: Address[] = [];
  for (let at = first; at <= last; at = plus(at, 1)) all.push(at);
  return all;
}

describe('the counts of a view', () => {
  it('add up, whatever is commanded', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        follow(commands, (view) => {
          const state = view.subnet(NAME)!;
          for (const family of [4, 6] as const) {
            const counted = recount(state, family);
            expectSame(view.counts(NAME)!.ofSubnet(family), [...counted.values()]);
            for (const [pool, part] of counted)
              if (pool !== '') expectSame(view.counts(NAME)!.ofPool(pool, family), [part]);
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  it('are there again for a Subnet that was retired and defined anew', () => {
    const history = [reserve(podOf('a')), release(podOf('a'))];
    const again = [...history, commandsTo(NAME).retire(), define('10.16.0.0/28'), reserve(podOf('b'))];
    const counted: (bigint | undefined)[] = [];
    follow(again, (view) => counted.push(view.counts(NAME)?.ofSubnet(4)?.using));
    expect(counted).toEqual([0n, 1n, 0n, undefined, 0n, 1n]);
  });

  it('are none of what is not there', () => {
    const view = new LedgerView();
    expect(view.counts(NAME)).toBeUndefined();
    follow([definePool('gold', '10.16.0.4..10.16.0.5')], (it) => {
      expect(it.counts(NAME)!.ofPool('none', 4)).toBeUndefined();
    });
    const state = subnet.initial(NAME);
    const only = subnet.decide(define('10.16.0.0/28'), state, { nowMs: 0, issuedAtMs: 0 });
    if (only.rejected) throw new Error(only.rejected.message);
    for (const event of only.events) view.apply({ subnet: NAME, event, atMs: 0, position: '1' });
    expect(view.counts(NAME)!.ofSubnet(6)).toBeUndefined();
  });

  it('look at what is held once, and never again for an event or a definition', () => {
    const passes: number[] = [];
    let looks: jest.SpyInstance | undefined;
    const more = [reserve(podOf('b')), definePool('gold', '10.16.0.3..10.16.0.9'), revise({ excluded: [] })];
    follow([reserve(podOf('a')), ...more], (view) => {
      looks ??= jest.spyOn(view.subnet(NAME)!.byAddress, 'keys');
      looks.mockClear();
      view.counts(NAME)!.ofSubnet(4);
      view.counts(NAME)!.ofPool('gold', 4);
      passes.push(looks.mock.calls.length);
    });
    expect(passes).toEqual([1, 0, 0, 0, 0]);
  });

  it('do not look at each address of a /16 for each of its pools', () => {
    const view = new LedgerView();
    let state = subnet.initial(NAME);
    const run = (next: SubnetCommand): void => {
      const decision = subnet.decide(next, state, { nowMs: 0, issuedAtMs: 0 });
      if (decision.rejected) throw new Error(decision.rejected.message);
      for (const event of decision.events) {
        state = subnet.evolve(state, event, 0);
        view.apply({ subnet: NAME, event, atMs: 0, position: '1' });
      }
    };
    run({ type: 'DefineSubnet', subnet: NAME, cidrs: [parseCidr('10.16.0.0/16')!] });
    for (let n = 0; n < 32; n += 1) run(definePool(`p${n}`, `10.16.${n}.10..10.16.${n}.250`));
    for (let n = 0; n < 1_000; n += 1) run(reserve(podOf(`h${n}`)));
    const counts = view.counts(NAME)!;
    counts.ofSubnet(4);
    const looks = jest.spyOn(view.subnet(NAME)!.byAddress, 'keys');
    let using = 0n;
    for (let n = 0; n < 32; n += 1) using += counts.ofPool(`p${n}`, 4)!.using;
    expect(using).toBe(0n);
    run(reserve(podOf('gold'), '10.16.7.10'));
    expect(counts.ofPool('p7', 4)!.using).toBe(1n);
    expect(looks).not.toHaveBeenCalled();
  });
});
