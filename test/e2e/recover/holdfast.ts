// `holdfast recover` as an operator runs it, and what it says as a program reads it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';

export const CLI = join(__dirname, '../../../apps/cli/bin/holdfast.cjs');

export interface Recovered {
  readonly code: number;
  readonly err: string;
  readonly fenced: readonly string[];
  readonly rows: readonly {
    readonly subnet: string;
    readonly address: string;
    readonly state: string;
    readonly parties: readonly { readonly holder: string; readonly saidBy: readonly string[] }[];
  }[];
}

/** @param http where the control plane is */
export function runRecover(http: string, ...flags: readonly string[]): Promise<Recovered> {
  const args = [CLI, 'recover', '--server', http, '-o', 'json', '--timeout', '20s', ...flags];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, KUBECONFIG: '' } }, (error, out, err) => {
      const code = error ? Number(error.code) : 0;
      const said = (out === '' ? {} : JSON.parse(out)) as Partial<Recovered>;
      resolve({ fenced: [], rows: [], ...said, code, err });
    });
  });
}

/** `10.50.0.2 agrees: vip/a` */
export const rowTexts = ({ rows }: Recovered): readonly string[] =>
  rows.map(
    ({ address, state, parties }) => `${address} ${state}: ${parties.map(({ holder }) => holder).join(', ')}`,
  );
