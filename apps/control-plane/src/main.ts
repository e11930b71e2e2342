#!/usr/bin/env node
// The control plane: reads its configuration, runs its roles, and stops in order when it is asked to, or when its store
// records nothing any more.
import 'reflect-metadata';
import { renameSync, writeFileSync } from 'node:fs';
import { sleep, systemClock } from '@holdfast/clock';
import type { StoreFault } from '@holdfast/event-store';
import { ClockFault } from './clock/clock-watch';
import { type Config, ConfigFault, helpText, readConfig } from './config';
import { JsonLogger } from './json-logger';
import { shownStore } from './ledger/open-store';
import type { UnreadableEvent } from '@holdfast/ledger';
import { rolesAtWork } from './health/status-report';
import { serve, type ServingControlPlane } from './serve';

/** Of a process whose store has failed, before it ends: what is under way is answered by then, or never. */
const ENDING_MS_MAX = 5_000;
/** EX_IOERR of sysexits(3): the disk failed, and a new process may fare better. */
const EXIT_STORE_FAILED = 74;
/** EX_DATAERR: no new process of this version fares better. */
const EXIT_LOG_UNREADABLE = 65;

const logger = new JsonLogger();

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(helpText());
    return;
  }
  const config = readConfig(process.argv.slice(2), process.env);
  const serving: ServingControlPlane[] = [];
  // One that stands by has nothing to put in order, but that others count it.
  let leave = (): Promise<void> => Promise.resolve();
  stopOnSignal(() => serving[0]?.stop() ?? leave());
  const controlPlane = await serve(config, logger, {}, (http, leaving) => {
    leave = leaving;
    announceStart(http, config);
  });
  serving.push(controlPlane);
  void controlPlane.failed.then((fault) => end(controlPlane, fault));
  announce(controlPlane, config);
}

/** A second signal ends it at once. */
function stopOnSignal(stopInOrder: () => Promise<void>): void {
  const stop = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
    stopInOrder().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ msg: 'could not stop in order', fault: String(error) });
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}

/** Whatever it might still do, it could not record: only opening the store again tells what the disk has. */
async function end(
  controlPlane: ServingControlPlane,
  fault: StoreFault | ClockFault | UnreadableEvent,
): Promise<never> {
  const { code, message } = fault;
  const { what, exitCode } = endingOf(fault);
  logger.error({ msg: `${what}; this process ends`, code, fault: message });
  await Promise.race([controlPlane.stop(), sleep(systemClock, ENDING_MS_MAX)]).catch(() => undefined);
  process.exit(exitCode);
}

function endingOf(fault: StoreFault | ClockFault | UnreadableEvent): {
  readonly what: string;
  readonly exitCode: number;
} {
  if (fault instanceof ClockFault) return { what: 'the clock is wrong', exitCode: 1 };
  if (fault.code === 'event-unreadable')
    return { what: 'the log cannot be read', exitCode: EXIT_LOG_UNREADABLE };
  return { what: 'the store has failed', exitCode: EXIT_STORE_FAILED };
}

function announceStart(http: string, { store }: Config): void {
  logger.info({ msg: 'starting', http, store: shownStore(store) });
}

function announce({ http, grpc }: ServingControlPlane, config: Config): void {
  const { readyFile, store } = config;
  logger.info({ msg: 'serving', http, grpc, store: shownStore(store), roles: rolesAtWork(config).join(',') });
  if (readyFile === undefined) return;
  // Whoever waits for the file finds it whole.
  writeFileSync(`${readyFile}.new`, JSON.stringify({ http, grpc }));
  renameSync(`${readyFile}.new`, readyFile);
}

main().catch((error: unknown) => {
  const hint = error instanceof ConfigFault ? ' (--help says more)' : '';
  const message = (error as Error)?.message ?? String(error);
  const { code } = (error ?? {}) as { readonly code?: string };
  // Whoever gave wrong flags reads them at a terminal; anything else is for whoever reads the log.
  if (!(error instanceof ConfigFault)) logger.error({ msg: 'could not start', code, fault: message });
  process.stderr.write(`holdfast-control-plane: ${message}${hint}\n`);
  process.exit(code === 'event-unreadable' ? EXIT_LOG_UNREADABLE : 1);
});
