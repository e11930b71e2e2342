// Which commands a stream has seen lately, and what became of each. Two generations: a command is remembered for
// at least one window (unless more come than may be remembered), and forgetting costs nothing.

export class CommandWindow<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();
  private youngSinceMs: number | undefined;

  /**
   * @param windowMs how long a command must be remembered
   * @param sizeMax how many are remembered at least, should more come in one window
   */
  constructor(
    private readonly windowMs: number,
    private readonly sizeMax = Infinity,
  ) {}

  add(commandId: string, value: Value, atMs: number): void {
    this.youngSinceMs ??= atMs;
    if (atMs - this.youngSinceMs > this.windowMs || this.young.size >= this.sizeMax) {
      this.old = this.young;
      this.young = new Map();
      this.youngSinceMs = atMs;
    }
    this.young.set(commandId, value);
  }

  get(commandId: string): Value | undefined {
    return this.young.get(commandId) ?? this.old.get(commandId);
  }
}
