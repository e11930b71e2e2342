// What the loop itself could not do; its store is not to blame.
export class LoopFault extends Error {
  override readonly name = 'LoopFault';
  readonly retryable = true;

  constructor(
    readonly code: 'too-busy' | 'contended',
    message: string,
  ) {
    super(message);
  }
}
