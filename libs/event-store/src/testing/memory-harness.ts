// The memory store in the conformance suite.
import { randomUUID } from 'node:crypto';
import { MemoryEventStore } from '../memory-event-store';
import type { StoreHarness } from './harness/harness';

const NO_PROCESS = 'the memory store forgets everything with its process, as it says';
const NO_FILE = 'the memory store has no file';
const NO_WIRE = 'the memory store is in the process: there is no message to lose';

export const memoryHarness: StoreHarness = {
  enter: async () => {
    const store = new MemoryEventStore();
    return { prefix: `t${randomUUID()}`, open: async () => store, leave: async () => undefined };
  },
  faults: {
    killedWriter: { skipped: NO_PROCESS },
    secondWriter: { skipped: 'no other process can reach the memory of this one' },
    manyWriters: { skipped: 'no other process can reach the memory of this one' },
    damage: { skipped: NO_FILE },
    fullDisk: { skipped: NO_FILE },
    failingDisk: { skipped: NO_FILE },
    lostMessages: { skipped: NO_WIRE },
    outage: { skipped: NO_WIRE },
  },
};
