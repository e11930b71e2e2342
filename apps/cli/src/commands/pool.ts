// `holdfast pool`: addresses of a subnet that are set aside for those who name the pool.
import type { v1 } from '@holdfast/api';
import type { Command } from 'commander';
import { type Run, acting } from '../session/acting';
import { FAMILY } from '../family';
import { askingFlags, changingFlags, readListFlag } from '../flags';
import { type TableColumn, table } from '../format/table';
import { LABELS, type LabelFlags, type SelectorFlags, labelFlag, selectorFlag } from './label-flags';

interface DefineFlags extends LabelFlags {
  readonly range: string[];
  readonly namespace?: string[];
}

export function addPoolCommands(program: Command, run: Run): void {
  const pool = program
    .command('pool')
    .alias('pools')
    .summary('addresses of a subnet that are set aside')
    .description(
      "Pools: addresses of a subnet that only those are given who name the pool ('holdfast reserve --pool'), or who " +
        'are of a namespace that it is bound to.',
    );
  const define = pool
    .command('define <subnet> <name>')
    .description('Define a pool, or set one that there is. Who holds an address keeps it.')
    .requiredOption('--range <ranges>', 'all its addresses: a..b, a or a/n', readListFlag)
    .option('--namespace <names>', 'all namespaces whose Pods take from it without naming it', readListFlag);
  acting<DefineFlags>(
    changingFlags(labelFlag(define), run.io),
    run,
    (session, flags, subnet: string, name: string) => {
      const { range: ranges, namespace: namespaces = [], label: labels = {} } = flags;
      return session.change('DefinePool', { subnet, name, ranges, namespaces, labels }, poolTable);
    },
  );
  const retire = pool
    .command('retire <subnet> <name>')
    .description("End a pool. Its addresses are the subnet's again; who holds one keeps it.");
  acting(changingFlags(retire, run.io), run, (session, _flags, subnet: string, name: string) =>
    session.change('RetirePool', { subnet, name }, () => `Pool ${name} of subnet ${subnet} retired.\n`),
  );
  const get = pool.command('get <subnet> <name>').description('Show one pool, and how full it is.');
  acting(askingFlags(get), run, (session, _flags, subnet: string, name: string) =>
    session.ask('GetPool', { subnet, name }, poolTable),
  );
  const list = pool
    .command('list')
    .alias('ls')
    .description('Show all pools, and how full they are.')
    .option('--subnet <name>', 'only in this subnet');
  type ListFlags = SelectorFlags & { readonly subnet?: string };
  acting<ListFlags>(askingFlags(selectorFlag(list)), run, (session, { subnet = '', selector = '' }) =>
    session.askAll('ListPools', { subnet, labelSelector: selector }, ({ pools }, isWide) =>
      pools.length > 0 ? table(COLUMNS, pools, isWide) : { nothing: 'There are no such pools.' },
    ),
  );
}

/** Replies to changes have no counts. */
const count = (head: string, family: v1.IpFamily, key: 'using' | 'available'): TableColumn<v1.Pool> => {
  const of = ({ counts }: v1.Pool): string | undefined =>
    counts.find((each) => each.family === family)?.[key];
  return { head, text: of, isShown: (_isWide, rows) => rows.some((row) => of(row) !== undefined) };
};

const COLUMNS: readonly TableColumn<v1.Pool>[] = [
  { head: 'SUBNET', text: ({ subnet }) => subnet },
  { head: 'NAME', text: ({ name }) => name },
  { head: 'RANGES', text: ({ ranges }) => ranges.join(',') },
  { head: 'NAMESPACES', text: ({ namespaces }) => namespaces.join(',') },
  count('V4USING', FAMILY.ipv4, 'using'),
  count('V4AVAILABLE', FAMILY.ipv4, 'available'),
  count('V6USING', FAMILY.ipv6, 'using'),
  count('V6AVAILABLE', FAMILY.ipv6, 'available'),
  LABELS,
];

const poolTable = ({ pool }: { readonly pool?: v1.Pool }, isWide: boolean): string =>
  table(COLUMNS, pool ? [pool] : [], isWide);
