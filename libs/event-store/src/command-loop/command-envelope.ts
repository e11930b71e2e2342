// What goes into the command loop and what comes out of it: a command with who asks for it, and the answer.
import type { Actor } from '../envelope/event-metadata';
import type { Position } from '../port/event-store';

export interface CommandEnvelope<Command> {
  /** The caller's name for this command, the same whenever it sends it again. Absent: it never will. */
  readonly commandId?: string;
  /** Epoch milliseconds by the caller's clock; to be given with `commandId`. Absent: now. */
  readonly issuedAtMs?: number;
  readonly actor: Actor;
  readonly command: Command;
  /** What the duplicate check hashes, if not `command`. */
  readonly dedupeOn?: unknown;
  /**
   * The stream under which it is remembered what the command was told, if it left no event: one and the same for a command
   * that may be decided in several. Absent: the stream in which it is decided.
   */
  readonly rememberedIn?: string;
}

export type CommandOutcome<Reply, Rejection> = Outcome<Reply, Rejection> & {
  /** The stream in which it was decided when the command first came, if that was another one. */
  readonly decidedIn?: string;
};

type Outcome<Reply, Rejection> =
  | {
      readonly reply: Reply;
      readonly commandId: string;
      /** Of the command's last event, or of the stream's when nothing had to happen. */
      readonly position: Position | undefined;
      readonly rejected?: undefined;
    }
  | { readonly rejected: Rejection; readonly commandId: string };
