// How a projector has the ledger do something: it is done only once the projector's own view shows it, so that the next look does
// not find the old state and do it again.
import type { Rejection } from '@holdfast/ipam';

/** `done`: it is as commanded, and the view shows it. `behind`: it is, and the view does not show it yet. */
export type Execution =
  | { readonly is: 'done' | 'behind'; readonly rejected?: undefined }
  | { readonly is: 'rejected'; readonly rejected: Rejection };

/** After a view did not get to an event in time; the event, when it comes, marks the key sooner. */
export const BEHIND_RETRY_MS = 1_000;

interface Executing<Command> {
  execute(
    command: Command,
    actor: string,
  ): Promise<
    | { readonly position: string | undefined; readonly rejected?: undefined }
    | { readonly rejected: Rejection }
  >;
  hasReached(position: string): Promise<boolean>;
}

/** @throws Error with `code` and `retryable` */
export async function executeAndSee<Command>(
  ledger: Executing<Command>,
  command: Command,
  actor: string,
): Promise<Execution> {
  const reply = await ledger.execute(command, actor);
  if (reply.rejected) return { is: 'rejected', rejected: reply.rejected };
  const isShown = reply.position === undefined || (await ledger.hasReached(reply.position));
  return { is: isShown ? 'done' : 'behind' };
}
