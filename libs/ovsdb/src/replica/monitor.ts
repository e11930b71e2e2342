// The three ways to ask a server for its rows and their changes, newest first, as one:
//
//   monitor_cond_since  update3   from the last transaction known (Open vSwitch 2.12, ovsdb-server(7) 4.1.15)
//   monitor_cond        update2   differences                     (Open vSwitch 2.6, ovsdb-server(7) 4.1.12)
//   monitor             update    old and new rows                (RFC 7047 section 4.1.5)
//
// It asks and unwraps; what the changes do to a replica is replica.ts's affair.
import { type JsonRpcConnection, requestRefused, type RpcReply } from '../connection/connection';
import { OvsdbFault } from '../schema/fault';
import type { WireRow } from '../schema/notation';

export type MonitorMethod = 'monitor_cond_since' | 'monitor_cond' | 'monitor';

export const MONITOR_METHODS: readonly MonitorMethod[] = ['monitor_cond_since', 'monitor_cond', 'monitor'];

/** `<row-update>` and `<row-update2>` in one: whichever member is there decides. */
export interface WireChange {
  /** The whole row; absent columns have their initial value. */
  readonly initial?: WireRow;
  readonly insert?: WireRow;
  readonly new?: WireRow;
  /** Differences. */
  readonly modify?: WireRow;
  readonly delete?: null;
  readonly old?: WireRow;
}

/** `<table-updates>`, of either kind: table, row's UUID, change. */
export interface WireChanges {
  readonly [table: string]: { readonly [uuid: string]: WireChange };
}

export interface MonitorUpdate {
  /** `all`: the tables' whole contents; `since`: what changed since the last transaction known. */
  readonly extent: 'all' | 'since';
  readonly changes: WireChanges;
  readonly lastTransaction: string | undefined;
}

export interface MonitorRequest {
  readonly database: string;
  readonly id: string;
  readonly tables: {
    readonly [table: string]: { readonly columns: readonly string[]; readonly where?: unknown };
  };
  readonly lastTransaction: string | undefined;
}

/** What stands for "no transaction is known". */
const NO_TRANSACTION = '00000000-0000-0000-0000-000000000000';

/**
 * Starts a monitor by the first of `methods` that the server knows. `begin` gets the contents before any later
 * message is looked at, so that no update can come first.
 * @throws OvsdbFault `request-refused`, or why the connection died.
 */
export function startMonitor(
  connection: JsonRpcConnection,
  methods: readonly MonitorMethod[],
  request: MonitorRequest,
  begin: (update: MonitorUpdate) => void,
): Promise<void> {
  const [method, ...older] = methods as [MonitorMethod, ...MonitorMethod[]];
  return new Promise((resolve, reject) => {
    const onReply = (reply: RpcReply): void => {
      if (reply.kind === 'lost') return reject(reply.fault);
      if (reply.kind === 'result') return resolve(attempt(() => begin(readContents(method, reply.result))));
      if (older.length > 0 && reply.error.error === 'unknown method')
        return resolve(startMonitor(connection, older, request, begin));
      reject(requestRefused(method, reply.error));
    };
    connection.call(method, monitorParams(method, request), onReply);
  });
}

/** A fault on beginning is the monitor's, not the connection's that happens to call. */
async function attempt(run: () => void): Promise<void> {
  run();
}

function monitorParams(method: MonitorMethod, request: MonitorRequest): readonly unknown[] {
  const { database, id, tables, lastTransaction = NO_TRANSACTION } = request;
  const perTable = Object.entries(tables).map(([table, { columns, where }]) => {
    if (method !== 'monitor') return [table, [{ columns, ...(where ? { where } : {}) }]];
    if (where) throw new OvsdbFault('request-refused', `the server is too old to monitor part of ${table}`);
    return [table, { columns }];
  });
  const params = [database, id, Object.fromEntries(perTable)];
  return method === 'monitor_cond_since' ? [...params, lastTransaction] : params;
}

function readContents(method: MonitorMethod, result: unknown): MonitorUpdate {
  if (method !== 'monitor_cond_since')
    return { extent: 'all', changes: result as WireChanges, lastTransaction: undefined };
  const [found, lastTransaction, changes] = result as [boolean, string, WireChanges];
  return { extent: found ? 'since' : 'all', changes, lastTransaction };
}

/** Unwraps `update`, `update2` and `update3`; `undefined` for other notifications. */
export function readUpdate(method: string, params: readonly unknown[]): MonitorUpdate | undefined {
  if (method === 'update3') {
    const [, lastTransaction, changes] = params as [string, string, WireChanges];
    return { extent: 'since', changes, lastTransaction };
  }
  if (method === 'update2' || method === 'update')
    return { extent: 'since', changes: params[1] as WireChanges, lastTransaction: undefined };
  return undefined;
}
