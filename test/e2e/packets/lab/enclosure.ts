// Holds a lab together: a PID, a mount and network namespaces of its own, in which every process, interface and
// mount of the lab lives. They last as long as one pipe from here stays open, so they end with the test however
// that ends, SIGKILL included, and nothing can reach the host's network by mistake. It knows nothing of OVN.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * The first process inside. It tells its PID as seen from outside (the outer /proc is still there then), has dead
 * orphans reaped by ignoring SIGCHLD, and waits for the end of its input: as PID 1 it takes all others with it.
 */
const TELL = 'read -r pid _ </proc/self/stat; mount -t proc proc /proc; echo "$pid"';
const FIRST = `${TELL}; exec env --ignore-signal=CHLD cat`;
const UNSHARE = 'unshare --mount --propagation private --pid --net --fork --kill-child';
/** Stays to remove the folder when all is over. */
const HOLD = `${UNSHARE} sh -c "$1"; rm -rf -- "$2"`;

/** What runs inside, and where. */
export interface RunOptions {
  /** The file of a network made by `addNetwork`; default: the enclosure's own, which has nothing but `lo`. */
  readonly network?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Generous: nothing that is waited for here takes a second on an idle machine. */
const RUN_TIMEOUT_MS = 30_000;
/** `ovn-sbctl lflow-list` is the longest. */
const OUTPUT_BYTES_MAX = 16 << 20;

/** Debian puts servers and `ip` where only root's PATH looks. */
export const PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter);

/** @returns what is to be said of a server that is to be running and is not; undefined: it is */
export type Obituary = () => Promise<string | undefined>;

export class Enclosure {
  private readonly watched = new Set<Obituary>();

  private constructor(
    /** For sockets, databases, logs and configurations; removed by `close`. */
    readonly folder: string,
    private readonly holder: ChildProcess,
    private readonly firstPid: number,
  ) {}

  /** @throws Error with what `unshare` says, where namespaces cannot be made */
  static async open(): Promise<Enclosure> {
    const folder = await mkdtemp(join(tmpdir(), 'hflab-'));
    const holder = spawn('sh', ['-c', HOLD, 'sh', FIRST, folder], {
      env: { ...process.env, PATH },
      // A signal to the test's whole group, such as that of a Ctrl-C, would leave the folder.
      detached: true,
    });
    let complaint = '';
    holder.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    const [line] = (await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')])) as [unknown];
    if (!(line instanceof Buffer)) throw new Error(`no namespaces can be made: ${complaint}`);
    // A lab that nobody closed must not keep the test's process from ending, which closes it.
    holder.unref();
    for (const stream of [holder.stdin, holder.stdout, holder.stderr]) (stream as unknown as Unref).unref();
    await mkdir(join(folder, 'networks'));
    return new Enclosure(folder, holder, Number(line.toString()));
  }

  /** Makes a network namespace, with `lo` up. @returns its file, as it is called inside */
  async addNetwork(name: string): Promise<string> {
    const file = join(this.folder, 'networks', name);
    await this.run(['sh', '-ec', ': >"$1"; unshare --net="$1" ip link set lo up', 'sh', file]);
    return file;
  }

  /** Its name is free then; it lasts as long as a process is in it. */
  async removeNetwork(network: string): Promise<void> {
    await this.run(['sh', '-ec', 'umount "$1"; rm "$1"', 'sh', network]);
  }

  /** @returns what it printed. @throws Error with what it complained of, if it fails or takes too long */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    const settings = {
      env: this.environment(options),
      timeout: RUN_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: OUTPUT_BYTES_MAX,
    } as const;
    try {
      return (await promisify(execFile)('nsenter', this.enter(argv, options), settings)).stdout;
    } catch (cause) {
      const { code, signal, stderr } = cause as { code: unknown; signal: unknown; stderr: string };
      const how = `${argv.join(' ')} failed (${String(signal ?? code)})`;
      throw new Error(`${how}: ${stderr}`, { cause });
    }
  }

  /** Starts it and does not wait. A signal to the child does not get through: `Running` sends them inside. */
  spawn(argv: readonly string[], options: RunOptions = {}): ChildProcess {
    return spawn('nsenter', this.enter(argv, options), {
      env: this.environment(options),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** From now on the server is to be running. @returns what ends that */
  watch(obituary: Obituary): () => void {
    this.watched.add(obituary);
    return () => this.watched.delete(obituary);
  }

  /** What is to be said of each server that ended though nobody ended it. */
  async obituaries(): Promise<string[]> {
    if (this.isClosed) return [];
    const all = await Promise.all([...this.watched].map((obituary) => obituary()));
    return all.filter((one) => one !== undefined);
  }

  /** Resolves once every process inside is gone, and the folder. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.holder.ref();
    const gone = once(this.holder, 'exit');
    this.holder.stdin?.end();
    await gone;
  }

  private get isClosed(): boolean {
    return this.holder.exitCode !== null || this.holder.signalCode !== null;
  }

  private enter(argv: readonly string[], { network }: RunOptions): readonly string[] {
    const process = `/proc/${this.firstPid}`;
    // nsenter opens the files before it enters, so a mount inside is named through the first process's root.
    const net = network === undefined ? `${process}/ns/net` : `${process}/root${network}`;
    return [`--mount=${process}/ns/mnt`, `--pid=${process}/ns/pid`, `--net=${net}`, '--', ...argv];
  }

  private environment({ env }: RunOptions): NodeJS.ProcessEnv {
    return { ...process.env, PATH, LC_ALL: 'C', ...env };
  }
}

interface Unref {
  unref(): void;
}
