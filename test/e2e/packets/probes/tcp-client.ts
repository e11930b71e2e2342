// A program: opens connections one after the other in some lanes, and prints how many were answered, by whom, and how
// fast, as JSON. Arguments: ADDRESS PORT COUNT PARALLEL TIMEOUT_MS SOURCE_PORT,
// the last of which is the first connection's, and one more for each that follows.
import { connect } from 'node:net';
import type { Connections } from './tcp';

const [address = '', ...numbers] = process.argv.slice(2);
const [port = 0, count = 0, parallel = 1, timeoutMs = 0, sourcePort = 0] = numbers.map(Number);

/** What does not work fails often enough soon; no more are tried then, so that the test hears of it. */
const FAILURES_MAX = 20;

const failures: Record<string, number> = {};
const servers: Record<string, number> = {};
const times: number[] = [];

function tally(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function connectOnce(localPort: number): Promise<void> {
  const startMs = performance.now();
  return new Promise((resolve) => {
    let name = '';
    let failure: string | undefined;
    const socket = connect({ port, host: address, localPort });
    socket.setEncoding('utf8');
    const timer = setTimeout(() => {
      failure = 'TIMEOUT';
      socket.destroy();
    }, timeoutMs);
    socket.on('data', (chunk: string) => (name += chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => (failure ??= error.code ?? error.message));
    socket.on('close', () => {
      clearTimeout(timer);
      if (failure === undefined && name === '') failure = 'EMPTY';
      if (failure === undefined) {
        tally(servers, name);
        times.push(performance.now() - startMs);
      } else tally(failures, failure);
      resolve();
    });
  });
}

async function main(): Promise<void> {
  let begun = 0;
  const failed = (): number => Object.values(failures).reduce((sum, number) => sum + number, 0);
  const lane = async (): Promise<void> => {
    while (begun < count && failed() < FAILURES_MAX) await connectOnce(sourcePort + begun++);
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  times.sort((one, other) => one - other);
  const quantile = (share: number): number =>
    Math.round((times[Math.floor(share * (times.length - 1))] ?? 0) * 10) / 10;
  const result: Connections = {
    succeeded: times.length,
    failures,
    servers,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
  console.log(JSON.stringify(result));
}

void main();
