// A story that can be told again: what was done when, which faults struck, and which draws it needs, all by what they are
// for. It survives changes of what a seed draws, since no seed is in it. What a story leaves out follows from names
// (engine/draws.ts), so that a short one needs little.
import { readFileSync, writeFileSync } from 'node:fs';
import type { StoryStep } from '../world/act';
import type { StoryWorld } from '../world/world';

export interface Story extends StoryWorld {
  /** For who reads it: what it found, and where. */
  readonly about: string;
  readonly steps: readonly StoryStep[];
  /** From when on nothing goes wrong any more. */
  readonly healAtMs: number;
  /** What the trace must say somewhere, in this order; else it is not this story any more. */
  readonly reaches?: readonly string[];
}

export function readStory(file: string): Story {
  return JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as Story;
}

export function writeStory(file: string, story: Story): void {
  const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);
  const lines = (items: readonly unknown[]): string =>
    items.map((item) => `\n    ${JSON.stringify(item, plain)}`).join(',');
  const { steps, strikes, numbers, ...rest } = story;
  const head = JSON.stringify(rest, plain, 2).slice(0, -2);
  const kept = Object.entries(numbers).map(([name, value]) => `\n    ${JSON.stringify(name)}: ${value}`);
  writeFileSync(
    file,
    `${head},\n  "strikes": [${lines(strikes)}],\n  "numbers": {${kept.join(',')}},\n  "steps": [${lines(steps)}]\n}\n`,
  );
}
