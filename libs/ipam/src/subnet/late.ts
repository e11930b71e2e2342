// A command may come late: a duplicate of one whose reply changed nothing (and so left no trace to recognise
// it by), or one that waited in a queue. It must not undo what was decided after it was issued.
import type { Holder } from '../holder';
import { type Rejection, reject } from '../rejection';
import type { Moment } from './decision';
import type { SubnetState } from './state';

/** Refuses to bring back what was released since. */
export function comesBeforeRelease(
  state: SubnetState,
  holder: Holder,
  moment: Moment,
): { rejected: Rejection } | undefined {
  const releasedAtMs = state.releasedAtMs(holder);
  if (releasedAtMs === undefined || moment.issuedAtMs >= releasedAtMs) return undefined;
  return expired(state, holder, moment, 'released what it held', releasedAtMs);
}

/** Refuses to release what was reserved since. */
export function comesBeforeReservation(
  state: SubnetState,
  holder: Holder,
  moment: Moment,
): { rejected: Rejection } | undefined {
  const sinceMs = state.byHolder.get(holder)?.sinceMs;
  if (sinceMs === undefined || moment.issuedAtMs >= sinceMs) return undefined;
  return expired(state, holder, moment, 'reserved anew', sinceMs);
}

function expired(
  state: SubnetState,
  holder: Holder,
  moment: Moment,
  what: string,
  atMs: number,
): { rejected: Rejection } {
  const issuedAt = new Date(moment.issuedAtMs).toISOString();
  const at = new Date(atMs).toISOString();
  return reject(
    'CommandExpired',
    `The command was issued at ${issuedAt}, but ${holder} ${what} in subnet ${state.name} at ${at}; issue a new command if it is still wanted.`,
    { subnet: state.name, holder, issuedAt, overtakenAt: at },
  );
}
