// What a checker says when something is not as it must be. It ends the run: what comes after it means nothing.

export const CHECKERS = [
  /** An address has two holders, or a MAC; over all subnets. */
  'double-reservation',
  /** Versions, positions and hashes of the log. */
  'log-chain',
  /** A command has more than one event. */
  'once-only',
  /** What was acknowledged is in the log. */
  'durable-answer',
  /** A command that comes again is told what it was told first. */
  'first-reply',
  /** A refusal, or "it is already so", was true when it was said. */
  'true-answer',
  /** The slow model decides the same. */
  'slow-model',
  /** Nothing is taken from under its user, or given up before its time. */
  'retention',
  /** A Vip's name is in one subnet. */
  'vip-name',
  /** A view is the fold of the log. */
  'view-fold',
  /** Counts are what a recount gives. */
  'counts',
  /** A row that is not ours is left alone. */
  'foreign-rows',
  /** The Northbound's checkpoint never claims more than is there, and never goes back. */
  'checkpoint',
  /** In the end the Northbound's rows are what the ledger says. */
  'northbound-converges',
  /** In the end Kubernetes' status is what the ledger says. */
  'kubernetes-converges',
  /** A reservation that Kubernetes asked for ends with its object, and no other does. */
  'kubernetes-owners',
  /** Of several processes that could work on a cluster, one does. */
  'one-works',
  /** To a side no ledger writes that is not the side's, nor gives out addresses; the one that is goes on. */
  'which-ledger',
  /** What a Pod is told is what it has, and no other live Pod is told the same. */
  'pods-told',
  /** Nothing is taken from a live Pod, or from an owner that exists, by UID; nor is it moved under it. */
  'pods-owners',
  /** In the end every Pod has its address or is told why not, and nothing is held for who is gone. */
  'pods-converge',
  /** In the end every command is answered. */
  'everything-answered',
  /** Time passes: nobody is busy for ever with what leads to nothing. */
  'time-passes',
  /** A bug of the product's own, by its own account: an assertion, an unhandled rejection. */
  'no-bug-thrown',
] as const;

export type Checker = (typeof CHECKERS)[number];

export class Violation extends Error {
  override readonly name = 'Violation';

  constructor(
    readonly checker: Checker,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${checker}: ${message}`, options);
  }
}
