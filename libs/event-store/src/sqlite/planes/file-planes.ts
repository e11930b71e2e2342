// The planes on an SQLite ledger: a folder `FILE-planes` beside the file, with a small file for each. Who waits for the store's
// lock cannot write to the store, and is to be known too. Nothing here is missed by anybody who deletes it.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreFault } from '../../port/event-store';
import { type PlaneAnnouncement, type PlaneBoard, readAnnouncement } from '../../planes/plane-board';

/** What a killed process left, after which whoever announces takes it away. */
const FORGOTTEN_MS = 24 * 3_600_000;
const SUFFIX = '.json';
/** As an incarnation is; anything else would be another path. */
const NAME = /^[0-9a-z-]{1,64}$/i;

export class FilePlanes implements PlaneBoard {
  private readonly folder: string;

  /** @param file the ledger's real one */
  constructor(file: string) {
    this.folder = `${file}-planes`;
  }

  async announce(announcement: PlaneAnnouncement): Promise<void> {
    const file = this.fileOf(announcement.incarnation);
    await attempt(async () => {
      await mkdir(this.folder, { mode: 0o700 }).catch(ignore('EEXIST'));
      // Whoever reads meanwhile finds the one or the other, whole.
      await writeFile(`${file}.new`, JSON.stringify(announcement), { mode: 0o600 });
      await rename(`${file}.new`, file);
    });
    if (announcement.beat === 1) await this.forget(announcement.atMs).catch(() => undefined);
  }

  async read(): Promise<readonly PlaneAnnouncement[]> {
    return attempt(async () => {
      const names = await readdir(this.folder).catch(ignore('ENOENT'));
      const texts = (names ?? [])
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => readFile(join(this.folder, name), 'utf8').catch(ignore('ENOENT')));
      return (await Promise.all(texts)).flatMap((text) => readAnnouncement(text ?? '') ?? []);
    });
  }

  async withdraw(incarnation: string): Promise<void> {
    await attempt(() => rm(this.fileOf(incarnation), { force: true }));
  }

  private async forget(nowMs: number): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      if ((await stat(path)).mtimeMs < nowMs - FORGOTTEN_MS) await rm(path, { force: true });
    }
  }

  private fileOf(incarnation: string): string {
    if (!NAME.test(incarnation)) throw new TypeError(`not an incarnation: ${JSON.stringify(incarnation)}`);
    return join(this.folder, incarnation + SUFFIX);
  }
}

const ignore =
  (code: string) =>
  (error: NodeJS.ErrnoException): undefined => {
    if (error.code !== code) throw error;
  };

async function attempt<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StoreFault(code === 'ENOSPC' ? 'store-full' : 'store-unavailable', message, true, undefined, {
      cause: error,
    });
  }
}
