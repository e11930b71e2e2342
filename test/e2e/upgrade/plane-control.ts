// In the place of a machine's `systemctl`, in the shell of a document: what it is told, this process does.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PlaneControl {
  /** JavaScript, for a Shell. */
  readonly program: string;
  close(): void;
}

/** @param stop what `systemctl stop` does here */
export async function planeControl(stop: () => Promise<unknown>): Promise<PlaneControl> {
  const server = createServer((_, response) => void stop().then(() => response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    program: `fetch('http://127.0.0.1:${port}/' + process.argv[2])`,
    close: () => void server.close(),
  };
}
