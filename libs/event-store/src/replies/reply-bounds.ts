// How much is remembered: for each caller so much text, for all of them together so much, and nothing for longer than
// asked. Who has more refused forgets its own oldest replies; what it issued until then is known to be forgotten, so that
// it can be refused rather than decided anew. Kept by chunks, so that it weighs next to nothing itself.
import type { Reply } from '../port/reply-store';

export interface BoundsOptions {
  /** Units of text that are remembered for one caller: over 50,000 ordinary refusals. */
  readonly callerUnitsMax: number;
  /** And for all together: what a restart reads in a second or two. */
  readonly unitsMax: number;
  /** Is forgotten at once. */
  readonly chunkUnits: number;
}

export const BOUNDS: BoundsOptions = {
  callerUnitsMax: 32 << 20,
  unitsMax: 256 << 20,
  chunkUnits: 1 << 20,
};

/** Counted for each reply besides its text, for what it weighs in memory. */
export const UNITS_EACH = 256;

/** Numbers of replies that are to be forgotten, both inclusive; of one caller, or of all. */
export interface Forgotten {
  readonly caller?: string;
  readonly from: number;
  readonly to: number;
}

interface Chunk {
  readonly from: number;
  to: number;
  units: number;
  lastAtMs: number;
  issuedUntilMs: number;
}

interface Caller {
  readonly chunks: Chunk[];
  units: number;
  forgottenUntilMs: number;
}

type Weighed = Pick<Reply, 'caller' | 'issuedAtMs' | 'atMs' | 'outcome'>;

export class ReplyBounds {
  private readonly callers = new Map<string, Caller>();
  private readonly chunks: Chunk[] = [];
  private units = 0;
  private allForgottenUntilMs = -Infinity;

  constructor(private readonly options: BoundsOptions = BOUNDS) {}

  /** To be called in ascending order of `number`. What is to be forgotten for it; at most one chunk that is too old. */
  add(number: number, reply: Weighed, sinceMs: number): Forgotten[] {
    const { callerUnitsMax, unitsMax } = this.options;
    const caller = this.caller(reply.caller);
    const units = UNITS_EACH + reply.outcome.length;
    this.into(this.chunks, number, units, reply);
    this.into(caller.chunks, number, units, reply);
    caller.units += units;
    this.units += units;
    const forgotten: Forgotten[] = [];
    while (caller.units > callerUnitsMax && caller.chunks.length > 1) {
      const { from, to, issuedUntilMs } = this.shift(caller);
      caller.forgottenUntilMs = Math.max(caller.forgottenUntilMs, issuedUntilMs);
      forgotten.push({ caller: reply.caller, from, to });
    }
    const [oldest] = this.chunks as [Chunk];
    const isTooMuch = this.units > unitsMax;
    if ((isTooMuch || oldest.lastAtMs < sinceMs) && this.chunks.length > 1) {
      // Also of what is too old: the clock that says so may be wrong, and be set back.
      this.allForgottenUntilMs = Math.max(this.allForgottenUntilMs, oldest.issuedUntilMs);
      forgotten.push({ from: oldest.from, to: oldest.to });
      this.chunks.shift();
      this.dropUpTo(oldest.to);
    }
    return forgotten;
  }

  forgottenUntilMs(caller: string): number {
    return Math.max(this.callers.get(caller)?.forgottenUntilMs ?? -Infinity, this.allForgottenUntilMs);
  }

  /** To be stored with what comes next, so that a restart knows. */
  get allUntilMs(): number {
    return this.allForgottenUntilMs;
  }

  /** What an earlier life of the process had forgotten: of a caller, and of all. */
  raise(caller: string, untilMs: number, allUntilMs: number): void {
    const known = this.caller(caller);
    known.forgottenUntilMs = Math.max(known.forgottenUntilMs, untilMs);
    this.allForgottenUntilMs = Math.max(this.allForgottenUntilMs, allUntilMs);
  }

  private caller(name: string): Caller {
    let caller = this.callers.get(name);
    if (!caller) this.callers.set(name, (caller = { chunks: [], units: 0, forgottenUntilMs: -Infinity }));
    return caller;
  }

  private into(chunks: Chunk[], number: number, units: number, { issuedAtMs, atMs }: Weighed): void {
    // A clock that is ahead is no reason to refuse what is issued in the meantime.
    const issuedUntilMs = Math.min(issuedAtMs, atMs);
    const last = chunks[chunks.length - 1];
    if (!last || last.units + units > this.options.chunkUnits) {
      chunks.push({ from: number, to: number, units, lastAtMs: atMs, issuedUntilMs });
      return;
    }
    last.to = number;
    last.units += units;
    last.lastAtMs = Math.max(last.lastAtMs, atMs);
    last.issuedUntilMs = Math.max(last.issuedUntilMs, issuedUntilMs);
  }

  private shift(caller: Caller): Chunk {
    const chunk = caller.chunks.shift() as Chunk;
    caller.units -= chunk.units;
    this.units -= chunk.units;
    return chunk;
  }

  private dropUpTo(number: number): void {
    for (const [name, caller] of this.callers) {
      while (caller.chunks[0] && caller.chunks[0].to <= number) this.shift(caller);
      if (caller.chunks.length > 0) continue;
      this.callers.delete(name);
      this.allForgottenUntilMs = Math.max(this.allForgottenUntilMs, caller.forgottenUntilMs);
    }
  }
}
