// What one run of the program touches besides the server: a terminal, or a test's stand-in for it.
import type { Chance, Clock } from '@holdfast/clock';

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly fetch?: typeof fetch;
  /** Who runs the program: what the ledger is told unless `--actor` says otherwise. */
  userName(): string;
  out(text: string): void;
  err(text: string): void;
}
