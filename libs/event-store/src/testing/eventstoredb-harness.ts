// The EventStoreDB store in the conformance suite, against the contract server and against a real one.
import { randomUUID } from 'node:crypto';
import { systemChance, systemClock } from '@holdfast/clock';
import type { EventStore } from '../port/event-store';
import type { RemembersReplies } from '../port/reply-store';
import { openEventStoreDbEventStore } from '../eventstoredb-event-store';
import { EventStoreDbContractServer } from './eventstoredb-contract-server';
import type { Ground, Interruptible, Losable, Reachable, StoreHarness } from './harness/harness';

const MANY_WRITERS = 'many processes may write to the server: expected revisions arbitrate between them';
const NOT_OUR_DISK =
  'the disk is the server’s; what it does when that is damaged or full is not ours to test';
const REAL_SERVER = 'a real server loses no message and stops for nobody; the contract server does';

export const contractServerHarness: StoreHarness = {
  enter: enterContractServer,
  faults: {
    killedWriter: { enter: enterContractServer },
    secondWriter: { skipped: MANY_WRITERS },
    manyWriters: { enter: enterContractServer },
    damage: { skipped: NOT_OUR_DISK },
    fullDisk: { skipped: NOT_OUR_DISK },
    failingDisk: { skipped: NOT_OUR_DISK },
    lostMessages: { enter: enterContractServer },
    outage: { enter: enterContractServer },
  },
};

async function enterContractServer(): Promise<Ground & Reachable & Losable & Interruptible> {
  const server = await EventStoreDbContractServer.start();
  const address = { eventstoredb: server.connectionString };
  return {
    prefix: `t${randomUUID()}`,
    address,
    open: async () => openAt(address.eventstoredb),
    loseNextReply: () => server.loseNextReply(),
    loseNextRequest: () => server.loseNextRequest(),
    goAway: async () => server.goAway(),
    comeBack: () => server.comeBack(),
    leave: async () => server.goAway(),
  };
}

/** `connectionString` undefined: there is no real server here. */
export function realServerHarness(connectionString: string | undefined): StoreHarness {
  const address = { eventstoredb: connectionString ?? '' };
  const enter = async (): Promise<Ground & Reachable> => ({
    prefix: `t${randomUUID()}`,
    address,
    open: async () => openAt(address.eventstoredb),
    leave: async () => undefined,
  });
  return {
    ...(connectionString ? {} : { skipped: 'EVENTSTOREDB_URL names no server' }),
    enter,
    faults: {
      killedWriter: { enter },
      secondWriter: { skipped: MANY_WRITERS },
      manyWriters: { enter },
      damage: { skipped: NOT_OUR_DISK },
      fullDisk: { skipped: NOT_OUR_DISK },
      failingDisk: { skipped: NOT_OUR_DISK },
      lostMessages: { skipped: REAL_SERVER },
      outage: { skipped: REAL_SERVER },
    },
  };
}

function openAt(connectionString: string): EventStore & RemembersReplies {
  return openEventStoreDbEventStore({ connectionString, clock: systemClock, chance: systemChance });
}
