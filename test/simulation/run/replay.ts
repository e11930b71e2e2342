// Keeps a run as a story, and tells a story: its steps at their times, its faults at their places, and then none.
import { SeededChance } from '@holdfast/clock/testing';
import { RecordedDraws, ReplayedDraws } from '../engine/draws';
import { settle } from '../engine/scheduler';
import { Trace } from '../engine/trace';
import { KeptSteps } from '../world/act';
import type { Planted } from '../world/surroundings';
import { World } from '../world/world';
import { perform } from './acts';
import { guarded } from './guard';
import { type RunResult, type SimulationOptions, isOver, live, withFaults, worldOf } from './simulate';
import type { Story } from './story';

export interface RecordedRun {
  readonly result: RunResult;
  readonly story: Story;
}

/** The same run as `simulate` makes of it, and its story. */
export function recordRun(options: SimulationOptions): Promise<RecordedRun> {
  return guarded(async () => {
    const { seed, operations } = options;
    const draws = new RecordedDraws();
    const kept = new KeptSteps();
    const world = worldOf(options, { draws, kept });
    let healAtMs = 0;
    const result = await live(world, options, async () => {
      const done = await withFaults(world, operations, new SeededChance(seed ^ 0x5eed));
      healAtMs = world.scheduler.nowMs;
      return done;
    });
    const { scenery, windowMs } = world;
    const about = `seed ${seed}: ${result.violation?.message ?? 'nothing'}`;
    return { result, story: { about, scenery, windowMs, healAtMs, ...draws.kept, steps: kept.steps } };
  });
}

export interface ReplayOptions {
  readonly planted?: Planted;
  readonly show?: (line: string) => void;
}

export interface Replayed extends RunResult {
  /** The story without the draws that nobody asked for. */
  readonly story: Story;
}

export function replay(story: Story, { planted, show }: ReplayOptions = {}): Promise<Replayed> {
  return guarded(async () => {
    const world = new World({ seed: 0, trace: new Trace(show), story, ...(planted && { planted }) });
    const result = await live(world, { seed: 0, operations: story.steps.length }, () =>
      replaySteps(world, story),
    );
    return { ...result, story: needed(story, world) };
  });
}

function needed(story: Story, { draws }: World): Story {
  const { asked } = draws as ReplayedDraws;
  const numbers = Object.fromEntries(Object.entries(story.numbers).filter(([name]) => asked.has(name)));
  return { ...story, numbers, strikes: story.strikes.filter((name) => asked.has(name)) };
}

async function replaySteps(world: World, { steps, healAtMs }: Story): Promise<number> {
  const passesTo = async (atMs: number): Promise<void> => {
    await settle();
    while (!isOver(world) && (await world.scheduler.step(atMs)));
  };
  for (const [at, { atMs, atOnce, ...act }] of steps.entries()) {
    if (!atOnce || atMs !== world.scheduler.nowMs) await passesTo(atMs);
    if (isOver(world)) return at;
    perform(world, act);
  }
  await passesTo(healAtMs);
  return steps.length;
}
