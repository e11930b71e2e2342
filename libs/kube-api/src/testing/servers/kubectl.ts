// The kubectl that people use, run against a server of a test: with its own home and cache, so that nothing of the
// user's is read and nothing is remembered of an earlier server on the same port.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface KubectlRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlHome {
  readonly program: string;
  readonly kubeconfigFile: string;
  /** A folder of the test's own. */
  readonly folder: string;
}

/** In the folder that KUBEBUILDER_ASSETS names, else on the PATH; undefined when there is none. */
export function findKubectl(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = [env['KUBEBUILDER_ASSETS'], ...(env['PATH'] ?? '').split(delimiter)];
  return folders
    .filter((folder) => folder)
    .map((folder) => join(folder ?? '', 'kubectl'))
    .find(isExecutable);
}

export function runKubectl(home: KubectlHome, args: readonly string[], stdin = ''): Promise<KubectlRun> {
  const env = { PATH: process.env['PATH'], HOME: home.folder, KUBECONFIG: home.kubeconfigFile };
  const all = [`--cache-dir=${join(home.folder, 'cache')}`, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(home.program, all, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: textOf(stdout), stderr: textOf(stderr) }));
    // It may end without reading what it is given; that it did not is then in its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
