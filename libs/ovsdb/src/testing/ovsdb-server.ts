// A real ovsdb-server for tests: a child process in a folder of its own, which can be killed and started
// again. It needs Debian's `openvswitch-common`, and a schema file, such as `ovn-central`'s. Not for production:
// nothing restarts it but the test.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '@holdfast/clock';
import { CLIENT_DEFAULTS } from '../connection/client-options';
import { JsonRpcConnection } from '../connection/connection';
import { dial, type TlsFiles } from '../connection/dial';
import { OvsdbFault } from '../schema/fault';
import { parseRemotes } from '../connection/remote';

/** Where Debian's `ovn-central` puts the Northbound schema. */
export const NORTHBOUND_SCHEMA = '/usr/share/ovn/ovn-nb.ovsschema';
/** And the Southbound's. */
export const SOUTHBOUND_SCHEMA = '/usr/share/ovn/ovn-sb.ovsschema';

export interface OvsdbServerOptions {
  /** The schema file of a new standalone database. Not read if `directory` has a database already. */
  readonly schema: string;
  /** Where the database lives and stays. Default: a new folder under the system's for temporary files, removed by `stop`. */
  readonly directory?: string;
  /** Also listen on TCP, on loopback and a free port, which a restart keeps. */
  readonly tcp?: boolean;
  /** Also listen for TLS, with these files and the same as to the port. */
  readonly tls?: TlsFiles;
}

/** Two addresses of the loopback, because the log distinguishes ports by nothing else. */
const TCP_ADDRESS = '127.0.0.1';
const SSL_ADDRESS = '127.0.0.2';

/** Starting takes milliseconds; a big database takes longer to read, a loaded machine too. */
const READY_TIMEOUT_MS = 20_000;
const READY_POLL_MS = 5;

/** The server dies with the test's process, however that dies: a killed test run leaves none behind. */
const DIE_WITH_PARENT = ['--pdeathsig', 'KILL'];

export class OvsdbServer {
  private child: ChildProcess | undefined;
  private tcpPort = 0;
  private sslPort = 0;

  private constructor(
    readonly directory: string,
    /** The databases' files, within the directory. */
    private readonly databases: readonly string[],
    private readonly options: Pick<OvsdbServerOptions, 'tcp' | 'tls'>,
    private readonly isTemporary: boolean,
  ) {}

  /** @internal Starts a server on a folder whose databases exist. */
  static async on(
    directory: string,
    databases: readonly string[],
    options: Pick<OvsdbServerOptions, 'tcp' | 'tls'>,
    isTemporary: boolean,
  ): Promise<OvsdbServer> {
    const server = new OvsdbServer(directory, databases, options, isTemporary);
    await server.restart();
    return server;
  }

  /** `unix:` remote. */
  get unix(): string {
    return `unix:${join(this.directory, 'db.sock')}`;
  }

  /** `tcp:` remote, if it was asked for. */
  get tcp(): string {
    return `tcp:${TCP_ADDRESS}:${this.tcpPort}`;
  }

  /** `ssl:` remote, if it was asked for. */
  get ssl(): string {
    return `ssl:${SSL_ADDRESS}:${this.sslPort}`;
  }

  /** The process, while it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it, or starts it again; resolves once it answers. */
  async restart(): Promise<void> {
    await this.kill();
    const program = await findProgram('ovsdb-server');
    const child = spawn(await findProgram('setpriv'), [...DIE_WITH_PARENT, program, ...this.args()], {
      cwd: this.directory,
      stdio: 'ignore',
    });
    this.child = child;
    await once(child, 'spawn');
    try {
      await this.whenReady(child);
    } catch (error) {
      await this.kill();
      throw error;
    }
    this.tcpPort ||= await this.listeningPort(TCP_ADDRESS);
    this.sslPort ||= await this.listeningPort(SSL_ADDRESS);
  }

