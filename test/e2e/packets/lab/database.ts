// An ovsdb-server of a lab, on a unix socket, which is the same file whatever network it is looked at from. It ends with
// its enclosure; `@holdfast/ovsdb/testing` has the one for tests that have none.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon } from './daemon';
import type { Enclosure } from './enclosure';

export class Database {
  private constructor(
    /** `unix:PATH`. */
    readonly remote: string,
    private readonly server: Daemon,
  ) {}

  /** A new standalone database. @param folder of its own, made if it is not there */
  static async start(enclosure: Enclosure, folder: string, schema: string): Promise<Database> {
    await mkdir(folder, { recursive: true });
    const at = (name: string): string => join(folder, name);
    await enclosure.run(['ovsdb-tool', 'create', at('db.db'), schema]);
    const server = await Daemon.start(enclosure, {
      program: 'ovsdb-server',
      args: [`--unixctl=${at('db.ctl')}`, `--remote=punix:${at('db.sock')}`, at('db.db')],
      folder,
    });
    return new Database(`unix:${at('db.sock')}`, server);
  }

  /** As after a crash: what was committed stays, every client has to come back. */
  async restart(): Promise<void> {
    await this.server.kill();
    await this.server.start();
  }
}
