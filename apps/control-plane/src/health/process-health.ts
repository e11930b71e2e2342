// How this process is, for all who ask: what is in trouble and since when, and whether a role can do its work. Status, readiness,
// exit codes, the log and metrics are made from this and from nothing else.
import { type Cancel, type Clock } from '@holdfast/clock';
import type { Role } from '../config';
import type { ProcessPart } from './projectors';
import type { StandingTrouble, HealthTrouble } from './trouble';
import { TroubleLog, type TroubleLine } from './trouble-log';

/** For what nobody says by itself; what is said is looked at in the same moment. */
const LOOK_EVERY_MS = 1_000;

export interface ProcessHealthOptions {
  readonly parts: readonly ProcessPart[];
  readonly clock: Clock;
  readonly log: (line: TroubleLine, isOver: boolean) => void;
}

export class ProcessHealth {
  /** By part and code. */
  private standing = new Map<string, StandingTrouble>();
  private readonly log: TroubleLog;
  private cancelLook: Cancel = () => undefined;
  private isStopped = false;

  constructor(private readonly options: ProcessHealthOptions) {
    this.log = new TroubleLog(options.clock, options.log);
    // Not at once: whoever says so may be in the middle of it.
    for (const part of options.parts) part.onTroubles?.(() => queueMicrotask(() => this.look()));
  }

  start(): void {
    if (this.isStopped) return;
    this.look();
    this.cancelLook = this.options.clock.after(LOOK_EVERY_MS, () => this.start());
  }

  stop(): void {
    this.isStopped = true;
    this.cancelLook();
  }

  get parts(): readonly ProcessPart[] {
    return this.options.parts;
  }

  /** All that last now, by part, the worst of each first. */
  get troubles(): readonly StandingTrouble[] {
    this.look();
    return [...this.standing.values()];
  }

  troublesOf(part: string): readonly StandingTrouble[] {
    return this.troubles.filter((trouble) => trouble.part === part);
  }

  /** What stops the part, or the role of that name. `undefined`: there is none of that name. */
  stopping(partOrRole: string): readonly StandingTrouble[] | undefined {
    const { parts } = this.options;
    const concerned = parts.filter(
      ({ name, roles }) => name === partOrRole || roles.includes(partOrRole as Role),
    );
    if (concerned.length === 0) return undefined;
    const names = new Set(concerned.map(({ name }) => name));
    return this.troubles.filter(({ part, stops }) => stops && names.has(part));
  }

  private look(): void {
    const now = new Map<string, StandingTrouble>();
    for (const part of this.options.parts)
      for (const trouble of part.troubles()) {
        const key = `${part.name} ${trouble.code}`;
        if (!now.has(key)) now.set(key, { ...trouble, part: part.name, sinceMs: this.sinceMs(key, trouble) });
      }
    this.standing = now;
    // Whoever stops is left by everybody: that is no trouble.
    if (!this.isStopped) this.log.look([...now.values()]);
  }

  private sinceMs(key: string, { sinceMs }: HealthTrouble): number {
    return sinceMs ?? this.standing.get(key)?.sinceMs ?? this.options.clock.now();
  }
}
