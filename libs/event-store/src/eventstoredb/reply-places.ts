// Where each known reply stands: its day's stream and its version there. Days overlap around midnight, so that numbers run
// through all of them, in the order in which they became known.
import type { Reply } from '../port/reply-store';
import { ReplyIndex } from '../replies/reply-index';

export interface ReplyPlace {
  readonly day: string;
  readonly version: number;
}

/** Numbers from `number` on, and their places from `version` on. */
interface Run extends ReplyPlace {
  readonly number: number;
  count: number;
}

export class ReplyPlaces {
  readonly index = new ReplyIndex();
  private runs: Run[] = [];

  add(reply: Reply, { day, version }: ReplyPlace, sinceMs: number): void {
    const { number, forgotten } = this.index.add(reply, sinceMs);
    const last = this.runs[this.runs.length - 1];
    if (last?.day === day && last.version + last.count === version) last.count += 1;
    else this.runs.push({ number, day, version, count: 1 });
    for (const { caller, to } of forgotten)
      if (caller === undefined) this.runs = this.runs.filter((run) => run.number + run.count - 1 > to);
  }

  /** The first of them first. */
  candidates(commandId: string): ReplyPlace[] {
    return this.index.candidates(commandId).flatMap((number) => {
      const run = this.runs[this.indexOf(number)];
      const offset = number - (run?.number ?? 0);
      return run && offset >= 0 && offset < run.count
        ? [{ day: run.day, version: run.version + offset }]
        : [];
    });
  }

  /** Of the last run that begins there or before. */
  private indexOf(number: number): number {
    let [low, high] = [0, this.runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.runs[middle] as Run).number <= number) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
