// Wakes one sleeper. Rung while nobody sleeps, it keeps the next one from falling asleep, so that nothing that
// happens while the loop works is slept over.

export class Alarm {
  private isRung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.isRung = true;
    this.wake?.();
  }

  /** Resolves once it is rung, or at once if it was rung since it was last heard. */
  async heard(): Promise<void> {
    if (!this.isRung) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
    this.isRung = false;
  }
}
