// A place in $all, as "commit/prepare": two unsigned 64-bit integers, in decimal. Ordered first by commit, then by
// prepare, which is how the server orders $all.
import type { Position } from '../port/event-store';

export interface AllPosition {
  readonly commit: string;
  readonly prepare: string;
}

/** What servers before 22.6 send instead of a position when a stream is read. */
const NO_POSITION = String(2n ** 64n - 1n);

/** Undefined when the server sent none. */
export function toPosition(commit: string, prepare: string): Position | undefined {
  return commit === NO_POSITION || prepare === NO_POSITION ? undefined : `${commit}/${prepare}`;
}

/** @throws TypeError when it is no position of such a store. */
export function fromPosition(position: Position): AllPosition {
  const [, commit, prepare] = /^(0|[1-9]\d{0,19})\/(0|[1-9]\d{0,19})$/.exec(position) ?? [];
  if (commit === undefined || prepare === undefined)
    throw new TypeError(`not a position of this store: ${JSON.stringify(position)}`);
  return { commit, prepare };
}
