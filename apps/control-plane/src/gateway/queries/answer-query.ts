// A query on Nest's QueryBus, and its one handler: the view's. It waits until the view has reached the position that the
// query names, and answers with the one that the answer reflects.
import { type Answer, type MeaningOf, type Operations, type ReplyOf, fault } from '@holdfast/api';
import type { EventStore } from '@holdfast/event-store';
import { LedgerReader } from '@holdfast/ledger';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { planeClock } from '../../clock/plane-clock';
import { EVENT_STORE } from '../../ledger/ledger.module';
import { VipFindingsService } from './vip-findings.service';
import { QUERY_ANSWERS, type QueryName } from './query-answers';

/** How long a query waits for the view to reach the position that it names. */
const BEHIND_MAX_MS = 5_000;

export class AnswerQuery<Name extends QueryName = QueryName> extends Query<
  Answer<ReplyOf<Operations[Name]>>
> {
  constructor(
    readonly name: Name,
    readonly query: MeaningOf<Operations[Name]>,
  ) {
    super();
  }
}

@QueryHandler(AnswerQuery)
export class AnswerQueryHandler implements IQueryHandler<AnswerQuery> {
  constructor(
    private readonly reader: LedgerReader,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly findings: VipFindingsService,
  ) {}

  async execute({ name, query }: AnswerQuery): Promise<Answer<ReplyOf<Operations[QueryName]>>> {
    const { reader, store, findings } = this;
    const { atLeastPosition } = query;
    if (atLeastPosition !== undefined && !(await reader.hasReached(atLeastPosition, BEHIND_MAX_MS)))
      return tooFarBehind(atLeastPosition, reader.position);
    const { position = '' } = reader;
    const sources = { reader, store, clock: planeClock, findingsOf: (vip: string) => findings.of(vip) };
    const answer = await QUERY_ANSWERS[name](query as never, sources);
    return answer.rejected ? { rejected: answer.rejected } : { reply: { ...answer.found, position } };
  }
}

function tooFarBehind(desired: string, position = ''): ReturnType<typeof fault> {
  return fault(
    'DeadlineExceeded',
    `The view is at ${position || 'the beginning'} and did not reach ${desired} in time; ask again.`,
    { atLeastPosition: desired, position },
  );
}
