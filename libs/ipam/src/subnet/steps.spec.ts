// What an automatic reservation costs, counted in steps instead of timed: how often each block of this library's
// code runs, as V8 counts it. A scan anywhere, of whatever is kept, would show as steps that grow with the subnet.
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { AddressPair } from '../address';
import type { Holder } from '../holder';
import type { SubnetFold } from '.';

const session = new Session();
const FOLDER = path.join(__dirname, '..');
const NOW_MS = Date.UTC(2026, 0, 1);

/** Loaded only once V8 counts: it counts no blocks of code that was compiled before. */
let subnet: (typeof import('.'))['subnet'];
let addressing: typeof import('../address');

/**
 * What would make V8 count less: optimised code is inlined, bytecode long unused is thrown away, and code that another
 * test compiled without counters is used again.
 */
const FLAGS = ['opt', 'maglev', 'sparkplug', 'flush-bytecode', 'compilation-cache'];

beforeAll(async () => {
  for (const flag of FLAGS) setFlagsFromString(`--no-${flag}`);
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  jest.isolateModules(() => {
    ({ subnet } = jest.requireActual('.'));
    addressing = jest.requireActual('../address');
  });
});

afterAll(async () => {
  await session.post('Profiler.stopPreciseCoverage');
  session.disconnect();
  for (const flag of FLAGS) setFlagsFromString(`--${flag}`);
});

/** How many blocks of this library ran meanwhile. */
async function stepsOf(work: () => void): Promise<number> {
  await session.post('Profiler.takePreciseCoverage');
  work();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const ours = result.filter(({ url }) => url.includes(FOLDER) && !url.includes('.spec.'));
  const ranges = ours.flatMap(({ functions }) => functions.flatMap((one) => one.ranges));
  return ranges.reduce((steps, { count }) => steps + count, 0);
}

/** A subnet of one block without a gateway, and how its addresses are named by their place among the usable ones. */
class Block {
  readonly state: SubnetFold;
  readonly size: number;
  private readonly first: number | bigint;

  constructor(text: string, excluded: readonly [number, number][] = []) {
    const cidr = addressing.parseCidr(text)!;
    const { first, last } = addressing.usableRange(cidr);
    this.first = first;
    this.size = Number(BigInt(last) - BigInt(first)) + 1;
    const ranges = excluded.map(([from, to]) => ({ first: this.at(from), last: this.at(to) }));
    this.state = subnet.initial('ovn-default');
    const definition = { cidrs: [cidr], gateways: [], excluded: ranges, coolingMs: 0 };
    subnet.evolve(this.state, { type: 'SubnetDefined', ...definition }, 0);
  }

  use(places: readonly number[]): this {
    for (const place of places) {
      const event = { type: 'AddressReserved', holder: this.holder(place), ...this.held(place) } as const;
      subnet.evolve(this.state, event, 0);
    }
    return this;
  }

  release(places: readonly number[]): this {
    for (const place of places) {
      const event = { type: 'AddressReleased', holder: this.holder(place), ...this.held(place) } as const;
      subnet.evolve(this.state, { ...event, reason: '' }, 0);
    }
    return this;
  }

  /** Steps of deciding an automatic reservation and of remembering it; it must be possible. */
  stepsOfReserving(): Promise<number> {
    const command = {
      type: 'ReserveAddress',
      subnet: 'ovn-default',
      holder: 'pod/default/new' as Holder,
    } as const;
    return stepsOf(() => {
      const decision = subnet.decide(command, this.state, { nowMs: NOW_MS, issuedAtMs: NOW_MS });
      if (decision.rejected) throw new Error(decision.rejected.message);
      for (const event of decision.events) subnet.evolve(this.state, event, NOW_MS);
    });
  }

  private at = (place: number): number | bigint => addressing.plus(this.first, place);
  private holder = (place: number): Holder => `pod/default/p${place}` as Holder;

  private held(place: number): AddressPair & { mac: number } {
    const address = this.at(place);
    const pair = typeof address === 'number' ? { v4: address } : { v6: address };
    return { ...pair, mac: this.state.derivedMac(address) };
  }
}

const places = (size: number): number[] => Array.from({ length: size }, (_, place) => place);
/** The same mixed order whenever it is asked for: every place once, as the step has no factor in common with `size`. */
function mixed(size: number): number[] {
  let step = Math.floor(size * 0.618) | 1;
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  while (gcd(step, size) !== 1) step += 2;
  return places(size).map((place) => (place * step) % size);
}

const HISTORIES: Record<string, (block: Block) => Block> = {
  'nothing used': (block) => block,
  'all but one used, in order': (block) => block.use(places(block.size - 1)),
  'all but one used, by name, in mixed order': (block) =>
    block.use(mixed(block.size).filter((place) => place !== block.size >> 1)),
  'every other one used by name': (block) => block.use(places(block.size).filter((place) => place % 2 === 1)),
  'all used, one released': (block) => block.use(places(block.size)).release([block.size >> 1]),
  'all used and released, in mixed order': (block) =>
    block.use(places(block.size)).release(mixed(block.size)),
  'all used, released, and used again but one': (block) =>
    block.use(places(block.size)).release(mixed(block.size)).use(mixed(block.size).slice(1)),
};

describe('the steps of an automatic reservation', () => {
  it('are counted: what lists addresses takes more of them for more', async () => {
    const { state } = new Block('10.0.0.0/16');
    const few = await stepsOf(() => state.space(4)?.upcoming(10, 0, 0));
    const many = await stepsOf(() => state.space(4)?.upcoming(1000, 0, 0));
    expect(few).toBeGreaterThan(10);
    expect(many).toBeGreaterThan(1000);
    expect(many).toBeGreaterThan(50 * few);
  });

  describe.each(Object.entries(HISTORIES))('with %s', (_, history) => {
    it.each([
      ['10.0.0.0/28', '10.0.0.0/20'],
      ['fd00::/124', 'fd00::/116'],
    ])('are the same in %s and in %s', async (small, large) => {
      const expected = await history(new Block(small)).stepsOfReserving();
      expect(expected).toBeGreaterThan(20);
      expect(await history(new Block(large)).stepsOfReserving()).toBe(expected);
    });
  });

  it.each([
    ['10.0.0.0/28', '10.0.0.0/8'],
    ['fd00::/124', 'fd00::/64'],
  ])('are the same in an empty %s and an empty %s', async (small, large) => {
    expect(await new Block(large).stepsOfReserving()).toBe(await new Block(small).stepsOfReserving());
  });

  it('are the same in a /16 that is empty and one that is 99.9 % full', async () => {
    const full = new Block('10.0.0.0/16');
    full.use(places(full.size - 65));
    expect(await full.stepsOfReserving()).toBe(await new Block('10.0.0.0/16').stepsOfReserving());
  });

  it('grow with the logarithm of the number of exclusions at most', async () => {
    const excluded = places(8000).map((at): [number, number] => [at * 8 + 1, at * 8 + 3]);
    const none = await new Block('10.0.0.0/16').stepsOfReserving();
    const many = await new Block('10.0.0.0/16', excluded).stepsOfReserving();
    expect(many).toBeLessThan(none + 6 * Math.log2(8000));
  });
});
