import { VirtualClock } from '@holdfast/clock/testing';
import { Differences } from './differences';

it('keeps the last of each projector, the newest first, and counts all', async () => {
  const clock = new VirtualClock();
  const logged: string[] = [];
  const differences = new Differences(clock, ({ about }) => void logged.push(about));
  differences.found('quiet', { about: 'vip/first', what: 'w', why: 'y' });
  for (let n = 0; n < 60; n += 1) {
    await clock.advance(1_000);
    differences.found('loud', { about: `vip/${n}`, what: 'w', why: 'y' });
  }
  expect(logged).toHaveLength(61);
  expect(differences.counts).toEqual({ quiet: 1, loud: 60 });
  const about = differences.last.map((found) => found.about);
  expect(about).toEqual([...Array.from({ length: 50 }, (_, n) => `vip/${59 - n}`), 'vip/first']);
  expect(differences.last[50]).toEqual({
    ...{ at: '2026-01-01T00:00:00.000Z', projector: 'quiet', about: 'vip/first', what: 'w', why: 'y' },
  });
});
