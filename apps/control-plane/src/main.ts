#!/usr/bin/env node
// The control plane: reads its configuration, runs its roles, and stops in order when it is asked to.
import 'reflect-metadata';
import { renameSync, writeFileSync } from 'node:fs';
import { type Config, ConfigFault, helpText, readConfig } from './config';
import { JsonLogger } from './json-logger';
import { serve, type ServingControlPlane } from './serve';

const logger = new JsonLogger();

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(helpText());
    return;
  }
  const config = readConfig(process.argv.slice(2), process.env);
  const controlPlane = await serve(config, logger);
  stopOnSignal(controlPlane);
  announce(controlPlane, config);
}

/** A second signal ends it at once. */
function stopOnSignal(controlPlane: ServingControlPlane): void {
  const stop = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
    controlPlane.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ msg: 'could not stop in order', fault: String(error) });
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}

function announce({ http, grpc }: ServingControlPlane, { roles, readyFile }: Config): void {
  logger.info({ msg: 'serving', http, grpc, roles: [...roles].join(',') });
  if (readyFile === undefined) return;
  // Whoever waits for the file finds it whole.
  writeFileSync(`${readyFile}.new`, JSON.stringify({ http, grpc }));
  renameSync(`${readyFile}.new`, readyFile);
}

main().catch((error: unknown) => {
  const hint = error instanceof ConfigFault ? ' (--help says more)' : '';
  process.stderr.write(`holdfast-control-plane: ${(error as Error)?.message ?? String(error)}${hint}\n`);
  process.exit(1);
});
