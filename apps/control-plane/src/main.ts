#!/usr/bin/env node
// The control plane: reads its configuration, runs its roles, and stops in order when it is asked to.
import 'reflect-metadata';
import { renameSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';
import { type Config, ConfigFault, helpText, readConfig } from './config';
import { GatewayModule } from './gateway/gateway.module';
import { JsonLogger } from './json-logger';

const logger = new JsonLogger();

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(helpText());
    return;
  }
  const config = readConfig(process.argv.slice(2), process.env);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), new FastifyAdapter(), {
    bodyParser: false,
    bufferLogs: false,
    abortOnError: false,
    logger,
  });
  stopOnSignal(app);
  const at = config.httpListen.lastIndexOf(':');
  await app.listen(
    Number(config.httpListen.slice(at + 1)),
    config.httpListen.slice(0, at).replace(/^\[|\]$/g, ''),
  );
  await tellReady(app, config);
}

/** In order, answering what is under way; a second signal ends it at once. */
function stopOnSignal(app: NestFastifyApplication): void {
  const stop = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ msg: 'could not stop in order', fault: String(error) });
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}

async function tellReady(app: NestFastifyApplication, { roles, readyFile }: Config): Promise<void> {
  const bound = {
    http: await app.getUrl(),
    grpc: roles.has('gateway') ? app.get(GatewayModule).grpcBound : '',
  };
  logger.info({ msg: 'serving', ...bound, roles: [...roles].join(',') });
  if (readyFile === undefined) return;
  // Whoever waits for the file finds it whole.
  writeFileSync(`${readyFile}.new`, JSON.stringify(bound));
  renameSync(`${readyFile}.new`, readyFile);
}

main().catch((error: unknown) => {
  const hint = error instanceof ConfigFault ? ' (--help says more)' : '';
  process.stderr.write(`holdfast-control-plane: ${(error as Error)?.message ?? String(error)}${hint}\n`);
  process.exit(1);
});
