// For whoever watches the process: it lives; it, or a role of it, can do its work; what it found.
import { LedgerReader } from '@holdfast/ledger';
import { Controller, Get, Inject, NotFoundException, Param, Res } from '@nestjs/common';
import { ClockWatch } from '../clock/clock-watch';
import { CONFIG, type Config } from '../config';
import { Differences, type FoundDifference } from './differences';
import { LedgerHealth } from './ledger-health';
import { ProcessHealth } from './process-health';
import { type ProjectorActivity, type ProjectorHealth, Projectors } from './projectors';
import { rolesAtWork } from './status-report';
import { type StandingTrouble, troubleText } from './trouble';

interface Readiness {
  readonly status: 'ok' | 'not ready';
  readonly position: string;
  /** Whether each role that runs here can do its work. */
  readonly roles: Readonly<Record<string, 'ok' | 'not ready'>>;
  /** By part: what it is in trouble with, also what stops nothing. */
  readonly trouble: Readonly<Record<string, string>>;
  /** By projector: what is so, and keeps nothing from going on. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
  /** By projector: whether it works or stands by, and who holds what. */
  readonly activity: Readonly<Record<string, ProjectorActivity>>;
  /** By projector: how many differences it found since the start. */
  readonly differences: Readonly<Record<string, number>>;
}

interface PartReadiness {
  readonly status: 'ok' | 'not ready';
  /** What stops it. */
  readonly troubles: readonly ShownTrouble[];
}

type ShownTrouble = Pick<StandingTrouble, 'part' | 'code' | 'message' | 'server'> & {
  /** RFC 3339. */
  readonly since: string;
};

interface Reply {
  code(status: number): unknown;
}

@Controller()
export class HealthController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reader: LedgerReader,
    private readonly projectors: Projectors,
    private readonly health: ProcessHealth,
    private readonly ledger: LedgerHealth,
    private readonly differences: Differences,
    private readonly clock: ClockWatch,
  ) {}

  /** A process that nothing can put right but another one is to be started anew. */
  @Get('healthz')
  healthz(@Res({ passthrough: true }) reply: Reply): { status: string } {
    if (!this.ledger.hasFailed) return { status: 'ok' };
    reply.code(503);
    return { status: troubleText(this.health.troublesOf(this.ledger.name)) };
  }

  /** Whether all of its roles can do their work. What is in trouble and goes on all the same, is told. */
  @Get('readyz')
  readyz(@Res({ passthrough: true }) reply: Reply): Readiness {
    const { troubles } = this.health;
    const status = troubles.some(({ stops }) => stops) ? 'not ready' : 'ok';
    if (status !== 'ok') reply.code(503);
    return {
      status,
      position: this.reader.position ?? '',
      roles: Object.fromEntries(
        rolesAtWork(this.config).map((role) => [role, this.readinessOf(role).status]),
      ),
      trouble: Object.fromEntries(
        this.health.parts
          .map(({ name }) => [name, troubleText(troubles.filter(({ part }) => part === name))] as const)
          .filter(([, text]) => text !== ''),
      ),
      notes: {
        ...(this.clock.notes().length > 0 && { clock: this.clock.notes() }),
        ...this.ofProjectors((projector) => (projector.notes?.().length ? projector.notes() : undefined)),
      },
      activity: this.ofProjectors((projector) => projector.activity?.()),
      differences: this.differences.counts,
    };
  }

  /** @param part a role that runs here, or what `troubles` and `status` call a part */
  @Get('readyz/:part')
  readyzOf(@Param('part') part: string, @Res({ passthrough: true }) reply: Reply): PartReadiness {
    const readiness = this.readinessOf(part);
    if (readiness.status !== 'ok') reply.code(503);
    return readiness;
  }

  /** The last of each projector, the newest first. */
  @Get('differences')
  found(): { readonly differences: readonly FoundDifference[] } {
    return { differences: this.differences.last };
  }

  private readinessOf(part: string): PartReadiness {
    const roles: readonly string[] = rolesAtWork(this.config);
    const isHere = roles.includes(part) || this.health.parts.some(({ name }) => name === part);
    if (!isHere) throw new NotFoundException(`no role or part ${part} runs in this process`);
    const stopping = this.health.stopping(part) ?? [];
    return {
      status: stopping.length > 0 ? 'not ready' : 'ok',
      troubles: stopping.map(({ part: of, code, message, server, sinceMs }) => ({
        ...{ part: of, code, message, since: new Date(sinceMs).toISOString() },
        ...(server !== undefined && { server }),
      })),
    };
  }

  private ofProjectors<Found>(
    look: (projector: ProjectorHealth) => Found | undefined,
  ): Record<string, Found> {
    return Object.fromEntries(
      this.projectors.all
        .map((projector) => [projector.name, look(projector)] as const)
        .filter((entry): entry is readonly [string, Found & {}] => entry[1] !== undefined),
    );
  }
}
