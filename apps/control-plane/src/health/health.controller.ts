// For whoever watches the process: it lives; it serves; what it found.
import { Controller, Get } from '@nestjs/common';
import { type Face, Faces } from '../gateway/status-report';
import { LedgerReader } from '@holdfast/ledger';
import { Differences, type FoundDifference } from './differences';

interface Readiness {
  readonly status: 'ok';
  readonly position: string;
  /** By face: what keeps it from going on. */
  readonly trouble: Readonly<Record<string, string>>;
  /** By face: what is so, and keeps nothing from going on. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
  /** By face: how many differences it found since the start. */
  readonly differences: Readonly<Record<string, number>>;
}

@Controller()
export class HealthController {
  constructor(
    private readonly reader: LedgerReader,
    private readonly faces: Faces,
    private readonly differences: Differences,
  ) {}

  @Get('healthz')
  healthz(): { status: string } {
    return { status: 'ok' };
  }

  /** Ready as soon as it answers: what a face lacks is told, and is no reason to send callers away. */
  @Get('readyz')
  readyz(): Readiness {
    return {
      status: 'ok',
      position: this.reader.position ?? '',
      trouble: this.ofFaces((face) => face.trouble()),
      notes: this.ofFaces((face) => (face.notes?.().length ? face.notes() : undefined)),
      differences: this.differences.counts,
    };
  }

  /** The last of each face, the newest first. */
  @Get('differences')
  found(): { readonly differences: readonly FoundDifference[] } {
    return { differences: this.differences.last };
  }

  private ofFaces<Told>(told: (face: Face) => Told | undefined): Record<string, Told> {
    const all = [...this.faces].flatMap((face) => {
      const one = told(face);
      return one === undefined ? [] : [[face.name, one] as const];
    });
    return Object.fromEntries(all);
  }
}
