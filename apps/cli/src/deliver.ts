// A call that is made until its reply is here: a lost one is asked for again, a bounded number of times. Safe for
// queries, and for commands because every delivery carries the same command id.
import { CallFault, type CallOutcome } from '@holdfast/api/http-client';
import { Backoff, type Chance, type Clock, sleep } from '@holdfast/clock';

/** With the pauses between them they outlast a server's restart of some seconds, and a person's patience hardly. */
const ATTEMPTS_MAX = 5;
/** The server itself gives up after about half of it. */
const ATTEMPT_TIMEOUT_MS = 10_000;
const PAUSE = { firstMs: 400, maxMs: 3_000 };

export interface Delivery {
  readonly clock: Clock;
  readonly chance: Chance;
  /** For all attempts together. */
  readonly timeoutMs: number;
}

/** @throws CallFault the last one, when no attempt was answered with a decision */
export async function deliver<Reply>(
  send: (signal: AbortSignal) => Promise<CallOutcome<Reply>>,
  { clock, chance, timeoutMs }: Delivery,
): Promise<CallOutcome<Reply>> {
  const endMs = clock.monotonic() + timeoutMs;
  const backoff = new Backoff(PAUSE, chance);
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = endMs - clock.monotonic();
    const outcome = await attemptOnce(send, clock, Math.min(ATTEMPT_TIMEOUT_MS, leftMs));
    if (!(outcome instanceof CallFault)) return outcome;
    const pauseMs = backoff.nextDelayMs();
    const isLast = attempt === ATTEMPTS_MAX || clock.monotonic() + pauseMs >= endMs;
    if (!outcome.retryable || isLast) throw outcome;
    await sleep(clock, pauseMs);
    // It may have slept longer than asked.
    if (clock.monotonic() >= endMs) throw outcome;
  }
}

async function attemptOnce<Reply>(
  send: (signal: AbortSignal) => Promise<CallOutcome<Reply>>,
  clock: Clock,
  withinMs: number,
): Promise<CallOutcome<Reply> | CallFault> {
  const late = new AbortController();
  const cancel = clock.after(withinMs, () => late.abort());
  try {
    return await send(late.signal);
  } catch (error) {
    if (error instanceof CallFault) return error;
    if (!late.signal.aborted) throw error;
    return new CallFault('DeadlineExceeded', `no answer within ${Math.round(withinMs)} ms`, true);
  } finally {
    cancel();
  }
}
