import { EventTimes } from './event-times';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW_MS = 1_000 * HOUR_MS;
const YEARS_MS = 87_600 * HOUR_MS;

/** What `next` says of each, and then `of`. */
function judged(recorded: readonly number[], nowMs = NOW_MS) {
  const times = new EventTimes();
  const next = recorded.map((decidedAtMs, version) => times.next(version, decidedAtMs, nowMs));
  return { next, of: recorded.map((decidedAtMs, version) => times.of(version, decidedAtMs)) };
}

describe('EventTimes', () => {
  it('believes times that ascend, and a clock that is minutes ahead', () => {
    const recorded = [1, 1, 5, NOW_MS, NOW_MS + 5 * MINUTE_MS];
    expect(judged(recorded)).toEqual({ next: recorded, of: recorded });
  });

  it('takes what was recorded for a time to come as happened by now', () => {
    const { next, of } = judged([1, NOW_MS + YEARS_MS, NOW_MS + YEARS_MS]);
    expect([next, of]).toEqual([
      [1, NOW_MS, NOW_MS],
      [1, NOW_MS, NOW_MS],
    ]);
  });

  it('takes it as happened by the first event after it that is believed', () => {
    const { next, of } = judged([1, NOW_MS + YEARS_MS, NOW_MS + YEARS_MS, 7, 9]);
    expect(next).toEqual([1, NOW_MS, NOW_MS, 7, 9]);
    expect(of).toEqual([1, 7, 7, 7, 9]);
  });

  it('takes what a slow clock recorded as happened no earlier than what came before it', () => {
    const { next, of } = judged([1, HOUR_MS, 3, 4, 2 * HOUR_MS]);
    expect([next, of]).toEqual([
      [1, HOUR_MS, HOUR_MS, HOUR_MS, 2 * HOUR_MS],
      [1, HOUR_MS, HOUR_MS, HOUR_MS, 2 * HOUR_MS],
    ]);
  });

  it('judges one wrong clock after the other, also where they differ', () => {
    const { next, of } = judged([HOUR_MS, NOW_MS + YEARS_MS, 5, 2 * HOUR_MS, NOW_MS + HOUR_MS, 3 * HOUR_MS]);
    expect(next).toEqual([HOUR_MS, NOW_MS, HOUR_MS, 2 * HOUR_MS, NOW_MS, 3 * HOUR_MS]);
    expect(of).toEqual([HOUR_MS, HOUR_MS, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 3 * HOUR_MS]);
  });

  it('keeps a bounded number of doubts, however long two clocks differ', () => {
    const recorded = Array.from({ length: 20_000 }, (_, at) => (at % 2 ? NOW_MS + YEARS_MS : at));
    const { next, of } = judged(recorded);
    expect(next.filter((atMs) => atMs > NOW_MS)).toEqual([]);
    expect(of.slice(0, 4)).toEqual([0, 2, 2, 4]);
  });
});
