// A client of the Open vSwitch Database protocol (RFC 7047, with the extensions of ovsdb-server(7)). It knows
// nothing of any schema; types for one are written by `@holdfast/ovsdb/generate`.

// Connecting
export { OvsdbClient, type ClientState } from './client/client';
export type { OvsdbClientOptions } from './connection/client-options';
export type { TlsFiles } from './connection/dial';
export { parseRemotes, type Remote } from './connection/remote';
export { OvsdbFault, type OvsdbFaultCode } from './schema/fault';

// Writing
export {
  abort,
  assert,
  comment,
  commit,
  operationsOf,
  type OvsdbCondition,
  type Input,
  type Mutation,
  type OvsdbOperation,
  type OperationBuilder,
  type RowInput,
} from './transact/operations';
export type { Aborted, ResultOf, TransactResult } from './transact/transact';

// Reading
export type {
  ChangeBatch,
  OvsdbReplica,
  ReplicaState,
  RowChange,
  Selected,
  Selection,
} from './replica/replica';

// Locks
export type { LockState, OvsdbLock } from './transact/lock';

// Schemas and values
export {
  parseSchema,
  type AnyTables,
  type ColumnSchema,
  type DatabaseSchema,
  type OvsdbRow,
} from './schema/schema';
export { fetchSchema, type FetchSchemaOptions } from './generate/fetch-schema';
export { named, parseUuid, type NamedUuid, type Uuid } from './schema/uuid';
