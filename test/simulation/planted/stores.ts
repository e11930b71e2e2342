// Bugs in how events are kept and read back: each stands between the product and its store, and breaks what the port
// promises, or what the product makes of it.
import {
  type AppendResult,
  type EventStore,
  MemoryReplies,
  type NewEvent,
  type RecordedEvent,
  type RemembersReplies,
  StoreFault,
  hashOf,
  idFromHash,
} from '@holdfast/event-store';
import type { Planted, Surroundings } from '../world/surroundings';
import { type PlantedBug, bug } from './planted-bug';

type Store = EventStore & RemembersReplies;
type Pages = AsyncIterable<readonly RecordedEvent[]>;

/** Like `store`, but for what is changed. */
function like(store: Store, changes: Partial<Store>): Store {
  return {
    replies: store.replies,
    append: (...args) => store.append(...args),
    readStream: (...args) => store.readStream(...args),
    readAll: (...args) => store.readAll(...args),
    onAppend: (hint) => store.onAppend(hint),
    close: () => store.close(),
    ...changes,
  };
}

type Append = EventStore['append'];

const appending = (append: (inner: Append, world: Surroundings) => Append): Planted => ({
  store: (store, world) => like(store, { append: append((...args) => store.append(...args), world) }),
});

/** Turns the pages that a follower of the log is given. */
const following = (alter: (pages: Pages, incarnation: number) => Pages): Planted => ({
  readStore: (store, _, incarnation) =>
    like(store, { readAll: (...args) => alter(store.readAll(...args), incarnation) }),
});

/** Commands are not recognised any more, once they have to be read back. */
const forgetful = (store: Store): Store =>
  like(store, {
    readStream: (stream, from) =>
      from > 0 ? store.readStream(stream, from) : withoutDigests(store.readStream(stream, from)),
  });

