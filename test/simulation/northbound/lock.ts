// The projectors' lock (RFC 7047 section 4.1.8): whoever asked first has it; the others wait in line. A thief may take
// it from its holder, who is told, and waits in line again.
export interface Contender {
  lockChanged(isHeld: boolean): void;
}

export class NorthboundLock {
  /** The first one holds it. */
  private line: Contender[] = [];

  isHeldBy(contender: Contender): boolean {
    return this.line[0] === contender;
  }

  get holder(): Contender | undefined {
    return this.line[0];
  }

  ask(contender: Contender): void {
    if (this.line.includes(contender)) return;
    this.line.push(contender);
    if (this.isHeldBy(contender)) contender.lockChanged(true);
  }

  release(contender: Contender): void {
    const held = this.isHeldBy(contender);
    this.line = this.line.filter((other) => other !== contender);
    if (!held) return;
    contender.lockChanged(false);
    this.line[0]?.lockChanged(true);
  }

  steal(thief: Contender): void {
    const robbed = this.line[0];
    this.line.unshift(thief);
    robbed?.lockChanged(false);
    thief.lockChanged(true);
  }
}
