// One call, whichever door it came through: from what it means to an answer. Whatever goes wrong inside becomes a
// fault of the contract; what it was stays in our log.
import { type Answer, type Handlers, type Operation, type ReplyOf, fault } from '@holdfast/api';
import { LoopFault, StoreFault } from '@holdfast/event-store';
import { Logger } from '@nestjs/common';
import type { Caller } from './caller';

const log = new Logger('gateway');

export async function call(
  all: Handlers<Caller>,
  operation: Operation,
  meaning: unknown,
  caller: Caller,
): Promise<Answer<ReplyOf<Operation>>> {
  const handler = all[operation.name as keyof Handlers<Caller>] as (
    meaning: unknown,
    caller: Caller,
  ) => Promise<Answer<ReplyOf<Operation>>>;
  try {
    return await handler(meaning, caller);
  } catch (error) {
    return asFault(error, operation);
  }
}

function asFault(error: unknown, operation: Operation): ReturnType<typeof fault> {
  if (error instanceof LoopFault) {
    return fault(error.code === 'too-busy' ? 'Overloaded' : 'Unavailable', `${error.message}.`, {
      cause: error.code,
    });
  }
  if (error instanceof StoreFault) {
    log.error({ msg: 'the store failed', operation: operation.name, code: error.code, fault: error.message });
    return fault('Unavailable', `The store failed (${error.code}); ask again with the same command id.`, {
      cause: error.code,
    });
  }
  log.error({
    msg: 'a call failed',
    operation: operation.name,
    fault: String((error as Error)?.stack ?? error),
  });
  return fault('Internal', 'The server failed; its log says why.');
}
