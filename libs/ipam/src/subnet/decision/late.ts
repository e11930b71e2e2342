// A command may come late: a duplicate of one whose reply changed nothing (and so left no trace to recognise
// it by), or one that waited in a queue. It must not undo what was decided after it was issued.
import type { Holder } from '../../holder';
import { type CommandSubject, type Rejection, reject } from '../../rejection';
import type { SubnetState } from '../state/state';
import type { Moment } from './decision';

/** Refuses to bring back what was released since. */
export function comesBeforeRelease(
  state: SubnetState,
  holder: Holder,
  { issuedAtMs }: Moment,
): { rejected: Rejection } | undefined {
  const releasedAtMs = state.releasedAtMs(holder);
  if (releasedAtMs === undefined || issuedAtMs >= releasedAtMs) return undefined;
  const what = `${holder} released what it held in subnet ${state.name}`;
  return commandExpired({ subnet: state.name, holder }, issuedAtMs, what, releasedAtMs);
}

/** Refuses to change or release what was reserved or changed since. */
export function comesBeforeReservation(
  state: SubnetState,
  holder: Holder,
  { issuedAtMs }: Moment,
): { rejected: Rejection } | undefined {
  const held = state.byHolder.get(holder);
  if (!held) return undefined;
  const atMs = held.changedAtMs ?? held.sinceMs;
  if (issuedAtMs >= atMs) return undefined;
  const what = `what ${holder} holds in subnet ${state.name} was ${held.changedAtMs ? 'changed' : 'reserved'}`;
  return commandExpired({ subnet: state.name, holder }, issuedAtMs, what, atMs);
}

/** Refuses to define, revise or retire what was defined, revised or retired since. */
export function comesBeforeDefinition(
  state: SubnetState,
  { issuedAtMs }: Moment,
): { rejected: Rejection } | undefined {
  const { definitionAtMs } = state;
  if (definitionAtMs === undefined || issuedAtMs >= definitionAtMs) return undefined;
  const what = `subnet ${state.name} was ${state.definition ? 'defined or revised' : 'retired'}`;
  return commandExpired({ subnet: state.name }, issuedAtMs, what, definitionAtMs);
}

export function commandExpired(
  on: CommandSubject,
  issuedAtMs: number,
  what: string,
  atMs: number,
): { rejected: Rejection } {
  const issuedAt = new Date(issuedAtMs).toISOString();
  const overtakenAt = new Date(atMs).toISOString();
  return reject(
    'CommandExpired',
    `The command was issued at ${issuedAt}, but ${what} at ${overtakenAt}; issue a new command if it is still wanted.`,
    { ...on, issuedAt, overtakenAt },
  );
}
