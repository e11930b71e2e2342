// The command loops of the aggregates.
import { CommandLoop, type CommandLoopOptions } from '@holdfast/event-store';
import {
  type LedgerRecordCommand,
  type LedgerRecordEvent,
  type LedgerRecordReply,
  type LedgerRecordState,
  ledgerRecord,
  type Rejection,
  type SubnetCommand,
  type SubnetEvent,
  type SubnetReply,
  type SubnetFold,
  type VipNameCommand,
  type VipNameEvent,
  type VipNameReply,
  type VipNameState,
  subnet,
  vipName,
} from '@holdfast/ipam';

export class SubnetLoop extends CommandLoop<SubnetFold, SubnetCommand, SubnetEvent, SubnetReply, Rejection> {
  constructor(options: CommandLoopOptions<Rejection>) {
    super(subnet, options);
  }
}

export class VipNameLoop extends CommandLoop<
  VipNameState,
  VipNameCommand,
  VipNameEvent,
  VipNameReply,
  Rejection
> {
  constructor(options: CommandLoopOptions<Rejection>) {
    super(vipName, options);
  }
}

export class LedgerRecordLoop extends CommandLoop<
  LedgerRecordState,
  LedgerRecordCommand,
  LedgerRecordEvent,
  LedgerRecordReply,
  Rejection
> {
  constructor(options: CommandLoopOptions<Rejection>) {
    super(ledgerRecord, options);
  }
}
