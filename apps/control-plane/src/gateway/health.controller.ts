// For whoever watches the process: it lives; it serves.
import { Controller, Get } from '@nestjs/common';
import { LedgerReader } from '../ledger/ledger-reader';
import { Faces } from './status-report';

@Controller()
export class HealthController {
  constructor(
    private readonly reader: LedgerReader,
    private readonly faces: Faces,
  ) {}

  @Get('healthz')
  healthz(): { status: string } {
    return { status: 'ok' };
  }

  /** Ready as soon as it answers: what a face lacks is told, and is no reason to send callers away. */
  @Get('readyz')
  readyz(): { status: string; position: string; trouble: Record<string, string> } {
    const troubled = [...this.faces].flatMap((face) => {
      const trouble = face.trouble();
      return trouble === undefined ? [] : [[face.name, trouble] as const];
    });
    return { status: 'ok', position: this.reader.position ?? '', trouble: Object.fromEntries(troubled) };
  }
}
