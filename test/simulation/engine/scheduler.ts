// Virtual time for a whole world: one queue of things to happen, one after the other, each with everything that
// follows from it at once. A run is the same for the same seed because nothing else decides what comes next.
import type { Cancel } from '@holdfast/clock';

interface Happening {
  readonly dueMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Taken before a run's guard replaces it: it is how continuations are let run, and decides nothing. */
const nextMacrotask = setImmediate;

export class Scheduler {
  nowMs = 0;
  /** How many things happened. */
  steps = 0;
  /** How many of them at this very time. */
  stepsNow = 0;
  private order = 0;
  private readonly heap: Happening[] = [];

  after(delayMs: number, run: () => void): Cancel {
    const happening: Happening = { dueMs: this.nowMs + delayMs, order: this.order++, run };
    this.push(happening);
    return () => {
      happening.run = undefined;
    };
  }

  /** Lets the next thing happen, unless that is later than `untilMs`. Whether there was one. */
  async step(untilMs: number): Promise<boolean> {
    for (let next = this.heap[0]; next && next.dueMs <= untilMs; next = this.heap[0]) {
      this.pop();
      const { run } = next;
      if (!run) continue;
      this.stepsNow = next.dueMs === this.nowMs ? this.stepsNow + 1 : 0;
      this.nowMs = next.dueMs;
      this.steps += 1;
      run();
      await settle();
      return true;
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
    return false;
  }

  private push(happening: Happening): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(happening);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(happening, heap[parent] as Happening)) break;
      heap[at] = heap[parent] as Happening;
      at = parent;
    }
    heap[at] = happening;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop() as Happening;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right && isBefore(right, heap[child] as Happening)) child += 1;
      if (!isBefore(heap[child] as Happening, last)) break;
      heap[at] = heap[child] as Happening;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Happening, b: Happening): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

/** Lets every promise that is already resolved run its continuations. */
export function settle(): Promise<void> {
  return new Promise((resolve) => nextMacrotask(resolve));
}
