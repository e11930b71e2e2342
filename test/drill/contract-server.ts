// EventStoreDB's contract server as a process of its own, so that planes which are killed share nothing with it but the wire. Its
// first line is its connection string; it ends with whoever started it.
import { EventStoreDbContractServer } from '@holdfast/event-store/testing';

void EventStoreDbContractServer.start().then(({ connectionString }) => {
  process.stdout.write(`${connectionString}\n`);
});
// Whoever holds the other end is gone.
process.stdin.on('end', () => process.exit(0)).resume();
