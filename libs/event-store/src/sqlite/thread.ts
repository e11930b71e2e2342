// Starts a worker thread and waits until it says that its part of the file is open.
import { Worker } from 'node:worker_threads';
import type { StoreFault } from '../event-store';
import {
  fromPortable,
  type Opened,
  type ReaderReport,
  type ReaderStart,
  type Refused,
  type WriterReport,
  type WriterStart,
} from './protocol';

/** By its exported name, so that the compiled file is found from wherever this one runs. */
const ENTRY = '@holdfast/event-store/sqlite-worker';

export interface Thread {
  readonly worker: Worker;
  readonly opened: Opened['opened'];
}

/** @throws StoreFault what the worker refused to open for. */
export function startThread(start: WriterStart | ReaderStart): Promise<Thread> {
  const worker = new Worker(require.resolve(ENTRY), { workerData: start, name: `event-store-${start.role}` });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (report: WriterReport | ReaderReport) => {
      worker.removeListener('error', reject);
      if (isOpened(report)) resolve({ worker, opened: report.opened });
      else worker.once('exit', () => reject(refusal(report as Refused)));
    });
  });
}

function isOpened(report: WriterReport | ReaderReport): report is Opened {
  return 'opened' in report;
}

function refusal({ refused }: Refused): StoreFault {
  return fromPortable(refused);
}
