// What GetStatus tells, gathered from whoever follows the log.
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Operations, ReplyOf } from '@holdfast/api';
import { formsBetween } from '@holdfast/ipam';
import { LedgerIdentity, LedgerReader, LivePlanes } from '@holdfast/ledger';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ClockWatch } from '../clock/clock-watch';
import { planeClock } from '../clock/plane-clock';
import { CONFIG, type Config, type Role } from '../config';
import { VERSION } from '../program';
import { shownStore } from '../ledger/open-store';
import { Differences } from './differences';
import { type FollowerReport, Followers } from './followers';
import { ProcessHealth } from './process-health';
import { type StandingTrouble, troubleText } from './trouble';

export type StatusReport = ReplyOf<Operations['GetStatus']>;

/** On the QueryBus: how this process is. */
export class ReportStatus extends Query<StatusReport> {}

@QueryHandler(ReportStatus)
export class ReportStatusHandler implements IQueryHandler<ReportStatus> {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reader: LedgerReader,
    private readonly followers: Followers,
    private readonly health: ProcessHealth,
    private readonly differences: Differences,
    private readonly clock: ClockWatch,
    private readonly identity: LedgerIdentity,
    private readonly planes: LivePlanes,
  ) {}

  async execute(): Promise<StatusReport> {
    const { config, reader, differences, followers, clock } = this;
    const projectors = await followers.all();
    const { troubles } = this.health;
    const follower = ({ name, position, lagMs, waiting, notes }: FollowerReport) => ({
      ...{ name, position, waiting, notes: [...notes] },
      lag: durationFromMs(lagMs),
      trouble: troubleText(troubles.filter(({ part }) => part === name)),
    });
    return {
      version: VERSION,
      roles: rolesAtWork(config),
      position: reader.position ?? '',
      ledger: reader.ledgerId ?? '',
      store: shownStore(config.store),
      clock: {
        time: timestampFromMs(planeClock.now()),
        trouble: clock.trouble() ?? '',
        notes: [...clock.notes()],
      },
      ...this.formatAndPlanes(),
      views: [follower(followers.view())],
      projectors: projectors.map(follower),
      troubles: troubles.map(presentTrouble),
      differences: differences.last.map(({ at, ...rest }) => ({
        ...rest,
        at: timestampFromMs(Date.parse(at)),
      })),
    };
  }

  private formatAndPlanes(): Pick<StatusReport, 'formatLevel' | 'planes'> {
    const { level: ledger, program } = this.identity;
    return {
      formatLevel: {
        ...{ ledger, program: program.level },
        formsWithheld: [...formsBetween(ledger, program.level)],
      },
      planes: this.planes.all.map(({ incarnation, version, level, state, atMs }) => ({
        ...{ incarnation, version, level, state },
        announced: timestampFromMs(atMs),
        isSelf: incarnation === this.planes.incarnation,
      })),
    };
  }
}

const presentTrouble = ({ sinceMs, server = '', ...rest }: StandingTrouble) => ({
  ...{ part: rest.part, code: rest.code, message: rest.message, stops: rest.stops },
  ...{ server, since: timestampFromMs(sinceMs) },
});

/** A projector that has nothing to project to does not run. */
export function rolesAtWork({ roles, northbound, kubeconfig }: Config): Role[] {
  return [...roles].filter(
    (role) =>
      (role !== 'ovn-projector' || northbound !== undefined) &&
      (role !== 'kube-projector' || kubeconfig !== undefined),
  );
}
