// What the projectors of a Kubernetes cluster are in trouble with, from what they say of themselves.
import type { ProjectorStatus } from '@holdfast/projection';
import { MISSING_CODE } from '@holdfast/projection';
import type { HealthTrouble } from './trouble';

const UNREACHABLE = 'kubernetes-unreachable';
/** The server answers, and does nothing for us: of no object in particular. */
const SERVER_CODES: ReadonlySet<string> = new Set([
  ...[UNREACHABLE, 'kubernetes-unavailable', 'kubernetes-unauthorized', 'kubernetes-forbidden'],
]);

export function kubernetesTroubles(status: ProjectorStatus, server: string): readonly HealthTrouble[] {
  const { troubles, heldBack = [], heldBackSinceMs, synced } = status;
  const failing = troubles.map(({ code, message, sinceMs, keys, watches }): HealthTrouble => {
    const several = keys > 1 ? ` (and so for ${keys} objects in all)` : '';
    const isServer = SERVER_CODES.has(code);
    return {
      ...{ code, message: `${message}${several}`, sinceMs },
      ...(isServer && { server }),
      isLoss: code === UNREACHABLE,
      stops: watches > 0 || code === UNREACHABLE,
    };
  });
  const held = heldBack.map(
    ({ kind, missing, message }): HealthTrouble => ({
      code: `${MISSING_CODE}-${kind}`,
      message: `${message} All of them at once: POST /deletion-guards/${kind}/override?missing=${missing}.`,
      stops: false,
      ...(heldBackSinceMs !== undefined && { sinceMs: heldBackSinceMs }),
    }),
  );
  return [...held, ...failing, ...(synced ? [] : [{ ...UNLISTED, server }])];
}

const UNLISTED = {
  code: 'kubernetes-not-listed',
  message: 'the first list of objects is not complete yet',
  stops: true,
  isStarting: true,
} as const;
