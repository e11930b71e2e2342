// Every line that the help shows is run, in the order in which the file tells them, on an empty ledger.
import type { Command } from 'commander';
import { EXAMPLES, examplesOf } from './examples';
import { pathOf } from './acting';
import { buildProgram } from './program';
import { type ControlPlane, startControlPlane } from './testing/control-plane';
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

describe('the examples in the help', () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
  });
  afterAll(() => controlPlane.stop());

  it('all work', async () => {
    const terminal = new Terminal(controlPlane.server);
    const printed: Record<string, string> = {};
    for (const example of EXAMPLES) {
      const { code, out, err } = await terminal.type(example);
      printed[example] = `${code} ${code === 0 ? '' : err}`;
      expect(out + err).not.toBe('');
    }
    expect(printed).toEqual(Object.fromEntries(EXAMPLES.map((example) => [example, '0 '])));
  });

  it.each(leaves(program).map(pathOf))('%s has one, and its help shows it', async (path) => {
    const examples = examplesOf(path);
    expect(examples.length).toBeGreaterThan(0);
    const help = await new Terminal(controlPlane.server).tell(`${path} --help`);
    for (const example of examples) expect(help).toContain(`\n  ${example}\n`);
  });
});
