// What the projectors of a Kubernetes cluster are in trouble with, from what they say of themselves.
import type { ProjectorStatus } from '@holdfast/projection';
import { MISSING_CODE } from '@holdfast/projection';
import type { HealthTrouble } from './trouble';

const UNREACHABLE = 'kubernetes-unreachable';
/** The server answers, and does nothing for us: of no object in particular. */
const SERVER_CODES: ReadonlySet<string> = new Set([
  ...[UNREACHABLE, 'kubernetes-unavailable', 'kubernetes-unauthorized', 'kubernetes-forbidden'],
]);

/** @param isActive whether this is the process that works on the cluster: what is held back, only that one tells */
export function kubernetesTroubles(
  status: ProjectorStatus,
  server: string,
  isActive: boolean,
): readonly HealthTrouble[] {
  const { troubles, heldBackSinceMs, synced } = status;
  const heldBack = isActive ? (status.heldBack ?? []) : [];
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

/** @param trouble `OtherLedger: ...`, as a fence says it; undefined: it is open */
export function fenceTroubles(trouble: string | undefined, server: string): readonly HealthTrouble[] {
  if (trouble === undefined) return [];
  const [why = 'fenced'] = trouble.split(':', 1);
  return [{ code: why, message: trouble, server, stops: true }];
}

/** A call that is made again and again, and fails now. */
export interface CallFailure {
  readonly code: string;
  readonly message: string;
  /** Since its first failure in a row, epoch milliseconds. */
  readonly sinceMs: number;
}

/** @param what is called for: `lease`, `mark` */
export function callTroubles(
  what: string,
  failing: CallFailure | undefined,
  server: string,
): readonly HealthTrouble[] {
  if (!failing) return [];
  const isLoss = failing.code === UNREACHABLE;
  const code = isLoss ? UNREACHABLE : `${what}-${failing.code}`;
  return [{ ...failing, code, server, isLoss, stops: true }];
}

const UNLISTED = {
  code: 'kubernetes-not-listed',
  message: 'the first list of objects is not complete yet',
  stops: true,
  isStarting: true,
} as const;