/** All but the last, whose hash the chain goes on from. */
async function* withoutDigests(pages: Pages): Pages {
  let last: RecordedEvent | undefined;
  for await (const page of pages) {
    for (const event of page) {
      if (last) yield [{ ...last, metadata: last.metadata.replace(/"commandDigest":"[^"]*",/, '') }];
      last = event;
    }
  }
  if (last) yield [last];
}

/** Positions as they would be, for an append that nobody made. */
const pretended = (world: Surroundings, events: readonly NewEvent[]): AppendResult => ({
  outcome: 'appended',
  positions: events.map((_, at) => String(world.history.length + 1 + at)),
});

async function* dropping(pages: Pages, isDropped: (event: RecordedEvent, at: number) => boolean): Pages {
  let at = 0;
  for await (const page of pages) {
    const kept = page.filter((event) => !isDropped(event, at++));
    if (kept.length > 0) yield kept;
  }
}

async function* doubled(pages: Pages): Pages {
  for await (const page of pages) {
    yield page;
    if (page.length > 3) yield page;
  }
}

async function* reordered(pages: Pages): Pages {
  for await (const page of pages) yield page.length > 1 ? [...page].reverse() : page;
}

/** The same event once more, in its own wake. */
function chainedTo({ type, data, metadata }: NewEvent, stream: string, version: number): NewEvent {
  const previous = hashOf(stream, version, { type, data, metadata });
  const stored = { type, data, metadata: metadata.replace(/"previous":"[^"]*"/, `"previous":"${previous}"`) };
  return { id: idFromHash(hashOf(stream, version + 1, stored)), ...stored };
}

export const STORE_BUGS: readonly PlantedBug[] = [
  bug(
    'acknowledged-before-durable',
    'NATS JetStream before 2.10.23',
    'first-reply',
    appending((append, world) => async (stream, expected, events) => {
      world.scheduler.after(20, () => void append(stream, expected, events).catch(() => undefined));
      return pretended(world, events);
    }),
  ),
  bug(
    'unknown-taken-for-done',
    'the classics',
    'durable-answer',
    appending((append, world) => async (...args) => {
      try {
        return await append(...args);
      } catch (fault) {
        if (fault instanceof StoreFault && fault.code === 'append-outcome-unknown')
          return pretended(world, args[2]);
        throw fault;
      }
    }),
  ),
  bug(
    'expected-version-ignored',
    'netbox #2519',
    'log-chain',
    appending((append) => async (stream, expected, events) => {
      const result = await append(stream, expected, events);
      return result.outcome === 'conflict' ? append(stream, result.actual, events) : result;
    }),
  ),
  bug(
    'sent-again-under-new-ids',
    'at-least-once OVSDB writes',
    'log-chain',
    appending((append) => async (stream, expected, events) => {
      try {
        return await append(stream, expected, events);
      } catch {
        const renamed = events.map((event) => ({
          ...event,
          id: idFromHash(event.id.replaceAll('-', '').padEnd(64, '7')),
        }));
        const again = await append(stream, expected, renamed);
        return again.outcome === 'conflict' ? append(stream, again.actual, renamed) : again;
      }
    }),
  ),
  bug(
    'chain-not-kept',
    'QLDB',
    'log-chain',
    appending((append) => (stream, expected, events) => {
      const unchained = events.map((event) => ({
        ...event,
        metadata: event.metadata.replace(/"previous":"[^"]{8}/, '"previous":"00000000'),
      }));
      return append(stream, expected, unchained);
    }),
  ),
  bug(
    'appended-again-and-chained-anew',
    'the classics',
    'once-only',
    appending((append) => async (stream, expected, events) => {
      const result = await append(stream, expected, events);
      const [only] = events;
      if (result.outcome === 'appended' && only && events.length === 1 && stream.startsWith('subnet-'))
        void append(stream, expected + 1, [chainedTo(only, stream, expected + 1)]).catch(() => undefined);
      return result;
    }),
  ),
  // As it was until ADR 26: what left no event was remembered for as long as the process lived.
  bug('refusals-forgotten', 'the classics', 'first-reply', {
    store: (store) => like(store, { replies: new MemoryReplies() }),
  }),
  bug('refusals-told-before-they-are-remembered', 'the classics', 'first-reply', {
    store: (store) => {
      const { replies } = store;
      return like(store, {
        replies: {
          catchUp: () => replies.catchUp(),
          mayHave: (id) => replies.mayHave(id),
          recall: (stream, id) => replies.recall(stream, id),
          forgottenUntilMs: (caller) => replies.forgottenUntilMs(caller),
          remember: (all, sinceMs) => {
            void replies.remember(all, sinceMs).catch(() => undefined);
            return Promise.resolve(all);
          },
        },
      });
    },
  }),
  bug('ids-forgotten-on-restart', 'NATS deduplication window', 'first-reply', { store: forgetful }),
  bug('loaded-without-its-end', 'D24', 'true-answer', {
    store: (store) =>
      like(store, {
        readStream: async function* (stream, from) {
          let last: RecordedEvent | undefined;
          for await (const page of store.readStream(stream, from)) {
            const kept: readonly RecordedEvent[] = last ? [last, ...page] : page;
            last = from > 0 || kept.length < 3 ? undefined : kept[kept.length - 1];
            yield last ? kept.slice(0, -1) : kept;
          }
        },
      }),
  }),
  bug(
    'event-skipped-on-reconnect',
    'the classics',
    'view-fold',
    following((pages, incarnation) => dropping(pages, (_, at) => incarnation > 1 && at === 3)),
  ),
  bug(
    'page-told-twice',
    'the classics',
    'view-fold',
    following((pages) => doubled(pages)),
  ),
  bug(
    'page-told-backwards',
    'the classics',
    'view-fold',
    following((pages) => reordered(pages)),
  ),
  bug(
    'one-kind-of-event-not-followed',
    'D10',
    'view-fold',
    following((pages) => dropping(pages, ({ type }) => type.startsWith('AddressReleased'))),
  ),
  bug('follower-falls-asleep', 'calico #8643', 'view-fold', {
    readStore: (store, world) =>
      like(store, {
        readAll: (after, options) =>
          Number(after ?? 0) > 40 && world.history.length > 41 ? nothing() : store.readAll(after, options),
      }),
  }),
  bug('counts-kept-beside', 'D30', 'counts', {
    view: (view) => {
      const apply = view.apply.bind(view);
      view.apply = (fact) => {
        apply(fact);
        if (fact.event.type !== 'AddressReleased') return;
        const state = view.subnet(fact.subnet) as unknown as { readonly held: { 4: number } } | undefined;
        if (state) state.held[4] += 1;
      };
    },
  }),
  bug('view-keeps-what-is-gone', 'kube-ovn #1840', 'view-fold', {
    view: (view) => {
      const apply = view.apply.bind(view);
      view.apply = (fact) => {
        if (fact.event.type !== 'VipReleased') return apply(fact);
        view.position = fact.position;
      };
    },
  }),
];

async function* nothing(): Pages {}
