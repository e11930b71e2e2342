// A command between being taken in and being answered. It knows its caller and what was decided; it decides nothing.
import type { CommandEnvelope, CommandOutcome } from './command-envelope';

export class PendingCommand<Command, Reply, Rejection> {
  readonly promise: Promise<CommandOutcome<Reply, Rejection>>;
  resolve!: (outcome: CommandOutcome<Reply, Rejection>) => void;
  reject!: (fault: unknown) => void;
  /** What it was told when it first came, as far as that was found in `comparedWith`. */
  repeat: CommandOutcome<Reply, Rejection> | undefined;
  /** The loaded stream that it was looked for in. */
  comparedWith: object | undefined;

  /** @param digest of what the caller said; absent when the id is our own */
  constructor(
    readonly envelope: CommandEnvelope<Command>,
    readonly digest: string | undefined,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
