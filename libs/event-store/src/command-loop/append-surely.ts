// An append whose reply was lost is found out, never guessed: the same ids at the same expected version are the
// same append, so sending it again either does it or shows who was there.
import { type Clock, sleep } from '@holdfast/clock';
import {
  type AppendResult,
  type EventStore,
  type NewEvent,
  StoreFault,
  type StoreFaultCode,
  type Version,
} from '../port/event-store';

/** Before each further try, milliseconds; after the last the caller is told. Together they outlast the election of a leader. */
const PAUSES_MS = [0, 100, 500, 2_000, 5_000, 10_000];
/** No further try will find it out. */
const FINAL: ReadonlySet<StoreFaultCode> = new Set(['store-closed', 'store-denied']);

/** All that it asks of a store, or of what stands beside one. */
type Appendable = Pick<EventStore, 'append' | 'readStream'>;

export function appendSurely(
  store: Appendable,
  clock: Clock,
  stream: string,
  expected: Version,
  events: readonly NewEvent[],
): Promise<AppendResult> {
  return store
    .append(stream, expected, events)
    .catch((fault: unknown) => findOut(store, clock, stream, expected, events, fault));
}

/** Once it is unknown what became of it, a try that surely did nothing does not make it known. */
async function findOut(
  store: Appendable,
  clock: Clock,
  stream: string,
  expected: Version,
  events: readonly NewEvent[],
  unknown: unknown,
): Promise<AppendResult> {
  if (!(unknown instanceof StoreFault) || unknown.code !== 'append-outcome-unknown') throw unknown;
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0) await sleep(clock, pauseMs);
    try {
      const result = await store.append(stream, expected, events);
      if (result.outcome === 'appended') return result;
      return (await readBack(store, stream, expected, events)) ?? result;
    } catch (again) {
      if (!(again instanceof StoreFault) || again.code === 'store-corrupt') throw again;
      if (FINAL.has(again.code)) break;
    }
  }
  throw unknown;
}

/** The append's result, if these very events stand where they were to be appended. */
async function readBack(
  store: Appendable,
  stream: string,
  expected: Version,
  events: readonly NewEvent[],
): Promise<AppendResult | undefined> {
  const positions = [];
  for await (const page of store.readStream(stream, expected + 1)) {
    for (const event of page) {
      if (event.id !== events[positions.length]?.id) return undefined;
      positions.push(event.position);
      if (positions.length === events.length) return { outcome: 'appended', positions };
    }
  }
  return undefined;
}
