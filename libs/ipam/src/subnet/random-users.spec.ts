// Random comings and goings of Pods: whatever order they are told in, no invariant breaks, an address has at most the
// users that it may have, and what was decided reads the same from the stored events.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { brokenInvariants, commandsTo, podUser, scenario, usersIn } from '../testing';
import type { SubnetCommand } from '.';
import { subnet } from '.';

const NAME = 'ovn-default';
const { define, reserve, release, reserveVip, releaseVip } = commandsTo(NAME);
const { attach, detach, movePrimary, endOwner, releaseExpired, setRetention } = usersIn(NAME);

const SET = 'statefulset/default/web/0';
const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const who = oneOf(SET, 'vm/default/db', 'pod/default/a', 'vip/web');
const uid = oneOf('u1', 'u2', 'u3');
const pod = fc
  .tuple(oneOf('default/a', 'default/web-0'), uid, oneOf('', ` ${SET}`))
  .map((parts) => podUser(`${parts[0]} ${parts[1]}${parts[2]}`));
const owner = oneOf('exists' as const, 'gone' as const, 'none' as const);

const command: fc.Arbitrary<SubnetCommand> = fc.oneof(
  who.map((it) => (it === 'vip/web' ? reserveVip('web') : reserve(it, '', { prefersFormer: true }))),
  fc.tuple(who, pod, fc.boolean()).map((args) => attach(...args)),
  fc.tuple(who, uid, owner).map((args) => detach(...args)),
  fc.tuple(who, uid).map((args) => movePrimary(...args)),
  who.map((it) => endOwner(it)),
  who.map((it) => releaseExpired(it)),
  fc.tuple(who, oneOf('release', 'owner', '1s', 'forever', '')).map((args) => setRetention(...args)),
  who.map((it) => (it === 'vip/web' ? releaseVip('web') : release(it))),
);

const step = fc.record({ command, waitMs: oneOf(0, 1, 2000), lateMs: oneOf(0, 0, 1) });

it('keeps every invariant', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const story = scenario(subnet, NAME).after(define('10.16.0.0/28'));
      for (const { command: asked, waitMs, lateMs } of steps) {
        story.wait(waitMs);
        const claim = story.state.yieldedClaim('web') + 1;
        const before = story.events.length;
        const { decision } = story.when(
          asked.type === 'ReserveVip' ? { ...asked, claim } : asked,
          story.nowMs - lateMs,
        );
        assert.deepEqual(brokenInvariants(story.state), []);
        if (decision.rejected) assert.equal(story.events.length, before);
        // Told again at once, it is so already or was late: it never does something twice.
        if (!decision.rejected && asked.type !== 'ReserveVip') {
          const again = story.when(asked, story.nowMs).decision;
          assert.ok(again.rejected !== undefined || again.events.length === 0 || asked.type === 'AttachUser');
        }
      }
    }),
    { numRuns: 300 },
  );
});
