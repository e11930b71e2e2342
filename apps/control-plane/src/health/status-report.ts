// What GetStatus tells, gathered from whoever follows the log.
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Operations, ReplyOf } from '@holdfast/api';
import { LedgerReader } from '@holdfast/ledger';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { CONFIG, type Config, type Role } from '../config';
import { shownStore } from '../ledger/open-store';
import { Differences } from './differences';
import { Projectors } from './projectors';
import { StoreHealth } from '../ledger/store-health';

export type StatusReport = ReplyOf<Operations['GetStatus']>;

export const VERSION = '0.1.0';

/** On the QueryBus: how this process is. */
export class ReportStatus extends Query<StatusReport> {}

@QueryHandler(ReportStatus)
export class ReportStatusHandler implements IQueryHandler<ReportStatus> {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reader: LedgerReader,
    private readonly projectors: Projectors,
    private readonly differences: Differences,
    private readonly store: StoreHealth,
  ) {}

  async execute(): Promise<StatusReport> {
    const { config, reader, projectors, differences, store } = this;
    const follower = (name: string, position = '', trouble = '', notes: readonly string[] = []) => ({
      name,
      position,
      lag: durationFromMs(reader.lagMs(position || undefined)),
      trouble,
      notes: [...notes],
    });
    return {
      version: VERSION,
      roles: rolesAtWork(config),
      position: reader.position ?? '',
      ledger: reader.ledgerId ?? '',
      store: shownStore(config.store),
      views: [follower('ledger', reader.position, store.says)],
      projectors: projectors.all.map((it) => follower(it.name, it.position(), it.trouble(), it.notes?.())),
      differences: differences.last.map(({ at, ...rest }) => ({
        ...rest,
        at: timestampFromMs(Date.parse(at)),
      })),
    };
  }
}

/** A projector that has nothing to project to does not run. */
export function rolesAtWork({ roles, northbound, kubeconfig }: Config): Role[] {
  return [...roles].filter(
    (role) =>
      (role !== 'ovn-projector' || northbound !== undefined) &&
      (role !== 'kube-projector' || kubeconfig !== undefined),
  );
}
