// How a run ends, for whoever started it. Documented in the help and in COMMANDS.md; never renumbered.

export const EXIT = {
  /** Done, or answered. */
  done: 0,
  /** Decided against. */
  refused: 1,
  /** Not understood, here or by the server (`InvalidArgument`). */
  usage: 2,
  /** Not decided: the server was not reached, or could not. */
  failed: 3,
  /** Answered, and people have to look: something is left for them to settle, or in trouble. */
  conflicts: 4,
  /** A bug of this program: EX_SOFTWARE of sysexits(3). */
  defect: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0   done
  1   refused by the ledger; standard error says why and what would fix it
  2   wrong usage
  3   the server was not reached, or failed; a change may have been made
  4   something is left that people have to settle (import, recover), or is in trouble (status)
  70  a defect of this program`;
