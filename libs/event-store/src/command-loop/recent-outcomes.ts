// What callers were told when nothing was appended (a refusal, or that it is already so). No event remembers
// these, so they are remembered here, for as long as the process lives and up to a number.

export class RecentOutcomes<Outcome> {
  private young = new Map<string, Outcome>();
  private old = new Map<string, Outcome>();

  /** @param countMax at least so many of the newest are remembered, at most twice as many */
  constructor(private readonly countMax: number) {}

  add(commandId: string, outcome: Outcome): void {
    if (this.young.size >= this.countMax) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(commandId, outcome);
  }

  get(commandId: string): Outcome | undefined {
    return this.young.get(commandId) ?? this.old.get(commandId);
  }
}
