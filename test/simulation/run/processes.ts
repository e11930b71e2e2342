// Processes that run one task after the other, as many at once as somebody asks for.
import { fork } from 'node:child_process';
import { join } from 'node:path';

export interface Work<Task, Report> {
  readonly workers: number;
  /** Beside this file: takes tasks as messages, and answers each with a report. */
  readonly program: string;
  /** Undefined: there is no more. */
  readonly take: () => Task | undefined;
  readonly done: (report: Report) => void;
}

/** @throws Error where a process ends before its work does */
export async function inProcesses<Task extends object, Report>(work: Work<Task, Report>): Promise<void> {
  await Promise.all(Array.from({ length: work.workers }, () => inOne(work)));
}

function inOne<Task extends object, Report>({ program, take, done }: Work<Task, Report>): Promise<void> {
  return new Promise((resolve, reject) => {
    // Reports may have Maps and Errors in them.
    const child = fork(join(__dirname, program), { serialization: 'advanced' });
    let task: Task | undefined;
    const give = (): void => {
      task = take();
      if (task) child.send(task);
      else child.disconnect();
    };
    child.on('message', (report: Report) => {
      done(report);
      give();
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a worker ended with ${code} at ${JSON.stringify(task)}`)),
    );
    give();
  });
}
