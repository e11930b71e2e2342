import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import type { LedgerMark, MarkVerdict } from '@holdfast/ipam';
import { Fence, type FenceState } from './fence';

const FORKED: MarkVerdict = { kind: 'fenced', why: 'Forked', message: 'they parted' };
const theirs: LedgerMark = { ledger: 'l', position: '7', event: 'subnet-a@3/x', incarnation: 'b' };
const ours: LedgerMark = { ...theirs, incarnation: 'a' };

function world() {
  const clock = new VirtualClock();
  const states: FenceState[] = [];
  const asked: LedgerMark[] = [];
  const answers: PromiseWithResolvers<MarkVerdict>[] = [];
  const fence: Fence = new Fence({
    side: 'northbound',
    ledger: {
      incarnation: 'a',
      mark: () => ours,
      judge: (mark) => {
        asked.push(mark);
        const answer = Promise.withResolvers<MarkVerdict>();
        answers.push(answer);
        return answer.promise;
      },
    },
    ...{ clock, chance: new SeededChance(1), onChange: () => void states.push(fence.state) },
  });
  const answer = async (verdict: MarkVerdict): Promise<void> => {
    answers.at(-1)!.resolve(verdict);
    await clock.advance(0);
  };
  return { clock, fence, states, asked, answers, answer };
}

describe('Fence', () => {
  it('opens once what was found agrees, and never before', async () => {
    const { fence, states, answer } = world();
    fence.see(theirs);
    expect(fence.isOpen).toBe(false);
    await answer({ kind: 'agrees' });
    expect([fence.isOpen, states]).toEqual([true, ['comparing', 'open']]);
  });

  it('opens at once where nothing was ever noted', () => {
    const { fence, asked } = world();
    fence.see({});
    expect([fence.isOpen, asked]).toEqual([true, []]);
  });

  it('takes its own marks for granted, on the connection on which it wrote them', () => {
    const { fence, asked } = world();
    fence.see({});
    fence.see(ours);
    fence.see({ ...ours, position: '8' });
    expect([fence.isOpen, asked]).toEqual([true, []]);
    fence.lost();
    fence.see({ ...ours, position: '8' });
    expect([fence.isOpen, asked.length]).toEqual([false, 1]);
  });

  it('closes while what somebody else wrote is compared', async () => {
    const { fence, answer } = world();
    fence.see({});
    fence.see(theirs);
    expect(fence.isOpen).toBe(false);
    await answer(FORKED);
    expect(fence).toMatchObject({ state: 'fenced', verdict: FORKED });
  });

  it('stays fenced while it is compared again, and opens when it agrees', async () => {
    const { fence, clock, states, asked, answer } = world();
    fence.see(theirs);
    await answer(FORKED);
    await clock.advance(5_000);
    expect([fence.state, asked.length]).toEqual(['fenced', 2]);
    await answer(FORKED);
    await clock.advance(5_000);
    await answer({ kind: 'agrees' });
    expect(states).toEqual(['comparing', 'fenced', 'open']);
  });

  it('listens to no comparison that was overtaken', async () => {
    const { fence, answers, clock } = world();
    fence.see(theirs);
    fence.see({ ...theirs, position: '9' });
    answers[0]!.resolve({ kind: 'agrees' });
    await clock.advance(0);
    expect(fence.isOpen).toBe(false);
    fence.lost();
    answers[1]!.resolve({ kind: 'agrees' });
    await clock.advance(0);
    expect(fence.state).toBe('unknown');
  });

  it('compares until the log can be read', async () => {
    const { fence, answers, asked, clock, answer } = world();
    fence.see(theirs);
    answers[0]!.reject(Object.assign(new Error('away'), { code: 'store-unavailable', retryable: true }));
    await clock.advance(0);
    expect(fence.isOpen).toBe(false);
    await clock.advance(5_000);
    expect(asked.length).toBe(2);
    await answer({ kind: 'agrees' });
    expect(fence.isOpen).toBe(true);
  });
});
