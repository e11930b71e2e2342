// Backup and restore of a ledger in an SQLite file, for a process that does not have it open.
export { type Backup, type BackupOptions, backUpSqlite } from './sqlite/copy/backup';
export type { CopyContent } from './sqlite/copy/check-copy';
export type { CopyOutcome, CopyRefusal } from './sqlite/copy/copy-refusal';
export { type Restored, type RestoreOptions, restoreSqlite } from './sqlite/copy/restore';
