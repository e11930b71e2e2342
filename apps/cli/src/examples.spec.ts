// Every line that the help shows is run, in the order in which the file tells them, on an empty ledger.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import { createObjects, kubeOvn } from '@holdfast/kube-ovn-import/testing';
import {
  installDefinitions,
  MANIFESTS,
  type SandboxApiServer,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import type { Command } from 'commander';
import { EXAMPLES, examplesOf } from './examples';
import { commandPath } from './session/acting';
import { buildProgram } from './program';
import { type CliControlPlane, startCliControlPlane } from './testing/control-plane';
import { Terminal } from './testing/terminal';

const program = buildProgram({ io: new Terminal('').io, exitCode: 0 });

const leaves = (command: Command): Command[] =>
  command.commands.length > 0
    ? command
        .createHelp()
        .visibleCommands(command)
        .filter((each) => each.name() !== 'help')
        .flatMap(leaves)
    : [command];

/** What is kept for a second is not to be had before: as people would, it asks again. */
const ASKED_AGAIN_EVERY_MS = 50;
const ASKED_AGAIN_MAX = 100;

async function onceItIsTime(terminal: Terminal, example: string): ReturnType<Terminal['type']> {
  const mayBeEarly = example.includes(' release-expired ');
  for (let asked = 1; ; asked += 1) {
    const printed = await terminal.type(example);
    if (printed.code === 0 || !mayBeEarly || asked === ASKED_AGAIN_MAX) return printed;
    await new Promise((resolve) => setTimeout(resolve, ASKED_AGAIN_EVERY_MS));
  }
}

/** What is backed up, and the folder that the examples are typed in. */
async function ledgerIn(folder: string): Promise<string> {
  const file = join(folder, 'ledger.db');
  await (await openSqliteEventStore({ file })).close();
  return `sqlite:${file}`;
}

describe('the examples in the help', () => {
  let controlPlane: CliControlPlane;
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-examples-'));

  /** What is imported. */
  let cluster: SandboxApiServer;

  beforeAll(async () => {
    [controlPlane, cluster] = await Promise.all([startCliControlPlane(), startSandboxApiServer()]);
    await installDefinitions(cluster, MANIFESTS.kubeOvn);
    await createObjects(cluster, [kubeOvn.subnetObject('imported', '10.40.0.0/16')]);
  });
  afterAll(async () => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
    await Promise.all([controlPlane.stop(), cluster.stop()]);
  });

  it('all work', async () => {
    const env = {
      ...{ HOLDFAST_SERVER: controlPlane.server, KUBECONFIG: cluster.kubeconfigFile },
      HOLDFAST_STORE: await ledgerIn(folder),
    };
    process.chdir(folder);
    const terminal = new Terminal(controlPlane.server, { env });
    const printed: Record<string, string> = {};
    for (const example of EXAMPLES) {
      const { code, out, err } = await onceItIsTime(terminal, example);
      printed[example] = `${code} ${code === 0 ? '' : err}`;
      expect(out + err).not.toBe('');
    }
    expect(printed).toEqual(Object.fromEntries(EXAMPLES.map((example) => [example, '0 '])));
  });

  it.each(leaves(program).map(commandPath))('%s has one, and its help shows it', async (path) => {
    const examples = examplesOf(path);
    expect(examples.length).toBeGreaterThan(0);
    const help = await new Terminal(controlPlane.server).tell(`${path} --help`);
    for (const example of examples) expect(help).toContain(`\n  ${example}\n`);
  });
});
