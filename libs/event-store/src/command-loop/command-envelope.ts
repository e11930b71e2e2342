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
}

export type CommandOutcome<Reply, Rejection> =
  | {
      readonly reply: Reply;
      readonly commandId: string;
      /** Of the command's last event, or of the stream's when nothing had to happen. */
      readonly position: Position | undefined;
      readonly rejected?: undefined;
    }
  | { readonly rejected: Rejection; readonly commandId: string };
