// What a ping shows: that an address answers, that none does, and how long it was silent while something moved. It
// does not show who answers.
import type { Pod } from '../lab/pod';
import type { Running } from '../lab/running';

export interface PingCount {
  readonly sent: number;
  readonly received: number;
}

/** How long a ping is waited for. On one machine a reply takes a millisecond. */
const REPLY_WITHIN_S = 1;

/** A count of replies is not a fault, whatever it is. */
export async function ping(pod: Pod, address: string, count = 3): Promise<PingCount> {
  const argv = ['ping', '-n', '-q', `-c${count}`, '-i0.05', `-W${REPLY_WITHIN_S}`, address];
  const printed = await pod.exec(['sh', '-c', '"$@" || :', 'sh', ...argv]);
  const match = /(\d+) packets transmitted, (\d+) received/.exec(printed);
  if (!match) throw new Error(`${argv.join(' ')} printed:\n${printed}`);
  return { sent: Number(match[1]), received: Number(match[2]) };
}

const INTERVAL_MS = 10;
/** For the first reply, before anything moves. */
const ANSWERS_WITHIN_MS = 5_000;
const REPLY = /^\[(\d+\.\d+)\] \d+ bytes from .* icmp_seq=/;

export interface GapOptions {
  /** For an address to answer again, after the move. */
  readonly withinMs?: number;
  /** So many replies after the move end the measurement; default 20. */
  readonly repliesAfter?: number;
}

/**
 * Pings from each Pod every 10 ms, before, while and after `move` runs.
 * @returns for each Pod the longest time in ms between two replies; 10 when nothing was lost
 * @throws Error when the address does not answer one of them before, or not again after
 */
export async function measureGaps(
  pods: readonly Pod[],
  address: string,
  move: () => Promise<unknown>,
  { withinMs = 20_000, repliesAfter = 20 }: GapOptions = {},
): Promise<readonly number[]> {
  const argv = ['ping', '-D', '-n', `-i${INTERVAL_MS / 1000}`, address];
  const pings = await Promise.all(pods.map((pod) => pod.run(argv)));
  try {
    await Promise.all(pings.map((pinging) => pinging.line(REPLY, ANSWERS_WITHIN_MS)));
    await move();
    const movedMs = Date.now();
    const answersAgain = (pinging: Running): boolean =>
      replyTimes(pinging).filter((timeMs) => timeMs > movedMs).length >= repliesAfter;
    while (!pings.every(answersAgain)) {
      if (Date.now() > movedMs + withinMs) {
        const { name } = pods[pings.findIndex((pinging) => !answersAgain(pinging))]!;
        throw new Error(`${address} does not answer ${name} again within ${withinMs} ms`);
      }
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  } finally {
    await Promise.all(pings.map((pinging) => pinging.end('SIGKILL')));
  }
  return pings.map((pinging) => longestGap(replyTimes(pinging)));
}

/** In ms of the wall clock, which is that of `Date.now()`. */
function replyTimes(pinging: Running): readonly number[] {
  return pinging.lines.flatMap((line) => {
    const match = REPLY.exec(line);
    return match ? [Number(match[1]) * 1000] : [];
  });
}

function longestGap(times: readonly number[]): number {
  return Math.round(Math.max(...times.slice(1).map((time, at) => time - times[at]!)));
}
