// From a configuration to a control plane that serves.
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { LoggerService } from '@nestjs/common';
import { AppModule } from './app.module';
import type { Config } from './config';
import { ControlPlane } from './control-plane';
import { assertLedgerIsThere } from './known-ledgers';
import { httpAdapter, type HttpAdapterOptions } from './gateway/http/http-adapter';

export interface ServingControlPlane {
  /** Base URL. */
  readonly http: string;
  /** host:port; empty: this process has no gRPC. */
  readonly grpc: string;
  /** In order: answers what is under way, takes nothing new. */
  stop(): Promise<void>;
}

/** @throws when something that was configured cannot be had; nothing is left running then */
export async function serve(
  config: Config,
  logger: LoggerService | false,
  options: HttpAdapterOptions = {},
): Promise<ServingControlPlane> {
  await assertLedgerIsThere(config);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), httpAdapter(options), {
    ...{ bodyParser: false, abortOnError: false, logger },
  });
  try {
    await app.init();
    const controlPlane = app.get(ControlPlane);
    await controlPlane.start();
    await app.listen(...portAndHost(config.httpListen));
    return { http: await app.getUrl(), grpc: controlPlane.grpcBound, stop: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

function portAndHost(listen: string): [port: number, host: string] {
  const at = listen.lastIndexOf(':');
  return [Number(listen.slice(at + 1)), listen.slice(0, at).replace(/^\[|\]$/g, '')];
}
