// Nest's logger on pino: one JSON object a line, a constant message and key-value pairs.
import type { LoggerService } from '@nestjs/common';
import pino from 'pino';

type Fields = { readonly msg?: string } & Record<string, unknown>;

/** The room of Nest's words about it. */
const NEST_START = 'ExceptionHandler';

export class JsonLogger implements LoggerService {
  private readonly out = pino({ level: process.env['HOLDFAST_LOG_LEVEL'] ?? 'info' });

  /** Nest's own tales of its start, which are texts, are of use to nobody who runs it. */
  log(message: unknown, ...context: unknown[]): void {
    if (typeof message === 'object') this.out.info(fieldsOf(message, context));
    else this.debug(message, ...context);
  }

  debug(message: unknown, ...context: unknown[]): void {
    this.out.debug(fieldsOf(message, context));
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.out.warn(fieldsOf(message, context));
  }

  /** What Nest says of an error that ends the start, whoever started it says too. */
  error(message: unknown, ...context: unknown[]): void {
    if (context[context.length - 1] === NEST_START) this.debug(message, ...context);
    else this.out.error(fieldsOf(message, context));
  }

  info(fields: Fields): void {
    this.out.info(fields);
  }
}

function fieldsOf(message: unknown, context: readonly unknown[]): Fields {
  const room = context[context.length - 1];
  const fields = toFields(message);
  return typeof room === 'string' ? { room, ...fields } : fields;
}

function toFields(message: unknown): Fields {
  if (message instanceof Error) return { msg: message.message, fault: message.stack ?? message.name };
  return typeof message === 'object' && message !== null ? (message as Fields) : { msg: String(message) };
}
