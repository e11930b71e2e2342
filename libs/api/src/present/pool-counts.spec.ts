// Held to what ipam counts for each pool alone.
import {
  type DefinePool,
  type Family,
  type Holder,
  type SubnetCommand,
  SubnetState,
  countPool,
  parseAddress,
  parseCidr,
  parseRange,
  subnet,
} from '@holdfast/ipam';
import fc from 'fast-check';
import { countPools } from './pool-counts';

const POOLS: readonly DefinePool[] = [
  ['b', '10.0.0.40..10.0.0.60', 'fd00::40..fd00::60'],
  ['a', '10.0.0.61..10.0.0.70', '10.0.0.4..10.0.0.4'],
  ['c', 'fd00::80/121'],
].map(([name = '', ...ranges]) => ({
  type: 'DefinePool',
  subnet: 's',
  name,
  ranges: ranges.map((text) => parseRange(text) as never),
  namespaces: [],
}));

function stateOf(held: readonly { readonly family: Family; readonly at: number }[]): SubnetState {
  let state = new SubnetState('s');
  const run = (command: SubnetCommand): void => {
    const decision = subnet.decide(command, state, { nowMs: 0, issuedAtMs: 0 });
    if (decision.rejected) return;
    for (const event of decision.events) state = subnet.evolve(state, event, 0);
  };
  const cidrs = ['10.0.0.0/24', 'fd00::/64'].map((text) => parseCidr(text) as never);
  const excluded = ['10.0.0.50..10.0.0.65', 'fd00::41'].map((text) => parseRange(text) as never);
  run({ type: 'DefineSubnet', subnet: 's', cidrs, excluded });
  POOLS.forEach(run);
  for (const [n, { family, at }] of held.entries()) {
    const address =
      family === 4 ? { v4: at + 0x0a000000 } : { v6: (parseAddress('fd00::') as bigint) + BigInt(at) };
    const holder = `pod/default/p${n}` as Holder;
    run({ type: 'ReserveAddress', subnet: 's', holder, ...address, families: [family] });
  }
  return state;
}

it('counts all pools as each is counted alone', () => {
  const held = fc.record({ family: fc.constantFrom<Family>(4, 6), at: fc.integer({ min: 2, max: 254 }) });
  fc.assert(
    fc.property(fc.array(held, { maxLength: 60 }), (addresses) => {
      const state = stateOf(addresses);
      const countsOf = countPools(state);
      for (const { name } of POOLS) {
        for (const family of [4, 6] as const) {
          expect(countsOf(name, family)).toEqual(countPool(state, name, family));
        }
      }
    }),
    { numRuns: 50 },
  );
});

it('counts neither a pool that there is not, nor a family that its subnet has not', () => {
  expect(countPools(stateOf([]))('none', 4)).toBeUndefined();
  expect(countPools(new SubnetState('s'))('a', 4)).toBeUndefined();
});
