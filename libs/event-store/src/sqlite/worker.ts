// The entry of both worker threads. What a thread cannot start for goes back as a fault; a bug ends it.
import { parentPort, workerData } from 'node:worker_threads';
import { storeFaultOf } from './log/faults';
import { type Refused, type ThreadStart, toPortable } from './protocol';
import { ReadThread } from './read-thread';
import { WriteThread } from './write-thread';

const { role, file, waits } = workerData as ThreadStart;
const port = parentPort!;
if (role === 'writer') begin(() => new WriteThread(port, file, waits));
else port.once('message', () => begin(() => new ReadThread(port, file)));

function begin(thread: () => object): void {
  try {
    thread();
  } catch (error) {
    const refused: Refused = { refused: toPortable(storeFaultOf(error, file)) };
    port.postMessage(refused);
  }
}
