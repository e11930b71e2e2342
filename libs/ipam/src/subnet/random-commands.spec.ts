// No sequence of commands breaks what a Subnet promises: after each of thousands of random ones its decision and the
// addresses chosen are those of a reference model (testing/reference-subnet.ts), every invariant holds, and folding the stored
// forms gives the very state that deciding left behind.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Address,
  type Cidr,
  type Family,
  deriveMac,
  formatAddress,
  formatMac,
  formatPair,
  parseAddress,
  subnetOctet,
} from '../address';
import { vipHolder } from '../holder';
import { formatLabels } from '../label';
import { REJECTION_CODES } from '../rejection';
import {
  type AddressCommand,
  SCENARIO_START_MS,
  ReferenceSubnet,
  brokenInvariants,
  cidr,
  commandsTo,
  holder,
  mac,
  subjectNameOf,
} from '../testing';
import type { HeldAddress, SubnetDecision, SubnetReply, SubnetFold } from '.';
import { subnet } from '.';

/** One seed is one run; another one may be tried with PROPERTY_SEED, more runs with PROPERTY_RUNS. */
const SEED = Number(process.env.PROPERTY_SEED ?? 20260101);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 600);

const NAME = 'ovn-default';
const { reserve, retire, yieldVipName } = commandsTo(NAME);

interface Step {
  readonly waitMs: number;
  /** How long before it was decided the command was issued. */
  readonly lateMs: number;
  readonly command: AddressCommand;
}

/** Blocks of every awkward size, in one place, so that each is grown and shrunk to another. */
const V4 = ['10.0.0.8/32', '10.0.0.8/31', '10.0.0.8/30', '10.0.0.8/29', '10.0.0.8/29', '10.0.0.0/28']
  .concat(['10.0.0.0/28', '10.0.0.0/27'])
  .map(cidr);
const V6 = ['fd00::8/128', 'fd00::8/127', 'fd00::8/126', 'fd00::8/125', 'fd00::8/125', 'fd00::/124']
  .concat(['fd00::/124', 'fd00::/64'])
  .map(cidr);
const V4_POOL = Array.from({ length: 20 }, (_, at) => parseAddress(`10.0.0.${at}`) as number);
const V6_POOL = [
  ...Array.from({ length: 20 }, (_, at) => (parseAddress('fd00::') as bigint) + BigInt(at)),
  ...['fd00::1:0:0:0', 'fd00::f:ffff:ffff:ffff', 'fd00::8000:0:0:1', 'fd00::ffff:ffff:ffff:ffff'].map(
    (text) => parseAddress(text) as bigint,
  ),
];
const HOLDERS = [
  'pod/default/a',
  'pod/default/b',
  'pod/other/a',
  'pod/default/a@eth1',
  'statefulset/default/s/0',
]
  .concat(['vm/default/v', 'node/n1', 'octavia/p/lb'])
  .map(holder);
const MACS = [mac('00:00:5e:00:01:07'), mac('02:00:00:00:00:01')].concat(
  [...V4_POOL.slice(8, 16), ...V6_POOL.slice(8, 12)].map((address) => deriveMac(subnetOctet(NAME), address)),
);

/** Once in `times`, and otherwise absent. */
/** Few, so that the same ones meet again. */
const LABELS = [{}, { team: 'net' }, { team: 'web' }, { env: 'prod', team: 'net' }, { 'no key': '' }];

