// `holdfast rule`: what is spread from a Vip's fronts over which backends.
import type { v1 } from '@holdfast/api';
import type { Command } from 'commander';
import { type Run, acting } from '../session/acting';
import type { ExitCode } from '../exit-code';
import { askingFlags, changingFlags } from '../flags';
import type { CliSession } from '../session/session';
import { type TableColumn, inWide, table } from '../format/table';
import { UsageFault } from '../usage-fault';
import { PORT_HELP, type RuleFlags, toDefinition, wayFlags } from './rule-flags';
import { frontsText, readPorts } from '../format/rule-port';

export function addRuleCommands(program: Command, run: Run): void {
  const rule = program
    .command('rule')
    .alias('rules')
    .summary('what Vips of type switch_lb_vip spread over which backends')
    .description(
      "Rules: which ports of a Vip of type switch_lb_vip are spread over which backends. A rule is in its Vip's " +
        'subnet; its name is unique there.',
    );
  addDefine(rule, run);
  addRevise(rule, run);
  addBackends(rule, run);
  const retire = rule
    .command('retire <subnet> <name>')
    .description('End a rule; others may have its fronts. The Vip stays.')
    .option('--reason <text>', 'why, for the record');
  acting<{ reason?: string }>(
    changingFlags(retire, run.io),
    run,
    (session, { reason = '' }, subnet: string, name: string) =>
      session.change(
        'RetireRule',
        { subnet, name, reason },
        () => `Rule ${name} of subnet ${subnet} retired.\n`,
      ),
  );
  const show = rule
    .command('show <subnet> <name>')
    .alias('get')
    .description('Show one rule, with its backends.');
  acting(askingFlags(show), run, (session, _flags, subnet: string, name: string) =>
    session.ask('GetRule', { subnet, name }, ({ rule: found, backends }, isWide) =>
      found ? ruleTable([{ ...found, backends }], isWide) : '',
    ),
  );
  const list = rule
    .command('list')
    .alias('ls')
    .description('Show all rules.')
    .option('--subnet <name>', 'only in this subnet')
    .option('--vip <name>', 'only of this Vip');
  acting<{ subnet?: string; vip?: string }>(askingFlags(list), run, (session, { subnet = '', vip = '' }) =>
    session.askAll('ListRules', { subnet, vip }, ({ rules }, isWide) =>
      rules.length > 0 ? ruleTable(rules, isWide) : { nothing: 'There are no such rules.' },
    ),
  );
}

function addDefine(rule: Command, run: Run): void {
  const define = rule
    .command('define <name>')
    .description('Define a rule. One that exists just as asked is left as it is.')
    .requiredOption('--vip <name>', 'the Vip whose ports they are')
    .requiredOption('--port <ports>', PORT_HELP, readPorts);
  wayFlags(define)
    .option('--health-check', 'leave out backends that do not answer (IPv4 only)')
    .option('--reject-when-empty', 'refuse at once while there is no backend, instead of being silent');
  acting<RuleFlags & { readonly vip: string }>(
    changingFlags(define, run.io),
    run,
    (session, flags, name: string) =>
      session.change('DefineRule', { name, vip: flags.vip, ...toDefinition(flags) }, wholeTable),
  );
}

function addRevise(rule: Command, run: Run): void {
  const revise = rule
    .command('revise <subnet> <name>')
    .description('Change a rule. What is left out stays; it keeps its Vip.')
    .option('--port <ports>', `all its ports from now on: ${PORT_HELP}`, readPorts);
  wayFlags(revise);
  for (const what of ['namespace', 'selector', 'endpoint', 'note'])
    revise.option(`--no-${what}`, 'none from now on');
  revise
    .option('--health-check', 'leave out backends that do not answer (IPv4 only)')
    .option('--no-health-check', 'ask none of them')
    .option('--reject-when-empty', 'refuse at once while there is no backend')
    .option('--no-reject-when-empty', 'be silent while there is no backend');
  acting<RuleFlags>(changingFlags(revise, run.io), run, reviseRule);
}

/** The server sets a rule as a whole, so what is left out is looked up first: at the log's end. */
async function reviseRule(
  session: CliSession,
  flags: RuleFlags,
  subnet: string,
  name: string,
): Promise<ExitCode> {
  const status = await session.find('GetStatus', {});
  if (status.refusal) return session.tell('GetStatus', status, () => '');
  const found = await session.find('GetRule', { subnet, name, atLeastPosition: status.reply.position });
  if (found.refusal) return session.tell('GetRule', found, () => '');
  const was = found.reply.rule;
  const request = { subnet, name, vip: was?.vip ?? '', ...toDefinition(flags, was) };
  return session.change('ReviseRule', request, wholeTable);
}

function addBackends(rule: Command, run: Run): void {
  const backends = rule
    .command('backends <subnet> <name> [addresses...]')
    .description(
      "Set who is behind a rule that has a selector: all of them. In Holdfast's own cluster it is done already.",
    )
    .option('--none', 'there are none now');
  acting<{ none?: boolean }>(
    changingFlags(backends, run.io),
    run,
    (session, { none = false }, subnet: string, name: string, ...addresses: string[]) => {
      if (none === addresses.length > 0)
        throw new UsageFault('give the addresses of all backends, or --none');
      const request = { subnet, name, backends: addresses };
      return session.change('SetRuleBackends', request, (reply) =>
        reply.backends.length > 0
          ? table([{ head: 'BACKEND', text: (address: string) => address }], reply.backends)
          : `Rule ${name} of subnet ${subnet} has no backend now.\n`,
      );
    },
  );
}

/** Backends are known where one rule was asked for. */
type Row = v1.Rule & { readonly backends?: readonly string[] };

/** By whom the backends are said. */
const toText = ({ selector, namespace, endpoints }: Row): string =>
  selector.length > 0 ? `Pods of ${namespace} with ${selector.join('; ')}` : endpoints.join(',');

const COLUMNS: readonly TableColumn<Row>[] = [
  { head: 'NAME', text: ({ name }) => name },
  { head: 'SUBNET', text: ({ subnet }) => subnet },
  { head: 'VIP', text: ({ vip }) => vip },
  { head: 'FRONTS', text: frontsText },
  { head: 'TO', text: toText },
  {
    head: 'BACKENDS',
    text: ({ backends }) => backends?.join(','),
    isShown: (_isWide, rows) => rows.some(({ backends }) => backends !== undefined),
  },
  { head: 'AFFINITY', text: ({ affinity }) => affinity },
  { head: 'CHECKED', text: ({ healthCheck }) => (healthCheck ? 'yes' : 'no'), isShown: inWide },
  { head: 'EMPTY', text: ({ rejectWhenEmpty }) => (rejectWhenEmpty ? 'refuses' : 'silent'), isShown: inWide },
  { head: 'NOTE', text: ({ note }) => note, isShown: inWide },
];

const ruleTable = (rows: readonly Row[], isWide: boolean): string => table(COLUMNS, rows, isWide);

const wholeTable = ({ rule }: { readonly rule?: v1.Rule }, isWide: boolean): string =>
  ruleTable(rule ? [rule] : [], isWide);
