// What travels on Nest's CommandBus and QueryBus: one command class an aggregate, one query class a view.
import type { Clock } from '@holdfast/clock';
import type { CommandEnvelope, EventStore } from '@holdfast/event-store';
import type {
  DefineRule,
  GrantParent,
  ReleaseVip,
  ReserveVip,
  ReviseVip,
  SubnetCommand,
  WithdrawParent,
} from '@holdfast/ipam';
import { Command, Query } from '@nestjs/cqrs';
import type { LedgerReader } from '@holdfast/ledger';
import type { SubnetOutcome } from '@holdfast/ledger';

/** A Subnet's command as a caller can give it: the claim to a Vip's name and where a Vip is are ours to know. */
export type SubnetOrder =
  | Exclude<SubnetCommand, VipCommand | { type: 'YieldVipName' }>
  | Omit<ReserveVip, 'claim'>
  | Omit<ReviseVip, 'subnet'>
  | Omit<ReleaseVip, 'subnet'>
  | VipUseOrder;

type VipCommand = ReserveVip | ReviseVip | ReleaseVip | GrantParent | WithdrawParent | DefineRule;

/** How a Vip is used; who knows where the Vip is may say so. */
export type VipUseOrder =
  | WhereverVipIs<GrantParent>
  | WhereverVipIs<WithdrawParent>
  | WhereverVipIs<DefineRule>;

type WhereverVipIs<Of extends { readonly subnet: string }> = Omit<Of, 'subnet'> & Partial<Pick<Of, 'subnet'>>;

export class ExecuteSubnetCommand extends Command<SubnetOutcome> {
  constructor(readonly envelope: CommandEnvelope<SubnetOrder>) {
    super();
  }
}

/** What a question may look at. */
export class Ledger {
  constructor(
    readonly reader: LedgerReader,
    readonly store: EventStore,
    readonly clock: Clock,
  ) {}
}

/** Asks the view (and through it the log) once it has reached a position. */
export class AskLedger<Answer> extends Query<Asked<Answer>> {
  constructor(
    readonly question: (ledger: Ledger) => Answer | Promise<Answer>,
    readonly atLeastPosition?: string,
  ) {
    super();
  }
}

export type Asked<Answer> =
  | { readonly answer: Answer; readonly position: string | undefined }
  /** The view did not get there in time. */
  | { readonly answer?: undefined; readonly behind: string | undefined };
