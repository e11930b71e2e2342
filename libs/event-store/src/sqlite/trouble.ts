// What keeps an open store from recording anything: for a while (`retryable`), or for good, and then its process has
// nothing left to do. Whoever asks the process how it is, or decides that it ends, asks here.
import type { StoreFault } from '../port/event-store';

export class Trouble {
  private found: StoreFault | undefined;
  private readonly listeners = new Set<() => void>();

  get fault(): StoreFault | undefined {
    return this.found;
  }

  /** The first that is for good stays. */
  is(fault: StoreFault): void {
    if (this.found?.retryable === false || this.found?.message === fault.message) return;
    this.found = fault;
    this.tell();
  }

  /** It works, as far as anything can again. */
  isOver(): void {
    if (!this.found?.retryable) return;
    this.found = undefined;
    this.tell();
  }

  onChange(listener: () => void): () => void {
    const own = (): void => listener();
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
