// Makes a found story short: leaves out steps, faults and draws as long as the same checker still finds something. What is left
// is what it takes, or nearly; a story that finds nothing to begin with is given back as it is.
import type { Planted } from '../world/surroundings';
import type { Scenery } from '../world/world';
import type { Story } from './story';
import { type Replayed, replay } from './replay';

export interface Shrinking {
  readonly planted?: Planted;
  /** Stops when it says so: a long story may take a thousand tellings. */
  readonly isEnough?: () => boolean;
}

export async function shrink(story: Story, options: Shrinking = {}): Promise<Story> {
  const shrinker = new Shrinker(options);
  return (await shrinker.begin(story)) ? shrinker.shrink() : story;
}

class Shrinker {
  /** The shortest so far that finds it. */
  private best!: Story;
  private found: string | undefined;

  constructor(private readonly options: Shrinking) {}

  /** Whether there is anything to shrink. */
  async begin(story: Story): Promise<boolean> {
    this.best = story;
    const replayed = await this.replayed(story);
    this.found = kindOf(replayed);
    if (this.found === undefined) return false;
    // What comes after it means nothing.
    const steps = story.steps.filter(({ atMs }) => atMs <= replayed.virtualMs);
    await this.tries({
      ...replayed.story,
      steps,
      healAtMs: Math.min(story.healAtMs, replayed.virtualMs + 1),
    });
    return true;
  }

  async shrink(): Promise<Story> {
    for (const simpler of SIMPLER)
      await this.tries({ ...this.best, scenery: { ...this.best.scenery, ...simpler } });
    await this.tries({ ...this.best, numbers: {}, seeds: {} });
    await this.tries({ ...this.best, numbers: {} });
    for (let size = Infinity; sizeOf(this.best) < size && !this.options.isEnough?.(); ) {
      size = sizeOf(this.best);
      await this.without(this.best.steps, (steps) => ({ ...this.best, steps }));
      await this.without(this.best.strikes, (strikes) => ({ ...this.best, strikes }));
      await this.withoutNumbers((name) => name.replace(/ #\d+$/, ''));
      await this.withoutNumbers((name) => name);
      await this.without(Object.entries(this.best.seeds), (seeds) => ({
        ...this.best,
        seeds: Object.fromEntries(seeds),
      }));
    }
    return this.best;
  }

  /** In parts of half, a quarter, an eighth and so on, the last ones first. */
  private async without<Item>(all: readonly Item[], make: (items: Item[]) => Story): Promise<void> {
    let items = [...all];
    if (items.length === 0) return;
    for (let size = items.length; size >= 1; size = Math.floor(size / 2)) {
      for (let end = items.length; end > 0; end -= size) {
        if (this.options.isEnough?.()) return;
        const rest = [...items.slice(0, Math.max(0, end - size)), ...items.slice(end)];
        if (await this.tries(make(rest))) items = rest;
      }
    }
  }

  /** @param groupOf those that are left out together */
  private async withoutNumbers(groupOf: (name: string) => string): Promise<void> {
    const groups = new Map<string, [string, number][]>();
    for (const [name, value] of Object.entries(this.best.numbers)) {
      const group = groups.get(groupOf(name)) ?? [];
      groups.set(groupOf(name), [...group, [name, value]]);
    }
    await this.without([...groups.values()], (kept) => ({
      ...this.best,
      numbers: Object.fromEntries(kept.flat()),
    }));
  }

  private async tries(story: Story): Promise<boolean> {
    const replayed = await this.replayed(story);
    if (kindOf(replayed) !== this.found) return false;
    const about = `${this.best.about.split(':')[0]}: ${replayed.violation?.message.split('\n')[0]}`;
    this.best = { ...replayed.story, about };
    return true;
  }

  private replayed(story: Story): Promise<Replayed> {
    const { planted } = this.options;
    return replay(story, { ...(planted && { planted }) });
  }
}

/** Of the scenery, what may not be needed. */
const SIMPLER: readonly Partial<Scenery>[] = [
  { hasKubernetes: false, hasPods: false },
  { hasPods: false },
  { projectors: 0 },
  { writers: 1 },
  { isShared: false },
];

/** What was found; a bug that throws is told by what it says. */
function kindOf({ violation }: Replayed): string | undefined {
  if (!violation) return undefined;
  return violation.checker === 'no-bug-thrown' ? violation.message.split('\n')[0] : violation.checker;
}

const sizeOf = ({ steps, strikes, numbers, seeds }: Story): number =>
  steps.length + strikes.length + Object.keys(numbers).length + Object.keys(seeds).length;
