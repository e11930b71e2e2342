// The whole control plane in the test's process, on free ports, and a way to ask it that is none of the contract's clients.
import { sleep, systemClock } from '@holdfast/clock';
import { readConfig } from '../config';
import { serve } from '../serve';

const POLL_MS = 20;

export interface RunningProcess {
  /** JSON in, JSON out; the status comes with it. */
  ask(method: string, path: string, body?: object): Promise<Answered>;
  /** What GET answers, whatever it is. */
  text(path: string): Promise<string>;
  stop(): Promise<void>;
}

export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function startProcess(...flags: readonly string[]): Promise<RunningProcess> {
  const ports = ['--http=127.0.0.1:0', '--grpc=127.0.0.1:0'];
  const config = readConfig([...ports, ...flags], {});
  // The test's own connections are kept open for the next request; nobody waits for that one.
  const { http, stop } = await serve(config, false, { forceCloseConnections: true });
  return {
    ask: async (method, path, body) => {
      const sent = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await fetch(`${http}${path}`, { method, ...sent });
      return { status: answer.status, body: (await answer.json()) as Answered['body'] };
    },
    text: async (path) => (await fetch(`${http}${path}`)).text(),
    stop,
  };
}

/** What `look` returns once it is not undefined. @throws Error with what it last threw, or that it was not to be had */
export async function untilFound<Found>(
  look: () => Promise<Found | undefined>,
  withinMs = 10_000,
): Promise<Found> {
  const untilMs = systemClock.monotonic() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (systemClock.monotonic() > untilMs) throw new Error(`not within ${withinMs} ms: ${look.toString()}`);
    await sleep(systemClock, POLL_MS);
  }
}
