// Cases are data: a name and what is done on a ground of its own. Where they cannot run they are skipped by name, with
// the reason.
import type { EventStore } from '../../port/event-store';
import type { RemembersReplies } from '../../port/reply-store';
import type { Ground, Means, Skipped } from './harness';
import { killWriters } from './writer-process';

export type Cases<FilePlace extends Ground> = Readonly<Record<string, (place: FilePlace) => Promise<void>>>;

/** Killing and damaging stores takes processes and files; on a busy machine they may take this long. */
const CASE_MS_MAX = 180_000;

export function describeCases<FilePlace extends Ground>(
  name: string,
  means: Means<FilePlace> | Skipped,
  cases: Cases<FilePlace>,
): void {
  describeUnless('skipped' in means ? means.skipped : undefined, name, () => {
    for (const [title, run] of Object.entries(cases)) {
      it(
        title,
        async () => {
          if ('skipped' in means) return;
          const place = await means.enter();
          try {
            await run(place);
          } finally {
            await killWriters();
            await place.leave();
          }
        },
        CASE_MS_MAX,
      );
    }
  });
}

/** A case that is handed the store on its ground, open. */
export function opened<FilePlace extends Ground>(
  run: (store: EventStore & RemembersReplies, place: FilePlace) => Promise<void>,
): (place: FilePlace) => Promise<void> {
  return async (place) => {
    const store = await place.open();
    await run(store, place).finally(() => store.close());
  };
}

export function describeUnless(reason: string | undefined, name: string, cases: () => void): void {
  const run = reason === undefined ? describe : describe.skip;
  run(reason === undefined ? name : `${name} [skipped: ${reason}]`, cases);
}
