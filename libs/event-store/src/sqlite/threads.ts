// Starts the two worker threads of an open store and waits until each says that its part of the file is open.
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

export interface Threads {
  readonly writer: Worker;
  readonly reader: Worker;
  readonly opened: Opened['opened'];
}

/**
 * @param held makes the writer wait for the process that has the file, and is told which
 * @throws StoreFault what a thread refused to open for.
 */
export async function startThreads(file: string, held?: (holder: number) => void): Promise<Threads> {
  const writer = start({ role: 'writer', file, waits: held !== undefined });
  // It boots meanwhile, but may look at the file only when the writer has verified it.
  const reader = start({ role: 'reader', file, waits: false });
  const reading = opening(reader);
  reading.catch(() => undefined);
  try {
    const opened = await opening(writer, held);
    reader.postMessage('open');
    await reading;
    return { writer, reader, opened };
  } catch (fault) {
    await Promise.all([writer.terminate(), reader.terminate()]);
    throw fault;
  }
}

function start(workerData: ThreadStart): Worker {
  return new Worker(require.resolve(ENTRY), { workerData, name: `event-store-${workerData.role}` });
}

function opening(worker: Worker, held?: (holder: number) => void): Promise<Opened['opened']> {
  return new Promise((resolve, reject) => {
    const hear = (report: WriterReport | ReaderReport): void => {
      if ('waitsFor' in report) return held?.(report.waitsFor);
      worker.removeListener('message', hear);
      worker.removeListener('error', reject);
      if ('opened' in report) resolve(report.opened);
      else if ('refused' in report) reject(fromPortable(report.refused));
    };
    worker.once('error', reject);
    worker.on('message', hear);
  });
}
