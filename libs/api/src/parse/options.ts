// What comes with every command: its id, when it was issued, who asks.
import { type Checked, all, bad, optional, valid } from '../checked';
import type { CommandOptions } from '../contract';
import * as fields from './fields';
import { timestampField } from './time';

/** A command as its caller gave it; whoever runs it adds what the caller cannot know. */
export interface Asked<Command> {
  readonly command: Command;
  /** Absent: the caller will never send it again. */
  readonly commandId?: string;
  /** Epoch milliseconds, by the caller's clock. Always there with `commandId`. */
  readonly issuedAtMs?: number;
  /** Who asks, by the caller's own account. */
  readonly actor?: string;
}

export function asked<Command>(
  command: Checked<Command>,
  options: CommandOptions | undefined,
): Checked<Asked<Command>> {
  if (options?.commandId && !options.issuedAt) {
    return bad('options.issued_at', 'is required with a command_id');
  }
  return all<Asked<Command>>({
    command,
    commandId: optional(fields.commandId)('options.command_id', options?.commandId ?? ''),
    issuedAtMs: options?.issuedAt ? timestampField('options.issued_at', options.issuedAt) : valid(undefined),
    actor: optional(fields.actor)('options.actor', options?.actor ?? ''),
  });
}