  /** Ends it like a power cut would (SIGKILL, or another signal); resolves once it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || hasExited(child)) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** Stops the process where it is (SIGSTOP), so that it holds its connections and answers nothing; or lets it go on. */
  freeze(frozen: boolean): void {
    this.child?.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** `ovs-appctl`: asks the running server something, such as `cluster/status OVN_Northbound`. */
  async control(...command: readonly string[]): Promise<string> {
    const socket = join(this.directory, 'db.ctl');
    const { stdout } = await runTool('ovs-appctl', ['-t', socket, ...command]);
    return stdout;
  }

  /** Ends it and removes its folder if it is a temporary one. */
  async stop(): Promise<void> {
    await this.kill();
    if (this.isTemporary) await rm(this.directory, { recursive: true, force: true });
  }

  private args(): readonly string[] {
    const { tcp, tls } = this.options;
    const at = (name: string): string => join(this.directory, name);
    return [
      '-vconsole:off',
      '-vsyslog:off',
      `--log-file=${at('db.log')}`,
      `--pidfile=${at('db.pid')}`,
      '--overwrite-pidfile',
      '--no-chdir',
      `--unixctl=${at('db.ctl')}`,
      `--remote=punix:${at('db.sock')}`,
      ...(tcp ? [`--remote=ptcp:${this.tcpPort}:${TCP_ADDRESS}`] : []),
      ...(tls ? [`--remote=pssl:${this.sslPort}:${SSL_ADDRESS}`] : []),
      ...(tls ? [`--private-key=${tls.privateKey}`, `--certificate=${tls.certificate}`] : []),
      ...(tls ? [`--ca-cert=${tls.caCertificate}`] : []),
      ...this.databases.map(at),
    ];
  }

  /** Ready is when it answers, not when its socket is there: that may be a dead predecessor's. */
  private async whenReady(child: ChildProcess): Promise<void> {
    for (const untilMs = performance.now() + READY_TIMEOUT_MS; ; ) {
      if (hasExited(child) || performance.now() > untilMs)
        throw new Error(`ovsdb-server did not start in ${this.directory}:\n${await this.log()}`);
      if (await answers(this.unix)) return;
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
  }

  /** The port that the kernel chose, which only the log shows; 0 if it does not listen there. */
  private async listeningPort(address: string): Promise<number> {
    const match = new RegExp(`\\b0:${address}: listening on port (\\d+)`).exec(await this.log());
    return Number(match?.[1] ?? 0);
  }

  private log(): Promise<string> {
    return readFile(join(this.directory, 'db.log'), 'utf8').catch(() => '(it has no log)');
  }
}

/**
 * Starts a server with one standalone database; resolves once it answers.
 * @throws Error that names the Debian package if a program is missing, or has the server's log.
 */
export async function startOvsdbServer(options: OvsdbServerOptions): Promise<OvsdbServer> {
  const isTemporary = options.directory === undefined;
  const directory = options.directory ?? (await makeTemporaryDirectory());
  try {
    await mkdir(directory, { recursive: true });
    const database = join(directory, 'db.db');
    if (!existsSync(database)) await runTool('ovsdb-tool', ['create', database, options.schema]);
    return await OvsdbServer.on(directory, ['db.db'], options, isTemporary);
  } catch (error) {
    if (isTemporary) await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** A short path, as that of a unix socket has at most 107 bytes. */
export function makeTemporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ovsdb-'));
}

/** @throws Error that names the Debian package if the program is missing. */
export async function runTool(program: Program, args: readonly string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(await findProgram(program), args);
}

/** Debian puts servers where only root's PATH looks. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Debian's package for each program. */
const PACKAGES = {
  'ovsdb-server': 'openvswitch-common',
  'ovsdb-tool': 'openvswitch-common',
  'ovsdb-client': 'openvswitch-common',
  'ovs-appctl': 'openvswitch-common',
  setpriv: 'util-linux',
};

type Program = keyof typeof PACKAGES;

async function findProgram(name: Program): Promise<string> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(`${name} is missing: install Debian's package ${PACKAGES[name]}`);
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function answers(remote: string): Promise<boolean> {
  const { signal } = new AbortController();
  const options = { clock: systemClock, connectTimeoutMs: READY_TIMEOUT_MS, signal };
  try {
    const socket = await dial(parseRemotes(remote)[0]!, options);
    const events = { notified: () => undefined, closed: () => undefined };
    const connection = new JsonRpcConnection(socket, systemClock, CLIENT_DEFAULTS, events);
    await connection.request('list_dbs', []);
    connection.close(new OvsdbFault('closed', 'the server answers'));
    return true;
  } catch (fault) {
    if (fault instanceof OvsdbFault) return false;
    throw fault;
  }
}
