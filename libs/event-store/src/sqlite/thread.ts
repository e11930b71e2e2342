// Starts a worker thread and waits until it says that its part of the file is open.
import { Worker } from 'node:worker_threads';
import {
  fromPortable,
  type Opened,
  type ReaderReport,
  type ThreadStart,
  type WriterReport,
} from './protocol';

/** By its exported name, so that the compiled file is found from wherever this one runs. */
const ENTRY = '@holdfast/event-store/sqlite-worker';

export interface Thread {
  readonly worker: Worker;
  readonly opened: Opened['opened'];
}

/** @throws StoreFault what the thread refused to start for. */
export function startThread(start: ThreadStart): Promise<Thread> {
  const worker = new Worker(require.resolve(ENTRY), { workerData: start, name: `event-store-${start.role}` });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (report: WriterReport | ReaderReport) => {
      worker.removeListener('error', reject);
      if ('opened' in report) resolve({ worker, opened: report.opened });
      // Only once it has ended are its locks gone, and may the caller try again.
      else if ('refused' in report) worker.once('exit', () => reject(fromPortable(report.refused)));
    });
  });
}
