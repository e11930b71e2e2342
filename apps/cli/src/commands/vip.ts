// `holdfast vip`: addresses that may move between Pods, or front a load balancer.
import type { v1 } from '@holdfast/api';
import { type Command, Option } from 'commander';
import { type Run, acting } from '../session/acting';
import type { ExitCode } from '../exit-code';
import { type FamilyFlag, familiesOption, toFamilies } from '../family';
import { askingFlags, changingFlags, heldFlags, readEach } from '../flags';
import { tellTimestamp } from '../format/moment';
import type { CliSession } from '../session/session';
import { type TableColumn, inWide, table } from '../format/table';
import {
  LABELS,
  type LabelFlags,
  type SelectorFlags,
  labelFlag,
  noneText,
  selectorFlag,
} from './label-flags';
import { releasedText } from '../format/use-text';
import { addVipParentCommands } from './vip-parent';
import { addVipShow } from './vip-show';

interface VipFlags {
  readonly v4?: string;
  readonly v6?: string;
  readonly mac?: string;
  readonly type?: string | false;
  readonly namespace?: string | false;
  readonly selector?: string[] | false;
  readonly note?: string | false;
}

interface ReserveFlags extends VipFlags, LabelFlags {
  readonly subnet: string;
  readonly family?: FamilyFlag | 'dual';
  readonly pool?: string;
}

export function addVipCommands(program: Command, run: Run): void {
  const vip = program
    .command('vip')
    .alias('vips')
    .summary('addresses that may move between Pods')
    .description('Vips: addresses that may move between Pods, or front a load balancer.');
  addReserve(vip, run);
  addRevise(vip, run);
  const release = vip
    .command('release <name>')
    .description('End a Vip.')
    .option('--reason <text>', 'why, for the record');
  acting<{ reason?: string }>(changingFlags(release, run.io), run, (session, { reason = '' }, name: string) =>
    session.change('ReleaseVip', { name, reason }, ({ vip: ended }) =>
      releasedText(ended, `vip/${name}`, ended?.subnet),
    ),
  );
  addVipShow(vip, run);
  addVipParentCommands(vip, run);
  const get = vip.command('get <name>').description('Show one Vip.');
  acting(askingFlags(get), run, (session, _flags, name: string) => session.ask('GetVip', { name }, vipTable));
  const list = vip
    .command('list')
    .alias('ls')
    .description('Show all Vips.')
    .option('--subnet <name>', 'only in this subnet');
  type ListFlags = SelectorFlags & { readonly subnet?: string };
  acting<ListFlags>(askingFlags(selectorFlag(list)), run, (session, { subnet = '', selector = '' }) =>
    session.askAll('ListVips', { subnet, labelSelector: selector }, ({ vips }, isWide) =>
      vips.length > 0 ? table(COLUMNS, vips, isWide) : { nothing: noneText('Vips', selector) },
    ),
  );
}

function addReserve(vip: Command, run: Run): void {
  const reserve = vip
    .command('reserve <name>')
    .description('Reserve a Vip: the addresses named, else the next free ones.')
    .requiredOption('--subnet <name>', 'the subnet to reserve in');
  heldFlags(reserve)
    .addOption(familiesOption())
    .option('--pool <name>', 'the pool that addresses which are not named come from (none of the pools)');
  purposeFlags(reserve);
  acting<ReserveFlags>(changingFlags(labelFlag(reserve), run.io), run, (session, flags, name: string) => {
    const { subnet, family, pool = '', v4 = '', v6 = '', mac = '', label: labels = {} } = flags;
    const requested = { v4, v6, mac, families: toFamilies(family), pool, labels };
    return session.change('ReserveVip', { name, subnet, ...requested, ...purpose(flags) }, vipTable);
  });
}

function addRevise(vip: Command, run: Run): void {
  const revise = vip.command('revise <name>').description('Change a Vip. What is left out stays.');
  purposeFlags(heldFlags(revise));
  for (const what of ['type', 'namespace', 'selector', 'note'])
    revise.option(`--no-${what}`, 'none from now on');
  acting<VipFlags>(changingFlags(revise, run.io), run, reviseVip);
}

/** The server sets what a Vip is for as a whole, so what is left out is looked up first: at the log's end. */
async function reviseVip(session: CliSession, flags: VipFlags, name: string): Promise<ExitCode> {
  const status = await session.find('GetStatus', {});
  if (status.refusal) return session.tell('GetStatus', status, () => '');
  const found = await session.find('GetVip', { name, atLeastPosition: status.reply.position });
  if (found.refusal) return session.tell('GetVip', found, () => '');
  const { v4 = '', v6 = '', mac = '' } = flags;
  return session.change('ReviseVip', { name, v4, v6, mac, ...purpose(flags, found.reply.vip) }, vipTable);
}

function purposeFlags(command: Command): void {
  command
    .addOption(
      new Option('--type <type>', 'what it is used for').choices(['switch_lb_vip', 'kube_host_vm_vip']),
    )
    .option('--namespace <name>', 'whose Pods may answer for it')
    .option('--selector <selector>', 'which of those Pods: a label selector; may be given again', readEach)
    .option('--note <text>', 'whose it is and what for');
}

/** `false` is a flag's `--no-` form; what is left out is as it was. */
function purpose({ type, namespace, selector, note }: VipFlags, was?: v1.Vip) {
  return {
    type: type === false ? '' : (type ?? was?.type ?? ''),
    namespace: namespace === false ? '' : (namespace ?? was?.namespace ?? ''),
    selector: selector === false ? [] : (selector ?? was?.selector ?? []),
    note: note === false ? '' : (note ?? was?.note ?? ''),
  };
}

const COLUMNS: readonly TableColumn<v1.Vip>[] = [
  { head: 'NAME', text: ({ name }) => name },
  { head: 'SUBNET', text: ({ subnet }) => subnet },
  { head: 'V4', text: ({ v4 }) => v4 },
  { head: 'V6', text: ({ v6 }) => v6 },
  { head: 'MAC', text: ({ mac }) => mac },
  { head: 'TYPE', text: ({ type }) => type },
  { head: 'NAMESPACE', text: ({ namespace }) => namespace },
  {
    head: 'SINCE',
    text: ({ since }) => since && tellTimestamp(since),
    // Replies to commands don't say.
    isShown: (_isWide, rows) => rows.some(({ since }) => since !== undefined),
  },
  { head: 'SELECTOR', text: ({ selector }) => selector.join('; '), isShown: inWide },
  { head: 'NOTE', text: ({ note }) => note, isShown: inWide },
  LABELS,
];

const vipTable = ({ vip }: { readonly vip?: v1.Vip }, isWide: boolean): string =>
  table(COLUMNS, vip ? [vip] : [], isWide);
