// A real control plane for a spec file: a process of its own, on a free port, with nothing in its ledger.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Beside us, as a program and not as a module: from src and from dist the way is the same. */
const MAIN = join(__dirname, '../../../control-plane/dist/main.js');

const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;
/** Of its output, for the message of a failure. */
const TAIL_LENGTH = 4_000;

export interface CliControlPlane {
  /** Base URL. */
  readonly server: string;
  stop(): Promise<void>;
}

export async function startCliControlPlane(): Promise<CliControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
  const readyFile = join(folder, 'ready.json');
  const flags = ['--store=memory:', '--http=127.0.0.1:0', '--grpc=127.0.0.1:0', `--ready-file=${readyFile}`];
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { http } = await ready(child, readyFile);
    return { server: http, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ready(child: ChildProcess, file: string): Promise<{ readonly http: string }> {
  let tail = '';
  const keep = (chunk: Buffer): void => void (tail = (tail + chunk.toString()).slice(-TAIL_LENGTH));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const endMs = performance.now() + READY_WITHIN_MS;
  while (!existsSync(file)) {
    if (child.exitCode !== null) throw new Error(`the control plane ended:\n${tail}`);
    if (performance.now() > endMs) throw new Error(`the control plane is not ready:\n${tail}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return JSON.parse(readFileSync(file, 'utf8')) as { http: string };
}

/** One for all tests of a spec file, or of the `describe` in which this is called. @returns it, once they run */
export function aControlPlane(): () => CliControlPlane {
  let controlPlane: CliControlPlane;
  beforeAll(async () => {
    controlPlane = await startCliControlPlane();
  });
  afterAll(() => controlPlane.stop());
  return () => controlPlane;
}
