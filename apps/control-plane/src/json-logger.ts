// Nest's logger on pino: one JSON object a line, a constant message and key-value pairs.
import type { LoggerService } from '@nestjs/common';
import pino from 'pino';

type Fields = { readonly msg?: string } & Record<string, unknown>;

export class JsonLogger implements LoggerService {
  private readonly out = pino({ level: process.env['HOLDFAST_LOG_LEVEL'] ?? 'info' });

  log(message: unknown, ...context: unknown[]): void {
    // Nest's own tales of its start are texts, and of use to nobody who runs it.
    const level = typeof message === 'object' ? 'info' : 'debug';
    this.out[level](fieldsOf(message, context));
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.out.warn(fieldsOf(message, context));
  }

  error(message: unknown, ...context: unknown[]): void {
    this.out.error(fieldsOf(message, context));
  }

  info(fields: Fields): void {
    this.out.info(fields);
  }
}

function fieldsOf(message: unknown, context: readonly unknown[]): Fields {
  const room = context[context.length - 1];
  const fields =
    typeof message === 'object' && message !== null ? (message as Fields) : { msg: String(message) };
  return typeof room === 'string' ? { room, ...fields } : fields;
}
