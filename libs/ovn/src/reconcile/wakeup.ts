// Wakes the one loop that waits. A notification while it works is kept, so that it does not wait for what has
// happened already.

export class Wakeup {
  private isNotified = false;
  private wake: (() => void) | undefined;

  notify(): void {
    this.isNotified = true;
    this.wake?.();
  }

  /** Resolves once notified, or at once if that happened since it was last waited for. */
  async wait(): Promise<void> {
    if (!this.isNotified) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
    this.isNotified = false;
  }
}
