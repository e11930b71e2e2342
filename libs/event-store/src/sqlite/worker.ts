// The entry of both worker threads: opens what its role needs, then serves orders one after the other.
import { existsSync } from 'node:fs';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { DatabaseSync } from 'node:sqlite';
import { StoreFault } from '../event-store';
import { faultOf } from './faults';
import { lockFile } from './lock';
import {
  type Committed,
  type CommitFailed,
  ENTRIES_PER_APPEND,
  type PortableFault,
  type ReaderOrder,
  type ReaderReport,
  type ReaderStart,
  toPortable,
  type WriterOrder,
  type WriterReport,
  type WriterStart,
} from './protocol';
import { Reader } from './reader';
import { SCHEMA } from './schema';
import { verify } from './verify';
import { Writer } from './writer';

function serveWrites(port: MessagePort, { file }: WriterStart): void {
  const report = (message: WriterReport): void => port.postMessage(message);
  let lock: DatabaseSync | undefined;
  try {
    lock = lockFile(file);
    const fresh = !existsSync(file);
    const db = new DatabaseSync(file, { timeout: 1000 });
    if (fresh) db.exec(SCHEMA);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000');
    const log = verify(db, file);
    const writer = new Writer(db, file, log);
    report({ opened: { position: log.position, heads: log.heads, notices: [] } });
    let stopped: StoreFault | undefined;
    const held = lock;
    port.on('message', (first: WriterOrder) => {
      let order: WriterOrder | undefined = first;
      while (order !== undefined) {
        if (order === 'close') {
          db.close();
          held.close();
          report({ closed: true });
          port.close();
          return;
        }
        const batch: (string | number)[] = order;
        order = undefined;
        for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
          order = next.message as WriterOrder;
          if (order === 'close') break;
          for (const entry of order) batch.push(entry);
          order = undefined;
        }
        report(commit(batch));
      }
    });
    const commit = (batch: (string | number)[]): Committed | CommitFailed => {
      const appends = batch.length / ENTRIES_PER_APPEND;
      if (stopped) return { failed: toPortable(stopped), appends };
      try {
        return { outcomes: writer.write(batch) };
      } catch (error) {
        const fault = faultOf(error, file);
        if (fault.code === 'append-outcome-unknown')
          stopped = new StoreFault('store-closed', `stopped after: ${fault.message}`, false);
        return { failed: toPortable(fault), appends };
      }
    };
  } catch (error) {
    report({ refused: portable(error, file) });
    lock?.close();
    port.close();
  }
}

function serveReads(port: MessagePort, { file }: ReaderStart): void {
  const report = (message: ReaderReport): void => port.postMessage(message);
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 1000 });
    const reader = new Reader(db, file);
    report({ opened: { position: 0, heads: new Map(), notices: [] } });
    port.on('message', (order: ReaderOrder) => {
      if (order === 'close') {
        db.close();
        report({ closed: true });
        port.close();
        return;
      }
      try {
        report(reader.read(order));
      } catch (error) {
        report({ failed: portable(error, file) });
      }
    });
  } catch (error) {
    report({ refused: portable(error, file) });
    port.close();
  }
}

function portable(error: unknown, file: string): PortableFault {
  return toPortable(faultOf(error, file));
}

const start = workerData as WriterStart | ReaderStart;
if (start.role === 'writer') serveWrites(parentPort!, start);
else serveReads(parentPort!, start);
