// What is told of a command that left no event is durable before it is told, and nothing else waits for that.
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { CommandLoop } from './command-loop';
import type { Decider } from './decider';
import { StoreFault } from '../port/event-store';
import { type Reply, type ReplyStore } from '../port/reply-store';
import { MemoryEventStore } from '../memory-event-store';
import { MemoryReplies } from '../replies/memory-replies';
import type { LoopRefusal } from './loop-options';

type Added = { readonly type: 'Added' };

/** Takes +, as often as one likes, and refuses everything else; what is refused says at which count. */
const counter: Decider<number, string, Added, { readonly of: bigint }, string> = {
  category: 'count',
  initial: () => 0,
  evolve: (count) => count + 1,
  decide: (command, count) => {
    if (command === '+') return { events: [{ type: 'Added' }], reply: { of: 0n } };
    return command === '=' ? { events: [], reply: { of: BigInt(count) } } : { rejected: `at ${count}` };
  },
  replyTo: () => ({ of: 0n }),
  codec: { encode: () => ({ type: 'Added.v1', data: '{}' }), decode: () => ({ type: 'Added' }) },
};

const clock = new VirtualClock();
const actor = { name: 'ann', through: 'http' } as const;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A store whose replies wait until they are let through, or fail instead. */
function gated() {
  const replies = new MemoryReplies();
  const gates: PromiseWithResolvers<void>[] = [];
  const gatedReplies: ReplyStore = {
    catchUp: () => replies.catchUp(),
    mayHave: (id) => replies.mayHave(id),
    recall: (stream, id) => replies.recall(stream, id),
    forgottenUntilMs: (caller) => replies.forgottenUntilMs(caller),
    remember: async (all, sinceMs) => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return replies.remember(all, sinceMs);
    },
  };
  const store = Object.assign(new MemoryEventStore(), { replies: gatedReplies });
  return { store: store as MemoryEventStore, gates };
}

function loopOn(store: MemoryEventStore, hasOtherWriters = false) {
  const refuse = ({ code }: LoopRefusal): string => code;
  return new CommandLoop(counter, { store, clock, chance: new SeededChance(1), refuse, hasOtherWriters });
}

const withId = (command: string, commandId: string) => ({
  ...{ actor, command, commandId },
  issuedAtMs: clock.now(),
});

it('tells a refusal only when it is remembered, and meanwhile everybody else', async () => {
  const { store, gates } = gated();
  const loop = loopOn(store);
  const heard: unknown[] = [];
  const all = [withId('?', 'a'), { actor, command: '?' }, withId('+', 'b'), withId('=', 'c')].map(
    (envelope) => loop.execute('x', envelope).then((outcome) => heard.push(outcome)),
  );
  await settled();
  expect(heard).toMatchObject([{ rejected: 'at 0' }, { commandId: 'b', position: '1' }]);
  expect(await loop.execute('x', { actor, command: '?' })).toMatchObject({ rejected: 'at 1' });
  expect(await loop.execute('x', withId('+', 'd'))).toMatchObject({ position: '2' });
  gates.forEach((gate) => gate.resolve());
  await Promise.all(all);
  expect(heard.slice(2)).toMatchObject([
    { commandId: 'a', rejected: 'at 0' },
    { commandId: 'c', reply: { of: 1n }, position: '1' },
  ]);
});

it('gives a command that comes again meanwhile the same answer', async () => {
  const { store, gates } = gated();
  const loop = loopOn(store);
  const twice = [loop.execute('x', withId('?', 'a'))];
  await settled();
  await loop.execute('x', { actor, command: '+' });
  twice.push(loop.execute('x', withId('?', 'a')));
  gates.forEach((gate) => gate.resolve());
  expect(await Promise.all(twice)).toMatchObject([{ rejected: 'at 0' }, { rejected: 'at 0' }]);
  expect(gates).toHaveLength(1);
});

it('tells nothing that could not be remembered, and decides the command anew when it comes again', async () => {
  const { store, gates } = gated();
  const loop = loopOn(store);
  const refused = loop.execute('x', withId('?', 'a'));
  await settled();
  gates.shift()?.reject(new StoreFault('store-full', 'full', true));
  await expect(refused).rejects.toMatchObject({ code: 'store-full' });
  await loop.execute('x', { actor, command: '+' });
  const again = loop.execute('x', withId('?', 'a'));
  await settled();
  gates.shift()?.resolve();
  expect(await again).toMatchObject({ rejected: 'at 1' });
});

it('tells an IPv6 address, a bigint, after a restart as it did first', async () => {
  const store = new MemoryEventStore();
  const first = await loopOn(store).execute('x', withId('=', 'a'));
  expect(first).toMatchObject({ reply: { of: 0n } });
  expect(await loopOn(store).execute('x', withId('=', 'a'))).toEqual(first);
});

it('tells a command that another version of the program answered that it is over', async () => {
  const store = new MemoryEventStore();
  await loopOn(store).execute('x', withId('?', 'a'));
  const known = (await store.replies.recall('count-x', 'a')) as Reply;
  const other = new MemoryEventStore();
  await other.replies.remember([{ ...known, outcome: '{"form":2,"told":[]}' }], 0);
  expect(await loopOn(other).execute('x', withId('?', 'a'))).toMatchObject({ rejected: 'CommandExpired' });
});

it('gives one answer under one id at two processes, whichever was asked first', async () => {
  const store = new MemoryEventStore();
  const planes = [loopOn(store, true), loopOn(store, true)] as const;
  for (const plane of planes) await plane.peek('x');
  const first = await planes[0].execute('x', withId('?', 'a'));
  await planes[1].execute('x', { actor, command: '+' });
  expect(await planes[1].execute('x', withId('?', 'a'))).toEqual(first);
  for (let round = 0; round < 20; round += 1) {
    const envelope = withId('?', `round-${round}`);
    const [one, other] = await Promise.all([
      ...planes.map((plane) => plane.execute('x', envelope)),
      planes[1].execute('x', { actor, command: '+' }),
    ]);
    expect(one).toEqual(other);
  }
});

it('refuses to decide what a caller with too many refusals may have been told', async () => {
  const store = Object.assign(new MemoryEventStore(), {
    replies: new MemoryReplies(undefined, { callerUnitsMax: 5_000, unitsMax: 50_000, chunkUnits: 1_000 }),
  });
  const loop = loopOn(store);
  const early = withId('?', 'early');
  await loop.execute('x', early);
  for (let at = 0; at < 50; at += 1) {
    await clock.advance(1_000);
    await loop.execute('x', withId('?', `c${at}`));
  }
  expect(await loop.execute('x', { ...early, command: '+' })).toMatchObject({ rejected: 'CommandExpired' });
  expect(await loop.execute('x', withId('?', 'c49'))).toMatchObject({ rejected: 'at 0' });
  // Nobody else is any the worse for it.
  const ben = { ...early, commandId: 'of-ben', actor: { name: 'ben', through: 'http' }, command: '+' };
  expect(await loop.execute('x', ben)).toMatchObject({ reply: { of: 0n } });
});
