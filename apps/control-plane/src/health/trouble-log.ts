// Says in the log that a trouble began and that it is over, once each: whatever is tried in between, and however many are in it.
// A server that several parts lost is lost once.
import { type Clock } from '@holdfast/clock';
import type { StandingTrouble } from './trouble';

export interface TroubleLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** What every start looks like is worth a line when it has lasted for so long. */
const STARTING_MS = 2_000;

interface Logged {
  readonly trouble: StandingTrouble;
  readonly parts: readonly string[];
}

export class TroubleLog {
  private logged = new Map<string, Logged>();

  /** @param log is given a line; `isOver`: a trouble has ended */
  constructor(
    private readonly clock: Clock,
    private readonly log: (line: TroubleLine, isOver: boolean) => void,
  ) {}

  /** @param standing all that there are now */
  look(standing: readonly StandingTrouble[]): void {
    const now = new Map<string, Logged>();
    for (const trouble of standing) {
      const key = trouble.isLoss && trouble.server ? trouble.server : `${trouble.part} ${trouble.code}`;
      const isNew = !this.logged.has(key);
      if (isNew && trouble.isStarting && this.clock.now() - trouble.sinceMs < STARTING_MS) continue;
      const known = now.get(key) ?? this.logged.get(key);
      const parts = new Set([...(now.get(key)?.parts ?? []), trouble.part]);
      now.set(key, { trouble: known?.trouble ?? trouble, parts: [...parts] });
    }
    const before = this.logged;
    this.logged = now;
    for (const [key, { trouble, parts }] of now) if (!before.has(key)) this.began(trouble, parts);
    for (const [key, { trouble, parts }] of before) if (!now.has(key)) this.ended(trouble, parts);
  }

  private began(trouble: StandingTrouble, parts: readonly string[]): void {
    const msg = trouble.isLoss ? 'server lost; will retry' : 'trouble began';
    this.log({ msg, ...fieldsOf(trouble, parts), fault: trouble.message }, false);
  }

  private ended(trouble: StandingTrouble, parts: readonly string[]): void {
    const msg = trouble.isLoss ? 'server is back' : 'trouble is over';
    this.log({ msg, ...fieldsOf(trouble, parts), lastedMs: this.clock.now() - trouble.sinceMs }, true);
  }
}

function fieldsOf({ code, server }: StandingTrouble, parts: readonly string[]): object {
  return { part: parts.join(','), code, ...(server !== undefined && { server }) };
}
