// An append whose reply was lost is found out, never guessed: the same ids at the same expected version are the
// same append, so sending it again either does it or shows who was there.
import {
  type AppendResult,
  type EventStore,
  type NewEvent,
  StoreFault,
  type Version,
} from '../port/event-store';

/** Tries before the caller is told that it could not be found out. */
const ATTEMPTS_MAX = 5;

export function appendSurely(
  store: EventStore,
  stream: string,
  expected: Version,
  events: readonly NewEvent[],
): Promise<AppendResult> {
  return store
    .append(stream, expected, events)
    .catch((fault: unknown) => findOut(store, stream, expected, events, fault));
}

async function findOut(
  store: EventStore,
  stream: string,
  expected: Version,
  events: readonly NewEvent[],
  firstFault: unknown,
): Promise<AppendResult> {
  let fault = firstFault;
  for (let attempt = 2; attempt <= ATTEMPTS_MAX && isUnknown(fault); attempt += 1) {
    try {
      const result = await store.append(stream, expected, events);
      if (result.outcome === 'appended') return result;
      return (await readBack(store, stream, expected, events)) ?? result;
    } catch (again) {
      fault = again;
    }
  }
  throw fault;
}

const isUnknown = (fault: unknown): boolean =>
  fault instanceof StoreFault && fault.code === 'append-outcome-unknown';

/** The append's result, if these very events stand where they were to be appended. */
async function readBack(
  store: EventStore,
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
