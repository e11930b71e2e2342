import { findAgainst, IDLE_MAX_MS, PROGRAM_EPOCH_MS } from './start-check';

const NOW_MS = PROGRAM_EPOCH_MS + 1e10;
const DAY_MS = 24 * 3_600_000;
const YEARS_MS = 3652 * DAY_MS;
const reading = (offMs: number, name = 'other') => ({
  ...{ name, isOurMachine: false, atMs: NOW_MS - offMs, offMs },
});

describe('the clock at the start', () => {
  it.each([
    ['a ledger that is new', {}],
    ['one that was idle for sixty days', { latestMs: NOW_MS - 60 * DAY_MS }],
    ['one that was idle for a year', { latestMs: NOW_MS - 365 * DAY_MS }],
    ['one that has events far in the future', { latestMs: NOW_MS - DAY_MS, aheadMs: NOW_MS + YEARS_MS }],
    ['one that has no others', { aheadMs: NOW_MS + YEARS_MS }],
  ])('is good without another clock for %s', (_, recorded) => {
    expect(findAgainst(NOW_MS, [], recorded)).toBeUndefined();
  });

  it('is not, where nothing was recorded for over a year, by clocks that were not ahead', () => {
    const latestMs = NOW_MS - IDLE_MAX_MS - 1;
    const idle = { is: 'idle-too-long', latestMs };
    expect(findAgainst(NOW_MS, [], { latestMs })).toEqual(idle);
    expect(findAgainst(NOW_MS, [], { latestMs, aheadMs: NOW_MS + YEARS_MS })).toEqual(idle);
  });

  it('is not, where it is behind all that was recorded and behind this program', () => {
    const aheadMs = NOW_MS;
    expect(findAgainst(0, [], { aheadMs })).toEqual({ is: 'before-all', aheadMs });
    expect(findAgainst(0, [], {})).toBeUndefined();
  });

  it.each([0, 299_000, -299_000])('is good where another is %d ms off, whatever was recorded', (offMs) => {
    const recorded = { latestMs: NOW_MS - YEARS_MS };
    expect(findAgainst(NOW_MS, [reading(offMs)], recorded)).toBeUndefined();
  });

  it.each([301_000, -301_000, YEARS_MS])('is not where all others contradict, by %d ms', (offMs) => {
    const by = reading(offMs);
    expect(findAgainst(NOW_MS, [by], { latestMs: NOW_MS - DAY_MS })).toEqual({ is: 'contradicted', by });
    expect(findAgainst(NOW_MS, [by, reading(0, 'third')], {})).toBeUndefined();
  });
});
