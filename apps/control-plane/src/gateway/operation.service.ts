// One call of the contract, whichever transport it came over: from what it means to an answer. Commands go to the CommandBus,
// queries to the QueryBus. Whatever goes wrong inside becomes a fault of the contract; what it was stays in our log.
import {
  type Answer,
  type Asked,
  type CommandOperation,
  type FinishUpgradeOrder,
  type Operation,
  type Operations,
  type ReplyOf,
  fault,
  isCommand,
} from '@holdfast/api';
import { LoopFault, StoreFault, type StoreFaultCode } from '@holdfast/event-store';
import type { LedgerCommand } from '@holdfast/ledger';
import { Injectable, Logger } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ReportStatus } from '../health/status-report';
import { FinishUpgrade } from '../ledger/finish-upgrade';
import { ExecuteCommand } from '../ledger/execute-command';
import type { Caller } from './caller';
import { AnswerQuery } from './queries/answer-query';
import type { QueryName } from './queries/query-answers';

type AnyAnswer = Answer<ReplyOf<Operations[keyof Operations]>>;

/** No other process would fare better, and no other try. */
const UNHEALED: ReadonlySet<StoreFaultCode> = new Set(['store-corrupt', 'store-denied', 'append-too-large']);

@Injectable()
export class OperationService {
  private readonly log = new Logger('gateway');

  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** @param meaning what `operation.parse` gave. Never rejects. */
  async call(operation: Operation, meaning: unknown, caller: Caller): Promise<AnyAnswer> {
    try {
      if (isCommand(operation)) return await this.execute(operation, meaning as Asked<LedgerCommand>, caller);
      if (operation.name === 'GetStatus') return { reply: await this.queries.execute(new ReportStatus()) };
      return await this.queries.execute(new AnswerQuery(operation.name as QueryName, meaning as never));
    } catch (error) {
      return this.asFault(error, operation);
    }
  }

  private async execute(
    operation: CommandOperation,
    asked: Asked<LedgerCommand | FinishUpgradeOrder>,
    caller: Caller,
  ): Promise<AnyAnswer> {
    const { command, commandId, issuedAtMs, actor: name = caller.name } = asked;
    const envelope = { commandId, issuedAtMs, actor: { name, through: caller.through } };
    if (command.type === 'FinishUpgrade') {
      const finished = await this.commands.execute(new FinishUpgrade(envelope));
      return finished.rejected ? finished : { reply: operation.present({ ...finished, subnet: '' }, asked) };
    }
    const outcome = await this.commands.execute(new ExecuteCommand({ ...envelope, command }));
    return outcome.rejected ? outcome : { reply: operation.present(outcome, asked) };
  }

  private asFault(error: unknown, { name }: Operation): ReturnType<typeof fault> {
    if (error instanceof LoopFault) {
      return fault(error.code === 'too-busy' ? 'Overloaded' : 'Unavailable', `${error.message}.`, {
        cause: error.code,
      });
    }
    if (error instanceof StoreFault) {
      const { code, message } = error;
      // That it is in trouble is said once (../health), not for each who calls.
      this.log.debug({ msg: 'the store failed', operation: name, code, fault: message });
      if (UNHEALED.has(code)) {
        const what = `The store failed (${code}), and an operator has to act: ${message}.`;
        return fault('StoreFailed', what, { cause: code });
      }
      return fault('Unavailable', `The store failed (${code}); ask again with the same command id.`, {
        cause: code,
      });
    }
    const stack = String((error as Error)?.stack ?? error);
    this.log.error({ msg: 'a call failed', operation: name, fault: stack });
    return fault('Internal', 'The server failed; its log says why.');
  }
}
