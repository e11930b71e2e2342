// One story, and the n-th call of a port fails: for every n until a run meets no fault any more. However it fails, the
// end is the one that it has without a fault.
import { PORT_FAULTS } from './nth-failure/one-fault';
import { play } from './nth-failure/play';

/** Each fault strikes at some hundred places, and each of these is a run. */
const STEP_MS = 240_000;

describe('the story ends as it does without a fault', () => {
  let end: string;

  beforeAll(async () => {
    const played = await play();
    expect(played.violation).toBeUndefined();
    ({ end } = played);
  });

  it('and that end is worth comparing', () => {
    expect(end.split('\n').length).toBeGreaterThanOrEqual(10);
    expect(end).toContain('vip/web');
  });

  it.each(PORT_FAULTS)(
    'wherever %s strikes',
    async (fault) => {
      let at = 1;
      for (; ; at += 1) {
        const played = await play(fault, at);
        if (played.opportunities < at) break;
        expect([at, played.violation]).toEqual([at, undefined]);
        expect(played.end).toBe(end);
      }
      expect(at).toBeGreaterThan(5);
    },
    STEP_MS,
  );
});