const onceIn = <Value>(times: number, arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const v4 = fc.oneof(fc.constantFrom(...V4_POOL.slice(9, 15)), fc.constantFrom(...V4_POOL));
const v6 = fc.oneof(fc.constantFrom(...V6_POOL.slice(9, 15)), fc.constantFrom(...V6_POOL));
const named = { v4: onceIn(2, v4), v6: onceIn(6, v6), mac: onceIn(6, fc.constantFrom(...MACS)) };
const request = fc.oneof(
  fc.record(named),
  fc.record({ ...named, v6: fc.constant(undefined) }),
  fc.record({ ...named, v4: fc.constant(undefined), v6: onceIn(2, v6) }),
);
const families = onceIn(8, fc.constantFrom([4] as const, [6] as const, [4, 6] as const, [] as const));
const purpose = fc.record({
  vipType: fc.constantFrom('' as const, 'switch_lb_vip' as const),
  namespace: onceIn(2, fc.constantFrom('', 'default')),
  selector: fc.constantFrom(['app: web'], []),
  note: onceIn(4, fc.constant('of the web team')),
});
const excluded = fc.array(
  fc.oneof(
    fc.tuple(v4, v4).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
    fc.tuple(fc.nat(19), fc.nat(4)).map(([at, more]) => {
      const first = V6_POOL[at] as bigint;
      return { first, last: first + BigInt(more) };
    }),
  ),
  { maxLength: 2 },
);
const definition = fc.record({
  cidrs: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...V4).map((block): Cidr[] => [block]) },
    { weight: 5, arbitrary: fc.constantFrom(...V6).map((block): Cidr[] => [block]) },
    {
      weight: 9,
      arbitrary: fc.tuple(fc.constantFrom(...V4), fc.constantFrom(...V6)).map(([a, b]) => [a, b]),
    },
    { weight: 1, arbitrary: fc.constantFrom([], [V4[0], V4[1]] as Cidr[], [V6[3], V4[3]] as Cidr[]) },
  ),
  gateways: onceIn(
    4,
    fc.oneof(fc.constant([]), fc.tuple(fc.oneof(v4, v6)), fc.tuple(v4, v6), fc.tuple(v4, v4)),
  ),
  excluded: onceIn(3, excluded),
  coolingMs: onceIn(2, fc.constantFrom(0, 1000, 1000, 1000, 5000, 20_000, -1)),
});
const ranges = fc.array(
  fc.tuple(fc.oneof(v4, v6), fc.nat(3)).map(([first, more]) => ({
    first,
    last: typeof first === 'number' ? first + more : first + BigInt(more),
  })),
  { maxLength: 2 },
);
const pool = fc.constantFrom('a', 'b');
const labels = onceIn(5, fc.constantFrom(...LABELS));
const reason = 'no longer wanted';
const aName = fc.constantFrom('web', 'db');
const aHolder = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...HOLDERS) },
  { weight: 1, arbitrary: fc.constant(holder('vip/web')) },
);
const claim = fc.nat(2);
const revision = fc
  .record({
    definition,
    keep: fc.record({ cidrs: fc.boolean(), gateways: fc.boolean(), excluded: fc.boolean() }),
  })
  .map(({ definition: { cidrs, ...rest }, keep }) => ({
    ...rest,
    cidrs: keep.cidrs ? undefined : cidrs,
    gateways: keep.gateways ? undefined : rest.gateways,
    excluded: keep.excluded ? undefined : rest.excluded,
  }));

