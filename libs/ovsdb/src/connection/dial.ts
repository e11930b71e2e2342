// Opens a byte stream to a remote. What is spoken over it is connection.ts's affair.
import { readFile } from 'node:fs/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Clock } from '@holdfast/clock';
import { OvsdbFault } from '../schema/fault';
import type { Remote } from './remote';

/** Paths of PEM files, read anew for each connection, so that renewed certificates are picked up. */
export interface TlsFiles {
  readonly privateKey: string;
  readonly certificate: string;
  readonly caCertificate: string;
  /**
   * The name that the server's certificate must bear. Without it any server with a certificate of our CA is
   * trusted, as ovsdb-client(1) does: OVS certificates bear no host names.
   */
  readonly serverName?: string;
}

export interface DialOptions {
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly tls?: TlsFiles | undefined;
  readonly signal: AbortSignal;
}

/** @throws OvsdbFault `connection-failed`, with the system's error as its cause. */
export async function dial(remote: Remote, options: DialOptions): Promise<Socket> {
  const socket = await openSocket(remote, options);
  const ready = remote.kind === 'ssl' ? 'secureConnect' : 'connect';
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: Error): void => {
      settle();
      socket.on('error', () => undefined); // The socket may fail again while it dies; the first failure is reported.
      socket.destroy();
      reject(failed(remote, why, cause));
    };
    const onReady = (): void => {
      settle();
      resolve(socket);
    };
    const onError = (error: Error): void => fail(error.message || error.name, error);
    const onClose = (): void => fail('the peer closed the connection');
    const onAbort = (): void => fail('the client was closed');
    const cancel = options.clock.after(options.connectTimeoutMs, () =>
      fail(`no answer within ${options.connectTimeoutMs} ms`),
    );
    const settle = (): void => {
      cancel();
      socket.off(ready, onReady).off('error', onError).off('close', onClose);
      options.signal.removeEventListener('abort', onAbort);
    };
    socket.on(ready, onReady).on('error', onError).on('close', onClose);
    options.signal.addEventListener('abort', onAbort);
    if (options.signal.aborted) onAbort();
  });
}

async function openSocket(remote: Remote, options: DialOptions): Promise<Socket> {
  if (remote.kind === 'unix') return connectTcp({ path: remote.path });
  if (remote.kind === 'tcp') return connectTcp({ host: remote.host, port: remote.port, noDelay: true });
  if (!options.tls) throw failed(remote, 'no private key, certificate and CA certificate were given');
  const tls = await readTls(remote, options.tls);
  try {
    return connectTls({ host: remote.host, port: remote.port, ...tls }).setNoDelay(true);
  } catch (cause) {
    throw failed(remote, 'a key or certificate file is not PEM', cause as Error);
  }
}

async function readTls(remote: Remote, files: TlsFiles): Promise<ConnectionOptions> {
  const read = (path: string): Promise<Buffer> =>
    readFile(path).catch((cause: Error) => {
      throw failed(remote, `cannot read ${path}`, cause);
    });
  const [key, cert, ca] = await Promise.all([
    read(files.privateKey),
    read(files.certificate),
    read(files.caCertificate),
  ]);
  const identity: ConnectionOptions = files.serverName
    ? { servername: files.serverName }
    : { checkServerIdentity: () => undefined };
  return { key, cert, ca, ...identity };
}

function failed(remote: Remote, why: string, cause?: Error): OvsdbFault {
  return new OvsdbFault('connection-failed', `cannot connect to ${remote.text}: ${why}`, { cause });
}
