// From a configuration to a control plane that serves.
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { LoggerService } from '@nestjs/common';
import type { StoreFault } from '@holdfast/event-store';
import { LedgerReader, type LivePlanes, type UnreadableEvent } from '@holdfast/ledger';
import { AppModule } from './app.module';
import { type ClockFault, ClockWatch } from './clock/clock-watch';
import type { Config } from './config';
import { ControlPlane } from './control-plane';
import { assertLedgerIsThere } from './known-ledgers';
import { httpAdapter, type HttpAdapterOptions } from './gateway/http/http-adapter';
import { HttpListener } from './gateway/http/http-listener';
import { livePlanes } from './ledger/plane-board';
import { StartProgress } from './ledger/start-progress';
import { StoreHealth } from './ledger/store-health';

export interface ServingControlPlane {
  /** Base URL. */
  readonly http: string;
  /** host:port; empty: this process has no gRPC. */
  readonly grpc: string;
  /** Resolves with why, once it can record nothing any more, or not read what is recorded: it is to be stopped. */
  readonly failed: Promise<StoreFault | ClockFault | UnreadableEvent>;
  /** In order: answers what is under way, takes nothing new. */
  stop(): Promise<void>;
}

/**
 * Answers its probes at once, and resolves when it serves all that is configured, which may be when another process ends.
 * @param listens is told the base URL as soon as probes are answered there, and what ends in order a process that does not serve yet
 * @throws when something that was configured cannot be had; nothing is left running then
 */
export async function serve(
  config: Config,
  logger: LoggerService | false,
  options: HttpAdapterOptions = {},
  listens: (http: string, leave: () => Promise<void>) => void = () => undefined,
): Promise<ServingControlPlane> {
  const start = new StartProgress(config.store, logger);
  const planes = livePlanes(config, logger);
  const listener = await HttpListener.start(config.httpListen, start.answer);
  listens(listener.url, () => planes.stop());
  try {
    return await serveOn(listener, { start, planes }, config, logger, options);
  } catch (error) {
    start.ends(error);
    await planes.stop();
    await listener.close(true);
    throw error;
  }
}

async function serveOn(
  listener: HttpListener,
  { start, planes }: { readonly start: StartProgress; readonly planes: LivePlanes },
  config: Config,
  logger: LoggerService | false,
  options: HttpAdapterOptions,
): Promise<ServingControlPlane> {
  await assertLedgerIsThere(config);
  const { serverFactory } = listener;
  const adapter = httpAdapter({ ...options, serverFactory });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, start, planes),
    adapter,
    {
      ...{ bodyParser: false, abortOnError: false, logger },
    },
  );
  adapter.getInstance().addHook('onClose', () => listener.close(options.forceCloseConnections));
  try {
    await app.init();
    await adapter.getInstance().ready();
    const controlPlane = app.get(ControlPlane);
    await controlPlane.start();
    listener.handOver();
    const failed = Promise.race([
      app.get(StoreHealth).failed,
      app.get(ClockWatch).failed,
      app.get(LedgerReader).ended,
    ]);
    return { http: listener.url, grpc: controlPlane.grpcBound, failed, stop: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
