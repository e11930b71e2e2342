// What needs no server: help, usage, completion.
import { type Printed, Terminal } from './testing/terminal';

const terminal = new Terminal('http://127.0.0.1:9', {
  fetch: () => Promise.reject(new Error('no server is to be asked')),
});
const type = (line: string): Promise<Printed> => terminal.type(line);

describe('usage', () => {
  it('is shown when nothing is said, as wrong usage', async () => {
    const { code, out, err } = await type('');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: holdfast [options] [command]');
  });

  it('is shown when asked for, with the exit codes', async () => {
    const { code, out, err } = await type('--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Exit codes:\n  0   done\n  1   refused by the ledger');
  });

  it('names the version', async () => {
    expect(await type('--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });

  it.each([
    ['subnte list', "unknown command 'subnte' (Did you mean subnet?)"],
    ['subnet lst', "unknown command 'lst' (Did you mean one of list, ls?)"],
    ['vip list --subnte a', "unknown option '--subnte' (Did you mean --subnet?)"],
    ['reserve ovn-default', "missing required argument 'holder'"],
    ['status now', "too many arguments for 'status'. Expected 0 arguments but got 1: now."],
    ['subnet define a', "required option '--cidr <blocks>' not specified"],
    ['status -o yaml', "'yaml' is invalid. Allowed choices are table, wide, json."],
    ['status --timeout 0s', 'Expected a span of time above 0s'],
    ['status --timeout soon', 'Expected a span of time such as 5m, 1h30m or 0s'],
    [
      'status --server localhost:7080',
      'the server\'s URL is "localhost:7080"; expected such as http://127.0.0.1:7080',
    ],
    ['subnet free a --limit few', 'Expected a whole number above 0'],
    ['history', 'whose history? Give one of: an address, a holder, --vip NAME'],
    ['history 10.0.0.1 --vip web', 'whose history? Give one of: an address, a holder, --vip NAME'],
    [
      'history web',
      '"web" is neither an address nor a holder such as pod/default/web-0; for a Vip: --vip NAME',
    ],
    ['history 10.0.0.1 --at yesterday', 'Expected a time such as 2026-01-31T14:05:00Z'],
    ['history pod/default/web-0 --at -1h', '--at asks who held an address: give one'],
    [
      'history 10.0.0.1 --at -1h --from -2h',
      '--at is one moment, --from and --to are a span: give one of the two',
    ],
    ['subnet retire a --command-id x', '--command-id and --issued-at go together'],
    ['subnet retire a --issued-at now', '--command-id and --issued-at go together'],
    ['backup', "missing required argument 'file'"],
    ['restore', "missing required argument 'backup'"],
    ['backup b.db --store memory:', '--store: memory: is no file that could be copied; expected sqlite:FILE'],
    ['restore b.db --store eventstoredb:esdb://u:p@h', 'EventStoreDB has a backup of its own'],
    ['completion fish', 'Allowed choices are bash.'],
  ])('%s is wrong', async (line, message) => {
    const { code, out, err } = await type(line);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('holdfast: ');
    expect(err).toContain(message);
  });

  it.each([
    ["subnet get ''", 'name: is required'],
    ['subnet get ..', 'name: expected a DNS subdomain'],
    ['release a ../../b', 'holder: expected a holder such as "pod/default/web-0", got "../../b"'],
    ['release a vip/web', 'holder: is a Vip'],
    [
      'reserve a pod/default/web-0 --v4 banana',
      'v4: expected an IPv4 address such as "10.16.0.5", got "banana"',
    ],
    ['move a pod/default/web-0', 'v4: is required, or v6, mac or port'],
    ['subnet define a --cidr 10.0.0.0/33', 'cidrs[0]: expected a block'],
    ['vip reserve web --subnet a --selector "app in (" ', 'selector[0]: '],
    ['status --actor x', "unknown option '--actor'"],
    ["subnet retire a --actor ' x'", 'options.actor: expected 1 to 256 characters'],
    ['subnet retire a --command-id ü --issued-at now', 'options.commandId: expected 1 to 128 visible ASCII'],
    ['subnet list --at-least-position soon', 'atLeastPosition: expected a position from a reply'],
    ['history 10.0.0.1 --from -1h --to -2h', 'toTime: expected a time after fromTime'],
  ])('%s is refused without asking the server', async (line, message) => {
    const { code, out, err } = await type(line);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('is told to programs as the contract tells it', async () => {
    const { code, out } = await type("subnet get '' -o json");
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      code: 'InvalidArgument',
      message: 'name: is required',
      facts: { field: 'name' },
      retryable: false,
    });
  });
});

describe('completion', () => {
  it.each([
    [
      '""',
      'reserve move release reservation subnet pool vip rule label history status import recover backup restore completion',
    ],
    ['re', 'reserve release reservation recover restore'],
    ['subnet r', 'revise retire'],
    ['vips --server http://x li', 'list'],
    ['vip list -o ""', 'table wide json'],
    ['reserve a pod/b/c --family ip', 'ipv4 ipv6'],
    ['release a b --re', '--reason'],
    ['release a b --reason re', ''],
    ['completion ""', 'bash'],
  ])('of %s is %j', async (line, expected) => {
    const out = await terminal.tell(`__complete -- ${line}`);
    expect(out.split('\n').filter(Boolean).join(' ')).toBe(expected);
  });

  it("offers a command's own flags and those of all commands", async () => {
    const out = await terminal.tell('__complete -- subnet list --');
    expect(out.split('\n')).toEqual(
      expect.arrayContaining(['--at-least-position', '--help', '--server', '--output', '--timeout']),
    );
  });
});
