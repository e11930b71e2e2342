import fc from 'fast-check';
import { address, cidr, holder, pair } from '@holdfast/ipam/testing';
import { addressesOf, type Holder, subnet, type SubnetCommand, SubnetFold } from '@holdfast/ipam';
import type { SaidClaim, Sayer } from '../plan/said-claim';
import { compareClaims, rowText } from './compare';
import { recordSteps, stepsOf } from './recovery-steps';

/** `ledger pod/default/a 10.0.0.2 fd00::2` */
function said(text: string): SaidClaim {
  const [by = '', who = '', ...addresses] = text.split(' ');
  return { by: by as Sayer, subnet: 'net', holder: holder(who), ...pair(addresses.join(' ')) };
}

const compared = (...texts: string[]): string[] =>
  compareClaims(texts.map(said)).map((row) => `${row.state}: ${rowText(row)}`);

describe('what the ledger and its sides say of an address', () => {
  it.each([
    [['ledger vip/a 10.0.0.2', 'northbound vip/a 10.0.0.2'], 'agrees: 10.0.0.2 (vip/a by ledger+northbound)'],
    [['ledger vip/a 10.0.0.2'], 'not shown: 10.0.0.2 (vip/a by ledger)'],
    [['kubernetes vip/a 10.0.0.2'], 'not recorded: 10.0.0.2 (vip/a by kubernetes)'],
    [
      ['northbound vip/a 10.0.0.2', 'kubernetes vip/b 10.0.0.2'],
      'disputed: 10.0.0.2 (vip/a by northbound, vip/b by kubernetes)',
    ],
    [
      ['ledger vip/a 10.0.0.2', 'kubernetes vip/b 10.0.0.2'],
      'disputed: 10.0.0.2 (vip/a by ledger, vip/b by kubernetes)',
    ],
  ])('%j is %s', (texts, expected) => {
    expect(compared(...texts)).toEqual([expected]);
  });

  it('is a move where its holder holds something else in the ledger', () => {
    expect(
      compared('ledger vip/a 10.0.0.2', 'northbound vip/a 10.0.0.3', 'kubernetes vip/a 10.0.0.3'),
    ).toEqual(['not shown: 10.0.0.2 (vip/a by ledger)', 'moved: 10.0.0.3 (vip/a by northbound+kubernetes)']);
  });

  it('is disputed where two sides show one holder with two addresses', () => {
    expect(
      compared('northbound vip/a 10.0.0.2', 'kubernetes vip/a 10.0.0.3').map((text) => text.split(' ')[0]),
    ).toEqual(['disputed:', 'disputed:']);
  });

  it('is disputed with the rest of a pair, and with what its rivals are said to have', () => {
    const rows = compared(
      'ledger vip/a 10.0.0.2 fd00::2',
      'northbound vip/b 10.0.0.2 fd00::3',
      'northbound vip/c 10.0.0.9',
    );
    expect(rows.map((text) => text.split(' (')[0])).toEqual([
      'disputed: 10.0.0.2',
      'not recorded: 10.0.0.9',
      'disputed: fd00::2',
      'disputed: fd00::3',
    ]);
  });

  it('is withheld as it was, and takes nothing else with it that the ledger has since', () => {
    const withheld = [
      {
        subnet: 'net',
        address: address('10.0.0.2'),
        parties: [{ holder: holder('vip/a'), saidBy: ['ledger'] }],
      },
    ];
    const rows = compareClaims(['ledger vip/a 10.0.0.7', 'northbound vip/b 10.0.0.2'].map(said), withheld);
    expect(rows.map(({ state }) => state)).toEqual(['withheld', 'not shown']);
  });
});

it('ends with nobody who has what another has, and with what is disputed given to nobody', () => {
  const claim = fc.record({
    by: fc.constantFrom<Sayer>('northbound', 'kubernetes'),
    holder: fc.constantFrom(...['a', 'b', 'c', 'd'].map((name) => holder(`pod/default/${name}`))),
    v4: fc.integer({ min: 2, max: 8 }).map((last) => address(`10.0.0.${last}`) as number),
    v6: fc.option(
      fc.integer({ min: 2, max: 5 }).map((last) => address(`fd00::${last}`) as bigint),
      { nil: undefined },
    ),
  });
  const held = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 2, max: 8 })), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 8 }), held, (shown, recorded) => {
      const state = new SubnetFold('net');
      execute(state, { type: 'DefineSubnet', subnet: 'net', cidrs: CIDRS });
      for (const [name, last] of recorded)
        execute(state, reserve(holder(`pod/default/${name}`), { v4: address(`10.0.0.${last}`) as number }));
      const ofSide = Map.groupBy(shown, ({ by, holder: who }) => `${by} ${who}`);
      const claims: SaidClaim[] = [...ofSide.values()].map(([one]) => ({ ...one!, subnet: 'net' }));
      const rows = compareClaims([...claimsOf(state), ...claims]);
      const steps = stepsOf(rows, new Set(['net']), { ledgerVips: [] });
      for (const { addresses } of steps.withhold)
        execute(state, { type: 'WithholdAddresses', subnet: 'net', addresses, because: 'disputed' });
      for (const step of steps.record) executeStep(state, step);
      for (const { address: at, state: is, parties } of rows) {
        const now = state.byAddress.get(at)?.holder;
        if (is === 'disputed') expect(now).toBeUndefined();
        if (is === 'agrees' || is === 'not recorded' || is === 'moved')
          expect([parties[0]!.holder, undefined]).toContain(now);
      }
      const all = [...state.byHolder].flatMap(([, reservation]) => addressesOf(reservation));
      expect(new Set(all).size).toBe(all.length);
      for (const [at] of state.withheld) expect(all).not.toContain(at);
    }),
    { numRuns: 300 },
  );
});

const CIDRS = ['10.0.0.0/24', 'fd00::/64'].map(cidr);

const reserve = (who: Holder, held: { readonly v4?: number; readonly v6?: bigint }): SubnetCommand => ({
  ...{ type: 'ReserveAddress', subnet: 'net', holder: who, ...held },
  families: [...(held.v4 === undefined ? [] : [4 as const]), ...(held.v6 === undefined ? [] : [6 as const])],
});

function execute(state: SubnetFold, command: SubnetCommand): void {
  const decision = subnet.decide(command, state, { nowMs: 1_000, issuedAtMs: 1_000 });
  for (const event of decision.rejected ? [] : decision.events) state.evolve(event, 1_000);
}

function executeStep(state: SubnetFold, { name, request }: ReturnType<typeof recordSteps>[number]): void {
  const { holder: who, v4 = '', v6 = '' } = request as { holder: string; v4?: string; v6?: string };
  const held = pair(`${v4} ${v6}`);
  if (name === 'ReserveAddress') execute(state, reserve(holder(who), held));
  if (name === 'MoveAddress')
    execute(state, { type: 'MoveAddress', subnet: 'net', holder: holder(who), ...held });
}

const claimsOf = (state: SubnetFold): SaidClaim[] =>
  [...state.byHolder].map(([who, { v4, v6 }]) => ({
    ...{ by: 'ledger', subnet: 'net', holder: who },
    ...(v4 !== undefined && { v4 }),
    ...(v6 !== undefined && { v6 }),
  }));
