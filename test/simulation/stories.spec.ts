// A run that is kept as a story is told again the same way, through its file too, and made short without losing what it found.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOGUE } from './planted/catalogue';
import { CAUGHT_IN } from './planted/caught-in';
import type { Planted } from './world/surroundings';
import { HUNT_OPERATIONS } from './run/hunt';
import { recordRun, replay } from './run/replay';
import { shrink } from './run/shrink';
import { simulate } from './run/simulate';
import { readStory, type Story, writeStory } from './run/story';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-stories-'));
afterAll(() => rmSync(folder, { recursive: true }));

const throughFile = (story: Story): Story => {
  const file = join(folder, 'story.json');
  writeStory(file, story);
  return readStory(file);
};

/** What a seed's own chooser of operations notes besides is not in its story. */
const NOT_IN_STORIES = / (neighbour|user): /;

function noted() {
  const lines: string[] = [];
  const show = (line: string): void => void (NOT_IN_STORIES.test(line) || lines.push(line));
  return { lines, show };
}

/** Enough to leave out most of a story. */
const TELLINGS_MAX = 40;
/** Each telling takes a tenth of a second of a quiet core. */
const SHORTENED_MAX_MS = 120_000;

const plantedBug = (name: string): Planted => CATALOGUE.find((one) => one.name === name)!.planted;

describe('a story', () => {
  // Two of them are told otherwise where an operation's consequences are not over before the next thing happens; one has other ledgers.
  it.each([11, 22, 36])('of seed %i is told again line by line', async (seed) => {
    const [first, again] = [noted(), noted()];
    const options = { seed, operations: 400 };
    const { result, story } = await recordRun({ ...options, show: first.show });
    expect(result.digest).toBe((await simulate(options)).digest);
    await replay(throughFile(story), { show: again.show });
    expect(first.lines.length).toBeGreaterThan(100);
    expect(again.lines).toEqual(first.lines);
  });

  it.each(['cooling-ignored', 'fence-removed'])(
    'in which %s is found ends the same way when it is replayed again, and when it is made short',
    async (name) => {
      const planted = plantedBug(name);
      const { result, story } = await found(name, planted);
      const replayed = await replay(throughFile(story), { planted });
      expect(replayed.violation?.message).toBe(result.violation?.message);

      let tellings = 0;
      const short = throughFile(await shrink(story, { planted, isEnough: () => ++tellings > TELLINGS_MAX }));
      const end = await replay(short, { planted });
      expect(end.violation?.checker).toBe(result.violation?.checker);
      expect(short.steps.length).toBeLessThan(story.steps.length / 2);
      expect(Object.keys(short.numbers).length).toBeLessThanOrEqual(Object.keys(story.numbers).length);
      // It is the bug that is found, and nothing else.
      expect((await replay(short)).violation).toBeUndefined();
    },
    SHORTENED_MAX_MS,
  );

  it('that finds nothing is given back as it is', async () => {
    const { story } = await recordRun({ seed: 1, operations: 50 });
    expect(await shrink(story)).toBe(story);
  });
});

async function found(name: string, planted: Planted) {
  for (const seed of [CAUGHT_IN[name] as number, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    const run = await recordRun({ seed, operations: HUNT_OPERATIONS, planted });
    if (run.result.violation && !(await simulate({ seed, operations: HUNT_OPERATIONS })).violation)
      return run;
  }
  throw new Error('no seed finds it');
}
