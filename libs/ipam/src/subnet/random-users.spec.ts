// Random comings and goings of Pods: whatever order they are told in, no invariant breaks, an address has at most the
// users that it may have, and what was decided reads the same from the stored events. What is reserved (or moved) and
// attached in one decision is what two would have come to, where both are accepted; and nothing at all where one is not.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { brokenInvariants, commandsTo, podUser, scenario, usersIn } from '../testing';
import type { MoveAddress, ReserveAddress, SubnetCommand, SubnetDecision, SubnetEvent, SubnetFold } from '.';
import { subnet } from '.';

const NAME = 'ovn-default';
const { define, reserve, move, release, reserveVip, releaseVip } = commandsTo(NAME);
const { attach, detach, movePrimary, endOwner, releaseExpired, setRetention } = usersIn(NAME);

const SET = 'statefulset/default/web/0';
const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const who = oneOf(SET, 'vm/default/db', 'pod/default/a', 'vip/web');
const uid = oneOf('u1', 'u2', 'u3');
const pod = fc
  .tuple(oneOf('default/a', 'default/web-0'), uid, oneOf('', ` ${SET}`))
  .map((parts) => podUser(`${parts[0]} ${parts[1]}${parts[2]}`));
const owner = oneOf('exists' as const, 'gone' as const, 'none' as const);

const holding = oneOf(SET, 'vm/default/db', 'pod/default/a');
const using = fc.record({
  user: fc.option(pod, { nil: undefined, freq: 4 }),
  migrates: fc.boolean(),
  port: oneOf(undefined, undefined, 'a.default', 'b.default'),
  portSecurity: fc.boolean(),
});

const command: fc.Arbitrary<SubnetCommand> = fc.oneof(
  who.map((it) => (it === 'vip/web' ? reserveVip('web') : reserve(it, '', { prefersFormer: true }))),
  fc.tuple(who, pod, fc.boolean()).map((args) => attach(...args)),
  fc
    .tuple(holding, fc.constantFrom('', '', '10.16.0.2', '10.16.0.9'), using)
    .map(([it, address, use]) => reserve(it, address, { ...use, prefersFormer: true })),
  fc
    .tuple(holding, fc.constantFrom('', '10.16.0.2', '10.16.0.5'), using)
    .map(([it, address, use]) => move(it, address, use)),
  fc.tuple(who, uid, owner).map((args) => detach(...args)),
  fc.tuple(who, uid).map((args) => movePrimary(...args)),
  who.map((it) => endOwner(it)),
  who.map((it) => releaseExpired(it)),
  fc.tuple(who, oneOf('release', 'owner', '1s', 'forever', '')).map((args) => setRetention(...args)),
  who.map((it) => (it === 'vip/web' ? releaseVip('web') : release(it))),
);

const step = fc.record({ command, waitMs: oneOf(0, 1, 2000), lateMs: oneOf(0, 0, 1) });

it('keeps every invariant', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const story = scenario(subnet, NAME).after(define('10.16.0.0/28'));
      const history = story.events.map((event): Happened => [event, story.nowMs]);
      for (const { command: asked, waitMs, lateMs } of steps) {
        story.wait(waitMs);
        const claim = story.state.yieldedClaim('web') + 1;
        const before = story.events.length;
        const apart = isForUser(asked) ? inTwo(asked, history, story.nowMs, lateMs) : undefined;
        const { decision } = story.when(
          asked.type === 'ReserveVip' ? { ...asked, claim } : asked,
          story.nowMs - lateMs,
        );
        for (const event of decision.rejected ? [] : decision.events) history.push([event, story.nowMs]);
        assert.deepEqual(brokenInvariants(story.state), []);
        if (decision.rejected) assert.equal(story.events.length, before);
        if (apart !== undefined) {
          assert.deepEqual(saidOf(decision), apart);
          seen.add(typeof apart === 'string' ? apart : `accepted: ${(apart as unknown[]).length} events`);
        }
        // Told again at once, it is so already or was late: it never does something twice.
        if (!decision.rejected && asked.type !== 'ReserveVip') {
          const again = story.when(asked, story.nowMs).decision;
          assert.ok(again.rejected !== undefined || again.events.length === 0);
        }
      }
    }),
    { numRuns: 300, seed: 20260101 },
  );
  // The comparison is worth something only if all of this happened.
  const expected = [0, 1, 2, 3].map((count) => `accepted: ${count} events`);
  for (const one of [
    ...expected,
    'ReservationInUse',
    'HolderHasDifferentAddress',
    'CommandExpired',
    'PortTaken',
  ])
    assert.ok(seen.has(one), one);
});

/** An event and when, epoch milliseconds. */
type Happened = readonly [SubnetEvent, number];
type ForUser = (ReserveAddress | MoveAddress) & Required<Pick<ReserveAddress, 'user'>>;

const isForUser = (command: SubnetCommand): command is ForUser =>
  (command.type === 'ReserveAddress' || command.type === 'MoveAddress') && command.user !== undefined;

/** What the reservation alone and then the user alone come to: the events of both, or the first refusal. */
function inTwo(
  { user, migrates = false, ...alone }: ForUser,
  history: readonly Happened[],
  nowMs: number,
  lateMs: number,
): unknown {
  const state: SubnetFold = subnet.initial(NAME);
  for (const [event, atMs] of history) subnet.evolve(state, event, atMs);
  const had = state.byHolder.get(alone.holder);
  const first = subnet.decide(alone, state, { nowMs, issuedAtMs: nowMs - lateMs });
  if (first.rejected) return first.rejected.code;
  for (const event of first.events) subnet.evolve(state, event, nowMs);
  // Of what is reserved only now nobody can have asked too early.
  const issuedAtMs = had ? nowMs - lateMs : nowMs;
  const second = subnet.decide(attach(alone.holder, user, migrates), state, { nowMs, issuedAtMs });
  return second.rejected
    ? second.rejected.code
    : saidOf({ ...second, events: [...first.events, ...second.events] });
}

/** The code, or the events; without what the second of them repeats of the first. */
function saidOf(decision: SubnetDecision): unknown {
  if (decision.rejected) return decision.rejected.code;
  return decision.events.map((event) =>
    event.type === 'UserAttached' ? { ...event, reserved: undefined } : { reserved: undefined, ...event },
  );
}
