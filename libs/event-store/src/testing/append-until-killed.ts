// A process that appends to eight streams at once, as fast as it can, until it is killed or refused. What was
// acknowledged it says on its standard output, a line each, so that its parent can hold the store to it:
//   open                          the store is open
//   ack STREAM VERSION COUNT      these events were acknowledged
//   remembered STREAM COMMAND     this reply was remembered
//   refused CODE RETRYABLE        an append was refused
//   then CODE RETRYABLE           so was one more after it, and this process ends
//   locked MESSAGE                the store was not opened, and this process ends
// Usage: append-until-killed ADDRESS PREFIX SEED (address: JSON of a WriterAddress)
import { systemChance, systemClock } from '@holdfast/clock';
import { SeededChance } from '@holdfast/clock/testing';
import { type EventStore, NO_STREAM, StoreFault } from '../port/event-store';
import type { WriterAddress } from './harness/harness';
import { readWholeStream } from './harness/read-whole';
import { sampleEvents } from './harness/sample-events';
import { sampleReply } from './harness/sample-replies';
import type { RemembersReplies } from '../port/reply-store';

const STREAMS = 8;
/** Events in one append, so that a partial batch would show. */
const BATCH_MAX = 7;

/** Loads only the adapter it needs, because it is started dozens of times. */
async function open(address: WriterAddress): Promise<EventStore & RemembersReplies> {
  if ('sqlite' in address) {
    const { openSqliteEventStore } = await import('../sqlite-event-store.js');
    return openSqliteEventStore({ file: address.sqlite });
  }
  const { openEventStoreDbEventStore } = await import('../eventstoredb-event-store.js');
  const { eventstoredb: connectionString } = address;
  return openEventStoreDbEventStore({ connectionString, clock: systemClock, chance: systemChance });
}

async function appendForever(
  store: EventStore & RemembersReplies,
  stream: string,
  chance: SeededChance,
): Promise<never> {
  let version = NO_STREAM + (await readWholeStream(store, stream)).length;
  for (;;) {
    const count = 1 + chance.below(BATCH_MAX);
    const result = await store.append(stream, version, sampleEvents(stream, version, count));
    if (result.outcome === 'conflict') throw new Error(`${stream} is at ${result.actual}, not ${version}`);
    say(`ack ${stream} ${version + 1} ${count}`);
    version += count;
    const reply = sampleReply(stream, `${stream}-${version}`);
    await store.replies.remember([reply], -Infinity);
    say(`remembered ${stream} ${reply.commandId}`);
  }
}

/** Blocks while the parent is behind (process I/O in the Node.js documentation: pipes are synchronous on Linux). */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(address: WriterAddress, prefix: string, seed: number): Promise<void> {
  const store = await open(address).catch((fault: unknown) => end('locked', fault));
  say('open');
  const streams = Array.from({ length: STREAMS }, (_, index) => `${prefix}-${index}`);
  const appending = streams.map((stream, index) =>
    appendForever(store, stream, new SeededChance(seed + index)),
  );
  await Promise.all(appending).catch((fault: unknown) => say(`refused ${wordsOf(fault)}`));
  const after = `${prefix}-after`;
  await store
    .append(after, NO_STREAM, sampleEvents(after, NO_STREAM, 1))
    .catch((fault: unknown) => end('then', fault));
}

function end(word: string, fault: unknown): never {
  say(`${word} ${wordsOf(fault)}`);
  process.exit(0);
}

function wordsOf(fault: unknown): string {
  if (!(fault instanceof StoreFault)) throw fault;
  return fault.code === 'store-locked' ? fault.message : `${fault.code} ${fault.retryable}`;
}

const [address, prefix, seed] = process.argv.slice(2) as [string, string, string];
void main(JSON.parse(address) as WriterAddress, prefix, Number(seed));
