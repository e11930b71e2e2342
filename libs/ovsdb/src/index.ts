// A client of the Open vSwitch Database protocol (RFC 7047, with the extensions of ovsdb-server(7)). It knows
// nothing of any schema; types for one are written by `@holdfast/ovsdb/generate`.

// Connecting
export { OvsdbClient, type ClientState } from './client';
export type { OvsdbClientOptions } from './client-options';
export type { TlsFiles } from './dial';
export { parseRemotes, type Remote } from './remote';
export { OvsdbFault, type OvsdbFaultCode } from './fault';

// Writing
export {
  abort,
  assert,
  comment,
  commit,
  operationsOf,
  type Condition,
  type Input,
  type Mutation,
  type Operation,
  type Operations,
  type RowInput,
} from './operations';
export type { Aborted, ResultOf, TransactResult } from './transact';

// Reading
export type { ChangeBatch, Replica, ReplicaState, RowChange, Selected, Selection } from './replica';

// Locks
export type { LockState, OvsdbLock } from './lock';

// Schemas and values
export { parseSchema, type AnyTables, type ColumnSchema, type DatabaseSchema, type Row } from './schema';
export { fetchSchema, type FetchSchemaOptions } from './fetch-schema';
export { named, parseUuid, type NamedUuid, type Uuid } from './uuid';
