// How the ledger itself is: whether the log can be read, and whether anything can be recorded. Everything else in the process lives
// on it. And whether addresses may be given out, which is for the sides to show (libs/ledger, SideComparisons).
import { type Clock } from '@holdfast/clock';
import { StoreFault } from '@holdfast/event-store';
import type { LedgerReader, SideComparisons } from '@holdfast/ledger';
import { type Role, ROLES } from '../config';
import type { CommandCounts } from '../ledger/command-counts';
import type { StoreHealth } from '../ledger/store-health';
import type { ProcessPart } from './projectors';
import type { HealthTrouble } from './trouble';

/** A store that failed a command is in trouble until one succeeds; after so long without any, nobody knows. */
const COMMAND_FAULT_MS = 60_000;

export interface LedgerHealthOptions {
  readonly reader: LedgerReader;
  readonly store: StoreHealth;
  readonly commands: CommandCounts;
  readonly clock: Clock;
  /** The store, as it may be shown. */
  readonly server: string;
}

export class LedgerHealth implements ProcessPart {
  readonly name = 'ledger';
  readonly roles: readonly Role[] = ROLES;

  constructor(private readonly options: LedgerHealthOptions) {}

  /** No try of this process can end it: whoever supervises it is to start another. */
  get hasFailed(): boolean {
    const { reader, store } = this.options;
    return store.hasFailed || (reader.failing?.fault as { retryable?: unknown })?.retryable === false;
  }

  troubles(): readonly HealthTrouble[] {
    return [this.recording(), this.reading(), this.commands()].filter((trouble) => trouble !== undefined);
  }

  onTroubles(listener: () => void): void {
    this.options.store.onChange(listener);
  }

  private recording(): HealthTrouble | undefined {
    const { store, server } = this.options;
    const { trouble } = store;
    return trouble && { code: trouble.code, message: trouble.message, server, stops: true };
  }

  private reading(): HealthTrouble | undefined {
    const { reader, server } = this.options;
    const { failing, silentMs } = reader;
    if (failing) {
      const { fault, sinceMs } = failing;
      const code = (fault as { readonly code?: string }).code ?? 'log-unreadable';
      const message = `the log cannot be read, so that nothing new is seen: ${messageOf(fault)}`;
      return { code, message, server, sinceMs, stops: true, isLoss: code === 'store-unavailable' };
    }
    if (silentMs === undefined) return undefined;
    const message = `the store has not answered for ${Math.floor(silentMs / 1_000)} s`;
    return { code: 'store-silent', message, server, stops: true, isLoss: true };
  }

  /** Where reading goes well and recording does not, and the store does not say so, only who records can tell. */
  private commands(): HealthTrouble | undefined {
    const { commands, store, clock, server } = this.options;
    const { failing } = commands;
    if (store.tellsItself || !(failing?.fault instanceof StoreFault)) return undefined;
    if (clock.monotonic() - failing.lastMonotonicMs > COMMAND_FAULT_MS) return undefined;
    const { code, message } = failing.fault;
    return { code: `commands-${code}`, message, server, sinceMs: failing.sinceMs, stops: true };
  }
}

/** Whether addresses may be given out. */
export class SideHealth implements ProcessPart {
  readonly name = 'sides';
  readonly roles: readonly Role[] = ['reservation', 'gateway'];

  constructor(
    private readonly sides: SideComparisons,
    private readonly servesUncompared: boolean,
  ) {}

  troubles(): readonly HealthTrouble[] {
    return this.sides.states.flatMap(({ side, state, why, message = '', sinceMs }): HealthTrouble[] => {
      if (state === 'agrees') return [];
      const code = `${side}-${state}`;
      if (state === 'fenced')
        return [{ code, message: `${why}: ${message} ${NOTHING}`, stops: true, ...(sinceMs && { sinceMs }) }];
      return this.servesUncompared ? [] : [{ code, message: UNCOMPARED, stops: true, isStarting: true }];
    });
  }

  onTroubles(listener: () => void): void {
    this.sides.onChange(listener);
  }
}

const NOTHING = 'No address is given out while that lasts.';
const UNCOMPARED =
  'it has not been compared with the ledger since the start, and no address is given out before it was.';
const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
