// Who counts as alive on a ledger: over a shared board, with clocks that are wrong, processes that are killed, and a board that fails.
import { VirtualClock } from '@holdfast/clock/testing';
import { MemoryPlanes, type PlaneBoard, StoreFault } from '@holdfast/event-store';
import { ANNOUNCE_EVERY_MS, LIVES_MS, LivePlanes } from './live-planes';

const NOW_MS = Date.UTC(2026, 0, 31);
/** A few minutes: no proof that anybody is over. */
const CLOCK_WRONG_MS = 4 * 60_000;

function world() {
  const clock = new VirtualClock(NOW_MS);
  const board = new MemoryPlanes();
  const faults: unknown[] = [];
  const plane = (incarnation: string, level: number, on: PlaneBoard = board): LivePlanes => {
    const planes = new LivePlanes({
      ...{ clock, incarnation, program: { version: `0.${level}.0`, level } },
      onFault: (fault) => faults.push(fault),
    });
    planes.start(on, 'serving');
    return planes;
  };
  return { clock, board, faults, plane };
}
const names = (planes: LivePlanes): string[] => planes.all.map(({ incarnation }) => incarnation);

it('knows all that live, with version, level and what they are at', async () => {
  const { clock, plane, board } = world();
  const one = plane('a', 2);
  const other = plane('b', 1);
  await clock.advance(ANNOUNCE_EVERY_MS);
  expect(one.all).toMatchObject([
    { incarnation: 'a', version: '0.2.0', level: 2, state: 'serving' },
    { incarnation: 'b', version: '0.1.0', level: 1, state: 'serving' },
  ]);
  expect((await one.olderThan(2)).map(({ incarnation }) => incarnation)).toEqual(['b']);
  other.start(board, 'waiting');
  await clock.advance(ANNOUNCE_EVERY_MS);
  expect(one.all[1]).toMatchObject({ incarnation: 'b', state: 'waiting' });
});

it('knows at once that one ended in order, and after a while that one was killed', async () => {
  const { clock, plane, board } = world();
  const one = plane('a', 2);
  const stopped = plane('b', 1);
  await board.announce({
    incarnation: 'c',
    version: '0.1.0',
    level: 1,
    state: 'serving',
    beat: 7,
    atMs: NOW_MS,
  });
  await clock.advance(ANNOUNCE_EVERY_MS);
  expect(names(one)).toEqual(['a', 'b', 'c']);
  await stopped.stop();
  expect((await one.olderThan(2)).map(({ incarnation }) => incarnation)).toEqual(['c']);
  await clock.advance(LIVES_MS);
  expect(await one.olderThan(2)).toEqual([]);
  await clock.advance(10 * LIVES_MS);
  expect(names(one)).toEqual(['a']);
});

it.each([
  ['behind', -CLOCK_WRONG_MS],
  ['ahead', CLOCK_WRONG_MS],
])('does not go by another’s clock, which is %s', async (_, aheadMs) => {
  const { clock, plane, board } = world();
  const one = plane('a', 2);
  const say = (beat: number) =>
    board.announce({
      ...{ incarnation: 'b', version: '0.1.0', level: 1, state: 'serving', beat },
      atMs: clock.now() + aheadMs,
    });
  await say(1);
  await clock.advance(ANNOUNCE_EVERY_MS);
  for (let beat = 2; beat < 8; beat += 1) {
    await say(beat);
    await clock.advance(ANNOUNCE_EVERY_MS);
    expect(names(one)).toEqual(['a', 'b']);
  }
  await clock.advance(LIVES_MS);
  expect(names(one)).toEqual(['a']);
});

it('does not take what was left long ago for a plane that lives', async () => {
  const { clock, plane, board } = world();
  const atMs = NOW_MS - 3_600_000;
  await board.announce({ incarnation: 'old', version: '0.1.0', level: 1, state: 'serving', beat: 9, atMs });
  const one = plane('a', 2);
  await clock.advance(1);
  expect(names(one)).toEqual(['a']);
});

it('says that it could not tell, goes on trying, and lets nobody believe that nobody is there', async () => {
  const { clock, plane, board, faults } = world();
  let isAway = true;
  const away = (): Promise<never> => Promise.reject(new StoreFault('store-unavailable', 'away', true));
  const flaky: PlaneBoard = {
    announce: (said) => (isAway ? away() : board.announce(said)),
    read: () => (isAway ? away() : board.read()),
    withdraw: (incarnation) => (isAway ? away() : board.withdraw(incarnation)),
  };
  const one = plane('a', 2, flaky);
  await clock.advance(1);
  expect(faults).toHaveLength(1);
  await expect(one.olderThan(2)).rejects.toThrow('away');
  isAway = false;
  await clock.advance(ANNOUNCE_EVERY_MS);
  expect(names(one)).toEqual(['a']);
  isAway = true;
  await one.stop();
  expect(faults).toHaveLength(2);
});
