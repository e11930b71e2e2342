// What happened in a run, line by line: hashed, so that two runs can be compared byte for byte, and shown if somebody
// wants to read it.
import { createHash } from 'node:crypto';

/** Lines that are hashed at once. */
const LINES_AT_ONCE = 512;

export class Trace {
  private readonly hash = createHash('sha256');
  private lines: string[] = [];

  /** @param show is given each line as it is written */
  constructor(private readonly show?: (line: string) => void) {}

  add(atMs: number, what: string): void {
    const line = `${atMs} ${what}`;
    this.show?.(line);
    this.lines.push(line);
    if (this.lines.length >= LINES_AT_ONCE) this.flush();
  }

  /** Of all lines; ends the trace. */
  digest(): string {
    this.flush();
    return this.hash.digest('hex');
  }

  private flush(): void {
    this.hash.update(this.lines.join('\n'));
    this.lines = [];
  }
}
