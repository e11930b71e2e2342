// A command that was accepted for deciding and is not answered yet. It knows its caller and its answer; it decides nothing.
import type { CommandEnvelope, CommandOutcome } from './command-envelope';

export class PendingCommand<Command, Reply, Rejection> {
  readonly promise: Promise<CommandOutcome<Reply, Rejection>>;
  resolve!: (outcome: CommandOutcome<Reply, Rejection>) => void;
  reject!: (fault: unknown) => void;
  /** Its reply when it first came, as far as that was found in `lookedUpIn`. */
  earlierReply: CommandOutcome<Reply, Rejection> | undefined;
  /** The loaded stream in which an earlier reply was looked up. */
  lookedUpIn: object | undefined;

  /** @param digest for the duplicate check; absent when the id is our own */
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
