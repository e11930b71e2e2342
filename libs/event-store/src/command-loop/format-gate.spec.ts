// What a newer form of an event needs: nothing that the log may not have yet is appended, not even a part of a decision.
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { MemoryEventStore } from '../memory-event-store';
import { CommandLoop } from './command-loop';
import type { Decider } from './decider';
import type { LoopRefusal } from './loop-options';

/** Notes texts; one with an author is written in the second form, and a text in capitals as something that is quite new. */
type Noted = { readonly type: 'Noted' | 'Shouted'; readonly text: string; readonly author?: string };
const notes: Decider<readonly string[], readonly Noted[], Noted, number, LoopRefusal> = {
  category: 'notes',
  initial: () => [],
  evolve: (texts, { text }) => [...texts, text],
  decide: (events, texts) => ({ events, reply: texts.length }),
  replyTo: () => 0,
  codec: {
    encode: ({ type, ...fields }) => ({
      type: `${type}.v${fields.author === undefined ? 1 : 2}`,
      data: JSON.stringify(fields),
    }),
    decode: ({ type, data }) => ({ type: type.split('.')[0] as Noted['type'], ...JSON.parse(data) }) as Noted,
  },
};
const LEVELS: Readonly<Record<string, number>> = { 'Noted.v1': 1, 'Noted.v2': 2, 'Shouted.v1': 3 };

function given() {
  const log = { level: 1 };
  const store = new MemoryEventStore();
  const loop = new CommandLoop(notes, {
    ...{ store, clock: new VirtualClock(), chance: new SeededChance(1), refuse: (refusal) => refusal },
    format: { level: () => log.level, levelOfForm: (form) => LEVELS[form] as number },
  });
  const note = (...command: readonly Noted[]) =>
    loop.execute('a', { actor: { name: 'ann', through: 'http' }, command });
  const forms = async (): Promise<string[]> => {
    const all: string[] = [];
    for await (const page of store.readAll(undefined)) all.push(...page.map(({ type }) => type));
    return all;
  };
  return { log, loop, note, forms };
}

const plain: Noted = { type: 'Noted', text: 'one' };
const signed: Noted = { type: 'Noted', text: 'two', author: 'ann' };
const shouted: Noted = { type: 'Shouted', text: 'THREE' };

it('writes what the log’s level has, and refuses the rest with what would be needed', async () => {
  const { log, note, forms, loop } = given();
  const outcomes = await Promise.all([note(plain), note(signed), note(plain, shouted), note(plain)]);
  expect(outcomes).toMatchObject([
    { reply: 0 },
    { rejected: { code: 'UpgradeUnfinished', form: 'Noted.v2', level: 1, needed: 2 } },
    { rejected: { code: 'UpgradeUnfinished', form: 'Shouted.v1', level: 1, needed: 3 } },
    { reply: 1 },
  ]);
  expect(await forms()).toEqual(['Noted.v1', 'Noted.v1']);
  expect(await loop.peek('a')).toEqual(['one', 'one']);
  log.level = 2;
  expect([await note(signed), await note(shouted)]).toMatchObject([
    { reply: 2 },
    { rejected: { form: 'Shouted.v1', level: 2, needed: 3 } },
  ]);
  log.level = 3;
  expect(await note(shouted)).toMatchObject({ reply: 3 });
  expect(await forms()).toEqual(['Noted.v1', 'Noted.v1', 'Noted.v2', 'Shouted.v1']);
});
