// A real nats-server on loopback and a free port, with JetStream in a folder that the caller names.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child';

const READY_WITHIN_MS = 20_000;

export interface NatsServer {
  readonly url: string;
  stop(): Promise<unknown>;
  kill(): Promise<void>;
}

/** @throws when Debian's package `nats-server` is not installed */
export async function startNatsServer(folder: string, port = -1): Promise<NatsServer> {
  const args = ['-a', '127.0.0.1', '-p', String(port), '--ports_file_dir', folder, '-js', '-sd', folder];
  const child = Child.start('nats-server', args);
  const url = await child.until(() => readUrl(folder, child.pid), READY_WITHIN_MS);
  return { url, stop: () => child.stop(), kill: () => child.kill() };
}

/** nats-server writes its ports to a file named after its pid once it listens. */
function readUrl(folder: string, pid: number | undefined): string | undefined {
  const name = readdirSync(folder).find((file) => file === `nats-server_${pid}.ports`);
  if (!name) return undefined;
  try {
    const { nats } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { nats: string[] };
    return nats[0];
  } catch {
    return undefined;
  }
}
