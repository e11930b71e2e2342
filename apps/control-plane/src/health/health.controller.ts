// For whoever watches the process: it lives; it serves; what it found.
import { LedgerReader } from '@holdfast/ledger';
import { Controller, Get, Res } from '@nestjs/common';
import { Differences, type FoundDifference } from './differences';
import { type ProjectorHealth, Projectors } from './projectors';
import { StoreHealth } from '../ledger/store-health';

interface Readiness {
  readonly status: 'ok' | 'not ready';
  readonly position: string;
  /** By projector, and of the store: what keeps it from going on. */
  readonly trouble: Readonly<Record<string, string>>;
  /** By projector: what is so, and keeps nothing from going on. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
  /** By projector: how many differences it found since the start. */
  readonly differences: Readonly<Record<string, number>>;
}

interface Reply {
  code(status: number): unknown;
}

@Controller()
export class HealthController {
  constructor(
    private readonly reader: LedgerReader,
    private readonly projectors: Projectors,
    private readonly differences: Differences,
    private readonly store: StoreHealth,
  ) {}

  /** A process whose store has failed for good ends, and is to be started anew. */
  @Get('healthz')
  healthz(@Res({ passthrough: true }) reply: Reply): { status: string } {
    if (!this.store.hasFailed) return { status: 'ok' };
    reply.code(503);
    return { status: this.store.says as string };
  }

  /**
   * Ready as soon as it answers, unless no command could be recorded: what a projector lacks is told, and is no reason to
   * send callers away.
   */
  @Get('readyz')
  readyz(@Res({ passthrough: true }) reply: Reply): Readiness {
    const { says } = this.store;
    if (says !== undefined) reply.code(503);
    return {
      status: says === undefined ? 'ok' : 'not ready',
      position: this.reader.position ?? '',
      trouble: {
        ...(says !== undefined && { store: says }),
        ...this.ofProjectors((projector) => projector.trouble()),
      },
      notes: this.ofProjectors((projector) => (projector.notes?.().length ? projector.notes() : undefined)),
      differences: this.differences.counts,
    };
  }

  /** The last of each projector, the newest first. */
  @Get('differences')
  found(): { readonly differences: readonly FoundDifference[] } {
    return { differences: this.differences.last };
  }

  private ofProjectors<Found>(
    look: (projector: ProjectorHealth) => Found | undefined,
  ): Record<string, Found> {
    const all = this.projectors.all.flatMap((projector) => {
      const found = look(projector);
      return found === undefined ? [] : [[projector.name, found] as const];
    });
    return Object.fromEntries(all);
  }
}
