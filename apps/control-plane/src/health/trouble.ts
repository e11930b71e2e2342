// What is not as it should be, in one shape for all who tell it: status, readiness, the log, metrics. They differ in what they
// show of it, never in whether it is so.

export interface HealthTrouble {
  /** For programs, such as `kubernetes-unreachable`. */
  readonly code: string;
  /** For people; one or two sentences. */
  readonly message: string;
  /** Whom it is about, as it was configured and without any password: where a server is lost, or does not do its part. */
  readonly server?: string;
  /** The server cannot be reached at all. */
  readonly isLoss?: boolean;
  /** Whoever is in it does nothing while it lasts; otherwise a part of its work is left. */
  readonly stops: boolean;
  /** Since when, epoch milliseconds, where that is known better than by having looked. */
  readonly sinceMs?: number;
  /** It is what every start looks like: not worth a line in the log until it has lasted. */
  readonly isStarting?: boolean;
}

/** A trouble that lasts. */
export interface StandingTrouble extends HealthTrouble {
  /** Who is in it: `ledger`, or a projector by its name. */
  readonly part: string;
  readonly sinceMs: number;
}

/** Several at once, for people. */
export function troubleText(troubles: readonly Pick<HealthTrouble, 'code' | 'message'>[]): string {
  return troubles.map(({ code, message }) => `${code}: ${message}`).join(' Besides: ');
}

/** A URL, or several, as they may be shown. */
export const withoutPassword = (urls: string): string => urls.replace(/(^|,|\/\/)[^/@,]*@/g, '$1');
