// Whether a server should be used: what its `_Server` database says of it (ovsdb-server(5)).
import type { DatabaseSchema } from '../schema/schema';
import type { Uuid } from '../schema/uuid';

/** The columns that matter here, by the names of ovsdb-server(5). */
export interface ServedDatabase {
  readonly _uuid: Uuid<'Database'>;
  readonly name: string;
  readonly model: 'clustered' | 'relay' | 'standalone';
  readonly connected: boolean;
  readonly leader: boolean;
  readonly cid: Uuid | undefined;
  readonly sid: Uuid | undefined;
  readonly index: number | undefined;
}

export interface ServerTables {
  readonly Database: ServedDatabase;
}

export const SERVER_DATABASE: DatabaseSchema<ServerTables> = {
  name: '_Server',
  tables: {
    Database: {
      columns: {
        name: { type: 'string' },
        model: { type: 'string' },
        connected: { type: 'boolean' },
        leader: { type: 'boolean' },
        cid: { type: { key: 'uuid', min: 0 } },
        sid: { type: { key: 'uuid', min: 0 } },
        index: { type: { key: 'integer', min: 0 } },
      },
    },
  },
};

/** How far into which cluster's log a client has seen, so that another server cannot take it back in time. */
export class Watermark {
  private cid: Uuid | undefined;
  private index = 0;

  isBehind({ cid, index = 0 }: ServedDatabase): boolean {
    return cid !== undefined && cid === this.cid && index < this.index;
  }

  raise({ cid, index = 0 }: ServedDatabase): void {
    this.cid = cid; // A new cluster, as after restoring a backup, starts a log of its own.
    this.index = index;
  }
}

/** Why a server should not be used for a database; `undefined` if it may. */
export function unfitness(
  row: ServedDatabase | undefined,
  leaderOnly: boolean,
  watermark: Watermark,
): string | undefined {
  if (!row) return 'it does not serve the database';
  if (row.model === 'standalone') return undefined;
  if (!row.connected)
    return row.model === 'relay' ? 'it is cut off from its source' : 'it is cut off from its cluster';
  if (leaderOnly && !row.leader) return row.model === 'relay' ? 'it is a relay' : 'it is not the leader';
  if (watermark.isBehind(row)) return 'it is behind what was already seen';
  return undefined;
}
