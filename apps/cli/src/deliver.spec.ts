import { CallFault, type CallOutcome } from '@holdfast/api/http-client';
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { deliver } from './deliver';

const lost = new CallFault('Unavailable', 'the connection broke', true);
const defect = new CallFault('Internal', 'a defect', false);

/** Answers with one after the other, the last of them again and again. */
function deliverTo(answers: readonly (CallOutcome<string> | Error | 'silence')[], timeoutMs = 60_000) {
  const clock = new VirtualClock();
  let attempts = 0;
  const send = (signal: AbortSignal): Promise<CallOutcome<string>> => {
    const answer = answers[Math.min(attempts, answers.length - 1)];
    attempts += 1;
    if (answer === 'silence') {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    }
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as CallOutcome<string>);
  };
  const outcome = deliver(send, { clock, chance: new SeededChance(1), timeoutMs }).catch(
    (error: unknown) => error,
  );
  return {
    attempts: () => attempts,
    end: async () => {
      // What is answered at once is answered before any time passes.
      await clock.advance(0);
      await clock.advance(120_000);
      return outcome;
    },
  };
}

describe('deliver', () => {
  it('asks again for a lost reply, until it is here', async () => {
    const delivery = deliverTo([lost, 'silence', lost, { reply: 'done' }]);
    expect(await delivery.end()).toEqual({ reply: 'done' });
    expect(delivery.attempts()).toBe(4);
  });

  it('takes a rejection for an answer', async () => {
    const rejected = { code: 'AddressTaken', message: 'taken', facts: {} } as const;
    const delivery = deliverTo([{ rejected }]);
    expect(await delivery.end()).toEqual({ rejected });
    expect(delivery.attempts()).toBe(1);
  });

  it('gives up after five attempts, with the last fault', async () => {
    const delivery = deliverTo([lost]);
    expect(await delivery.end()).toBe(lost);
    expect(delivery.attempts()).toBe(5);
  });

  it('gives up when the time is over, and says so of silence', async () => {
    const delivery = deliverTo(['silence'], 15_000);
    expect(await delivery.end()).toMatchObject({ code: 'DeadlineExceeded', retryable: true });
    expect(delivery.attempts()).toBe(2);
  });

  it('does not repeat what a repetition cannot mend', async () => {
    const delivery = deliverTo([defect]);
    expect(await delivery.end()).toBe(defect);
    expect(delivery.attempts()).toBe(1);
  });

  it('lets a bug through as it is', async () => {
    const bug = new TypeError('a bug');
    const delivery = deliverTo([bug]);
    expect(await delivery.end()).toBe(bug);
    expect(delivery.attempts()).toBe(1);
  });

  it('does not ask again when it woke up too late', async () => {
    const clock = new VirtualClock();
    const oversleeping = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (delayMs: number, run: () => void) => clock.after(delayMs + 60_000, run),
    };
    let attempts = 0;
    const send = () => {
      attempts += 1;
      return Promise.reject(lost);
    };
    const chance = new SeededChance(1);
    const outcome = deliver(send, { clock: oversleeping, chance, timeoutMs: 5_000 }).catch(
      (error: unknown) => error,
    );
    await clock.advance(0);
    await clock.advance(120_000);
    expect([await outcome, attempts]).toEqual([lost, 1]);
  });
});
