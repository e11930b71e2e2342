// `holdfast completion bash`: completion of commands, flags and the values that a flag chooses from. The shell asks
// the program itself, so that it knows what this version knows.
import { Argument, type Command, type Option } from 'commander';
import { type Run, showExamples } from '../session/acting';

const BASH = `# In ~/.bashrc: source <(holdfast completion bash)
_holdfast() {
  mapfile -t COMPREPLY < <(holdfast __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _holdfast holdfast
`;

export function addCompletionCommands(program: Command, { io }: Run): void {
  const completion = program
    .command('completion')
    .description(
      "Print what makes the shell complete commands and flags: add 'source <(holdfast completion bash)'.",
    )
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash']))
    .action(() => io.out(BASH));
  showExamples(completion);
  program.command('__complete [words...]', { hidden: true }).action((words: string[]) =>
    io.out(
      candidates(program, words)
        .map((word) => `${word}\n`)
        .join(''),
    ),
  );
}

/** What the last of the words may become. */
function candidates(program: Command, words: readonly string[]): string[] {
  const last = words[words.length - 1] ?? '';
  let command = program;
  let awaiting: Option | undefined;
  for (const word of words.slice(0, -1)) {
    const isValue = awaiting !== undefined;
    awaiting = isValue ? undefined : awaitingValue(command, word);
    if (!isValue && !word.startsWith('-')) command = child(command, word) ?? command;
  }
  const options = awaiting
    ? (awaiting.argChoices ?? [])
    : last.startsWith('-')
      ? optionsOf(command).flatMap(({ long }) => long ?? [])
      : [...visible(command).map((each) => each.name()), ...choicesOf(command)];
  return options.filter((option) => option.startsWith(last));
}

const visible = (command: Command): Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help');

const child = (command: Command, word: string): Command | undefined =>
  command.commands.find((each) => each.name() === word || each.aliases().includes(word));

const choicesOf = (command: Command): readonly string[] =>
  command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);

/** Its own, and those of the commands above it. */
function optionsOf(command: Command): Option[] {
  const own = [...command.createHelp().visibleOptions(command)];
  return command.parent ? [...own, ...optionsOf(command.parent).filter(isNotIn(own))] : own;
}

const isNotIn =
  (options: readonly Option[]) =>
  ({ long }: Option): boolean =>
    !options.some((option) => option.long === long);

function awaitingValue(command: Command, word: string): Option | undefined {
  const option = optionsOf(command).find(({ short, long }) => word === short || word === long);
  return option?.required ? option : undefined;
}
