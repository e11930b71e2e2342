// The control plane as a process of its own, as users run it.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child';

const READY_WITHIN_MS = 60_000;

export interface ControlPlaneProcess {
  readonly pid: number;
  /** Base URL. */
  readonly http: string;
  /** host:port */
  readonly grpc: string;
  readonly output: () => string;
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

/**
 * @param flags as `holdfast-control-plane --help` has them; ports are free ones unless given
 * @param onOutput is given its log
 * @param env its environment; ours unless given
 */
export async function startControlPlane(
  flags: Readonly<Record<string, string>>,
  onOutput?: (text: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ControlPlaneProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ready-'));
  const readyFile = join(folder, 'ready.json');
  const all = { http: '127.0.0.1:0', grpc: '127.0.0.1:0', ...flags, 'ready-file': readyFile };
  const program = require.resolve('@holdfast/control-plane/bin');
  const args = Object.entries(all).map(([name, value]) => `--${name}=${value}`);
  const child = Child.start(process.execPath, [program, ...args], { env }, onOutput);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const ready = await child.until(() => readReady(readyFile), READY_WITHIN_MS);
    return {
      pid: child.pid as number,
      ...ready,
      output: () => child.output,
      stop: () => child.stop(),
      kill: () => child.kill(),
    };
  } finally {
    remove();
  }
}

function readReady(file: string): { http: string; grpc: string } | undefined {
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { http: string; grpc: string })
    : undefined;
}
