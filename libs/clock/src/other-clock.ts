// A clock of somebody else, and what it says of ours. A port as small as that, so that any server which tells the time can be one:
// the Kubernetes API server does in each answer. It says whether they agree, and never which of them is right.
import { type Clock } from './clock';
import { CLOCK_SKEW_MAX_MS } from './clock-bound';

export interface OtherClock {
  /** For people: where it is. */
  readonly name: string;
  /** It is this machine's own: it steps where ours does, and so proves no step right. */
  readonly isOurMachine?: boolean;
  /** Epoch milliseconds, good to some seconds; undefined: it cannot be had now. Never rejects. */
  read(): Promise<number | undefined>;
}

export interface OtherReading {
  readonly name: string;
  readonly isOurMachine: boolean;
  readonly atMs: number;
  /** How far our wall clock was ahead of it, milliseconds; negative: behind. */
  readonly offMs: number;
}

/** A server that does not tell the time within that is not to be had. */
const READ_MAX_MS = 5_000;

/** Of those that can be had now. @param wall our wall clock, believed or not */
export async function readOthers(
  others: readonly OtherClock[],
  clock: Clock,
  wall: () => number,
): Promise<OtherReading[]> {
  const readings = others.map(async (other) => {
    const atMs = await within(READ_MAX_MS, clock, other.read());
    const { name, isOurMachine = false } = other;
    return atMs === undefined ? [] : [{ name, isOurMachine, atMs, offMs: wall() - atMs }];
  });
  return (await Promise.all(readings)).flat();
}

export const agrees = ({ offMs }: OtherReading): boolean => Math.abs(offMs) <= CLOCK_SKEW_MAX_MS;

/** The one that contradicts, where none agrees. */
export const contradiction = (readings: readonly OtherReading[]): OtherReading | undefined =>
  readings.some(agrees) ? undefined : readings[0];

function within<Result>(
  timeoutMs: number,
  clock: Clock,
  result: Promise<Result>,
): Promise<Result | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => resolve(undefined));
    void result.then((value) => {
      cancel();
      resolve(value);
    });
  });
}
