// What happens to keys that a server does not permit: seen in a loop, over whole minutes of virtual time.
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { oneByOne, ReconcileLoop } from './reconcile-loop';

const NOTICED_WITHIN_MS = 15_000;

/** `count` keys of each of the namespaces, all of them forbidden. */
function world(count: number, ...namespaces: readonly string[]) {
  const clock = new VirtualClock();
  const forbidden = new Set(namespaces);
  const calls: { readonly key: string; readonly atMs: number; readonly isDone: boolean }[] = [];
  const loop = new ReconcileLoop({
    clock,
    chance: new SeededChance(7),
    onFault: () => undefined,
    plan: oneByOne(async (key) => {
      await Promise.resolve();
      const isDone = !forbidden.has(key.split('/')[0] as string);
      calls.push({ key, atMs: clock.monotonic(), isDone });
      if (isDone) return undefined;
      throw Object.assign(new Error('no'), { code: 'forbidden', retryable: false, isForbidden: true });
    }),
  });
  loop.start();
  for (const namespace of namespaces)
    for (let index = 0; index < count; index += 1) loop.mark(`${namespace}/${index}`);
  const done = (): number => calls.filter(({ isDone }) => isDone).length;
  return { clock, loop, forbidden, calls, done };
}

it.each([1, 10, 300, 3_000])(
  'notices within 15 s that %i keys are permitted again, and does all of them',
  async (count) => {
    const { clock, forbidden, done, loop } = world(count, 'a');
    await clock.advance(60_000);
    forbidden.clear();
    await clock.advance(NOTICED_WITHIN_MS);
    expect([done(), loop.failed]).toEqual([count, 0]);
  },
);

it('notices a permission that comes back for some of the keys only', async () => {
  const { clock, forbidden, done } = world(300, 'a', 'b');
  await clock.advance(60_000);
  forbidden.delete('b');
  await clock.advance(NOTICED_WITHIN_MS);
  expect(done()).toBe(300);
});

it('does not hurry a server that permits nothing, however much is forbidden', async () => {
  const { clock, calls } = world(3_000, 'a');
  await clock.advance(1_000);
  const before = calls.length;
  await clock.advance(60_000);
  expect((calls.length - before) / 60).toBeLessThan(100);
  expect((calls.length - before) / 60).toBeGreaterThan(10);
});
