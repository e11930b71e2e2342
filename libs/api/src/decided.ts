// What became of a command, as its caller is to be told of it (./present/command-reply).
import type { LedgerRecordReply, SubnetReply } from '@holdfast/ipam';

/** What was decided, in which subnet, by which command, and where the log stands since. */
export interface Decided {
  readonly subnet: string;
  readonly reply: SubnetReply & LedgerRecordReply;
  readonly commandId: string;
  readonly position: string | undefined;
}