const command = fc.oneof(
  {
    weight: 1,
    arbitrary: fc
      .tuple(definition, labels)
      .map(([more, worn]) => ({ type: 'DefineSubnet' as const, ...more, labels: worn })),
  },
  { weight: 3, arbitrary: revision.map((more) => ({ type: 'ReviseSubnet' as const, ...more })) },
  { weight: 1, arbitrary: fc.constant(retire()) },
  {
    weight: 14,
    arbitrary: fc
      .tuple(aHolder, request, families, onceIn(4, pool), labels)
      .map(([who, which, some, from, worn]) => ({
        labels: worn,
        type: 'ReserveAddress' as const,
        holder: who,
        ...which,
        families: some,
        pool: from,
      })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(aHolder, families, onceIn(6, pool)).map(([who, some, from]) => ({
      type: 'ReserveAddress' as const,
      holder: who,
      families: some,
      pool: from,
      prefersFormer: true,
    })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(pool, ranges, labels).map(([name, within, worn]) => ({
      labels: worn,
      type: 'DefinePool' as const,
      name,
      ranges: within,
      namespaces: [],
    })),
  },
  { weight: 1, arbitrary: pool.map((name) => ({ type: 'RetirePool' as const, name })) },
  { weight: 12, arbitrary: aHolder.map((who) => ({ type: 'ReserveAddress' as const, holder: who })) },
  {
    weight: 5,
    arbitrary: fc.tuple(aHolder, request).map(([who, which]) => ({
      type: 'MoveAddress' as const,
      holder: who,
      ...which,
    })),
  },
  { weight: 12, arbitrary: aHolder.map((who) => ({ type: 'ReleaseAddress' as const, holder: who, reason })) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(aName, claim, purpose, request, families, labels)
      .map(([name, claimed, what, which, some, worn]) => ({
        labels: worn,
        type: 'ReserveVip' as const,
        name,
        claim: claimed,
        ...what,
        ...which,
        families: some,
      })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(aName, purpose, request).map(([name, what, which]) => ({
      type: 'ReviseVip' as const,
      name,
      ...what,
      ...which,
    })),
  },
  { weight: 3, arbitrary: aName.map((name) => ({ type: 'ReleaseVip' as const, name, reason })) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.oneof(
          aHolder.map((who) => ({ holder: who })),
          aName.map((name) => ({ holder: vipHolder(name) })),
          pool.map((name) => ({ pool: name })),
          fc.constant({}),
        ),
        fc.constantFrom(...LABELS),
      )
      .map(([subject, worn]) => ({ type: 'SetLabels' as const, ...subject, labels: worn })),
  },
  { weight: 1, arbitrary: fc.tuple(aName, claim).map(([name, claimed]) => yieldVipName(name, claimed)) },
) as fc.Arbitrary<AddressCommand>;

const step: fc.Arbitrary<Step> = fc.record({
  waitMs: fc.constantFrom(0, 0, 1, 200, 200, 700, 6000),
  lateMs: onceIn(5, fc.constantFrom(1, 900, 20_000)).map((ms) => ms ?? 0),
  command: command.map((one) => ({ ...one, subnet: NAME })),
});

/** The last block is of a size that fills up; most commands are spent in it. */
const story = fc
  .tuple(
    definition.filter(({ cidrs, gateways, coolingMs }) => cidrs.length > 0 && !gateways && coolingMs !== -1),
    fc.array(step, { maxLength: 80, size: 'max' }),
  )
  .map(([first, steps]): Step[] => [
    { waitMs: 0, lateMs: 0, command: { type: 'DefineSubnet', subnet: NAME, ...first, excluded: undefined } },
    ...steps,
  ]);

/** Plays the story on the real Subnet and on the reference, and tells `seen` of each outcome. */
function play(steps: readonly Step[], seen: Set<string>): void {
  const slow = new ReferenceSubnet(NAME);
  const live = subnet.initial(NAME);
  const folded = subnet.initial(NAME);
  let nowMs = SCENARIO_START_MS;
  for (const [at, { waitMs, lateMs, command: asked }] of steps.entries()) {
    nowMs += waitMs;
    const moment = { nowMs, issuedAtMs: nowMs - lateMs };
    try {
      const expected = slow.execute(asked, moment);
      const decision = subnet.decide(asked, live, moment);
      seen.add(outcomeOf(decision));
      assert.equal(outcomeOf(decision), expected.rejected ?? (expected.changed ? 'accepted' : 'already so'));
      if (decision.rejected || expected.rejected) continue;
      if (expected.held) assert.deepEqual(heldIn(decision.reply), textOf(expected.held));
      const last = decision.events.at(-1);
      if (last) assert.deepEqual(subnet.replyTo(last), decision.reply);
      for (const event of decision.events) {
        live.evolve(event, nowMs);
        folded.evolve(subnet.codec.decode(subnet.codec.encode(event)), nowMs);
      }
      assert.deepEqual(brokenInvariants(live), []);
      assert.deepEqual(labelsOf(live), slow.labels.all());
    } catch (cause) {
      throw new Error(`after ${JSON.stringify(steps.slice(0, at + 1), readable, 1)}\n${cause}`, { cause });
    }
  }
  assert.deepEqual(folded, live);
  for (const family of live.families()) assertUpcoming(live, family, nowMs);
}

/** What is said to come next does come, one after the other. */
function assertUpcoming(state: SubnetFold, family: Family, nowMs: number): void {
  const upcoming = state.space(family)?.upcoming(40, nowMs, state.definition?.coolingMs ?? 0) ?? [];
  for (const address of [...upcoming, undefined].slice(0, 40)) {
    const command = reserve(`pod/upcoming/p${address}`, '', { families: [family] });
    const decision = subnet.decide(command, state, { nowMs, issuedAtMs: nowMs });
    assert.equal(decision.rejected?.code, address === undefined ? 'SubnetExhausted' : undefined);
    if (decision.rejected) return;
    assert.equal(decision.reply.reservation?.[`v${family}`], address);
    for (const event of decision.events) state.evolve(event, nowMs);
  }
}

function outcomeOf(decision: SubnetDecision): string {
  if (decision.rejected) return decision.rejected.code;
  // Beside labels that come with it, one is enough.
  const others = decision.events.filter(({ type }, at) => at > 0 || type !== 'LabelsSet');
  assert.ok(others.length <= 1);
  return decision.events.length > 0 ? 'accepted' : 'already so';
}

const textOf = ({ v4, v6, mac: own }: HeldAddress) => ({ pair: formatPair({ v4, v6 }), mac: formatMac(own) });

const heldIn = ({ reservation }: SubnetReply) => reservation && textOf(reservation);

/** As the reference model has them. */
function labelsOf({ labels: worn }: SubnetFold): Record<string, string> {
  const texts = [...worn.subjects()].map((subject) => [
    subjectNameOf(subject),
    formatLabels(worn.of(subject)).replaceAll(',', ' '),
  ]);
  return Object.fromEntries(texts.filter(([, text]) => text !== '')) as Record<string, string>;
}

/** For `JSON.stringify`: addresses as people write them. */
function readable(this: unknown, key: string, value: unknown): unknown {
  const isAddress = ['v4', 'v6', 'base', 'first', 'last'].includes(key) || typeof value === 'bigint';
  return isAddress && value !== undefined ? formatAddress(value as Address) : value;
}

describe('a Subnet under random commands', () => {
  it('decides as the reference model does, breaks no invariant, and is what its stored events say', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(story, (steps) => play(steps, seen)),
      { seed: SEED, numRuns: RUNS },
    );
    // The stories are worth something only if everything happens in them.
    const byTheLoop = ['CommandIdReused', 'Fenced'];
    // See withheld/withheld.spec.ts.
    const ofWithheld = ['AddressWithheld'];
    // See random-vip-uses.spec.ts.
    const ofUses = [
      'ReservationInUse',
      'UserNotFound',
      'PortTaken',
      'VipInUse',
      'VipTypeMismatch',
      'RuleExists',
      'RuleNotFound',
      'VipPortTaken',
      'LimitReached',
    ];
    const never = REJECTION_CODES.filter(
      (code) => !seen.has(code) && ![...byTheLoop, ...ofWithheld, ...ofUses].includes(code),
    );
    assert.deepEqual(never, []);
  });
});
