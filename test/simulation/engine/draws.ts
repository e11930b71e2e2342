// Each draw of a run by what it is for. A run that is recorded keeps them under these names; a story that is told is given
// them back, and makes up from the name alone what it was not given: whatever else is drawn before or between, a name means
// the same. Without either this is nothing but the chance itself.

export class Draws {
  /** @param what it is for; the n-th of that name is its own */
  number(_what: string, draw: () => number): number {
    return draw();
  }

  /** Whether a fault strikes there. */
  strike(_what: string, draw: () => boolean): boolean {
    return draw();
  }

  /** Of a chance that somebody draws from alone. */
  seed(_name: string, draw: () => number): number {
    return draw();
  }
}

/** What a story keeps of draws. All of it may be left out. */
export interface KeptDraws {
  /** By name, and which one of that name. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly strikes: readonly string[];
  readonly seeds: Readonly<Record<string, number>>;
}

/** Counts how often each name was drawn. */
class Named extends Draws {
  private readonly counts = new Map<string, number>();

  protected nth(what: string): string {
    const count = (this.counts.get(what) ?? 0) + 1;
    this.counts.set(what, count);
    return `${what} #${count}`;
  }
}

export class RecordedDraws extends Named {
  readonly kept = {
    numbers: {} as Record<string, number>,
    strikes: [] as string[],
    seeds: {} as Record<string, number>,
  };

  override number(what: string, draw: () => number): number {
    return (this.kept.numbers[this.nth(what)] = draw());
  }

  override strike(what: string, draw: () => boolean): boolean {
    const name = this.nth(what);
    const strikes = draw();
    if (strikes) this.kept.strikes.push(name);
    return strikes;
  }

  override seed(name: string, draw: () => number): number {
    return (this.kept.seeds[this.nth(name)] = draw());
  }
}

export class ReplayedDraws extends Named {
  /** Names that were asked for. */
  readonly asked = new Set<string>();
  private readonly strikes: ReadonlySet<string>;

  constructor(private readonly kept: KeptDraws) {
    super();
    this.strikes = new Set(kept.strikes);
  }

  override number(what: string): number {
    const name = this.nth(what);
    this.asked.add(name);
    return this.kept.numbers[name] ?? hashOf(name) / 2 ** 32;
  }

  override strike(what: string): boolean {
    const name = this.nth(what);
    this.asked.add(name);
    return this.strikes.has(name);
  }

  override seed(name: string): number {
    const nth = this.nth(name);
    return this.kept.seeds[nth] ?? hashOf(nth) >>> 1;
  }
}

/** FNV-1a, and a last mixing: part of what a story is, never to be changed. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
