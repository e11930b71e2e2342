// `holdfast subnet`: address spaces and their rules.
import type { v1 } from '@holdfast/api';
import { type Command, Option } from 'commander';
import { type Run, acting } from '../session/acting';
import { FAMILY, type FamilyFlag } from '../family';
import { askingFlags, changingFlags, readCount, readListFlag, readSpan } from '../flags';
import { tellDuration, toDuration } from '../format/span';
import { type TableColumn, inWide, table } from '../format/table';
import {
  LABELS,
  type LabelFlags,
  type SelectorFlags,
  labelFlag,
  noneText,
  selectorFlag,
} from './label-flags';
import { POLICY } from '../format/use-text';

/** `false` is a flag's `--no-` form. */
interface RuleFlags {
  readonly cidr?: string[];
  readonly gateway?: string[] | false;
  readonly exclude?: string[] | false;
  /** Milliseconds. */
  readonly cooling?: number;
  readonly router?: string | false;
  readonly retention?: string | false;
}

const FREE_LIMIT_DEFAULT = 10;

export function addSubnetCommands(program: Command, run: Run): void {
  const subnet = program.command('subnet').alias('subnets').summary('address spaces and their rules');
  subnet.description('Subnets: address spaces and their rules.');
  addDefine(subnet, run);
  addRevise(subnet, run);
  const retire = subnet
    .command('retire <name>')
    .description('End a subnet in which nobody holds an address.');
  acting(changingFlags(retire, run.io), run, (session, _flags, name: string) =>
    session.change('RetireSubnet', { name }, () => `Subnet ${name} retired; its history stays.\n`),
  );
  const get = subnet
    .command('get <name>')
    .description("Show one subnet. 'holdfast pool list' has its pools.");
  acting(askingFlags(get), run, (session, _flags, name: string) =>
    session.ask('GetSubnet', { name }, (reply, isWide) => countedTable([reply.subnet], isWide)),
  );
  const list = subnet.command('list').alias('ls').description('Show all subnets, and how full they are.');
  acting<SelectorFlags>(askingFlags(selectorFlag(list)), run, (session, { selector = '' }) =>
    session.askAll('ListSubnets', { labelSelector: selector }, ({ subnets }, isWide) =>
      subnets.length > 0 ? countedTable(subnets, isWide) : { nothing: noneText('subnets', selector) },
    ),
  );
  addFree(subnet, run);
}

function addDefine(subnet: Command, run: Run): void {
  const define = subnet
    .command('define <name>')
    .description('Define a subnet. One that exists just as asked is left as it is.')
    .requiredOption(
      '--cidr <blocks>',
      'its block, or one of each family: 10.16.0.0/16,fd00::/64',
      readListFlag,
    );
  const usual = 'owner for a statefulset or vm, release for others';
  ruleFlags(define, 'the first usable address of each block', 'nothing', 'none of ours', usual);
  acting<RuleFlags & LabelFlags>(
    changingFlags(labelFlag(define), run.io),
    run,
    (session, { label: labels = {}, ...flags }, name: string) =>
      session.change('DefineSubnet', { name, ...toRules(flags), labels }, ({ subnet: defined }, isWide) =>
        ruleTable([defined], isWide),
      ),
  );
}

function addRevise(subnet: Command, run: Run): void {
  const revise = subnet
    .command('revise <name>')
    .description('Change a subnet. What is left out stays; what is given replaces all that was there.')
    .option('--cidr <blocks>', 'all its blocks from now on', readListFlag);
  ruleFlags(revise, 'they stay', 'they stay', 'it stays', 'it stays')
    .option('--no-router', 'none of ours from now on')
    .option('--no-retention', 'what is usual for each kind of holder from now on');
  acting<RuleFlags>(changingFlags(revise, run.io), run, (session, flags, name: string) => {
    const noExcluded = flags.exclude === false;
    const none = { noRouter: flags.router === false, noRetention: flags.retention === false };
    const request = { name, ...toRules(flags), noExcluded, ...none };
    return session.change('ReviseSubnet', request, ({ subnet: revised }) => ruleTable([revised]));
  });
}

function ruleFlags(
  command: Command,
  gatewayDefault: string,
  excludeDefault: string,
  routerDefault: string,
  retentionDefault: string,
): Command {
  return command
    .option('--gateway <addresses>', `at most one of each family (${gatewayDefault})`, readListFlag)
    .option('--no-gateway', 'none at all')
    .option(
      '--exclude <ranges>',
      `never to be given automatically: a..b, a or a/n (${excludeDefault})`,
      readListFlag,
    )
    .option('--no-exclude', 'nothing is excluded')
    .option('--cooling <span>', 'how long an address stays unused after its release: 5m', readSpan)
    .option('--router <name>', `the Logical_Router that its gateways are on (${routerDefault})`)
    .option('--retention <policy>', `how long what nobody uses stays: ${POLICY} (${retentionDefault})`);
}

function toRules({ cidr, gateway, exclude, cooling, router, retention }: RuleFlags) {
  return {
    cidrs: cidr ?? [],
    gateways: gateway || [],
    noGateway: gateway === false,
    excluded: exclude || [],
    ...(cooling !== undefined && { cooling: toDuration(cooling) }),
    router: router || '',
    retention: retention || '',
  };
}

function addFree(subnet: Command, run: Run): void {
  const free = subnet
    .command('free <name>')
    .description('Show which addresses would be given next, in that order.')
    .addOption(
      new Option('--family <family>', 'of which family (IPv4 if it has both)').choices(['ipv4', 'ipv6']),
    )
    .option('--limit <n>', 'how many at most, 1 to 1000', readCount, FREE_LIMIT_DEFAULT);
  interface FreeFlags {
    readonly family?: FamilyFlag;
    readonly limit: number;
  }
  acting<FreeFlags>(askingFlags(free), run, (session, { family, limit }, name: string) =>
    session.ask(
      'ListFreeAddresses',
      { subnet: name, limit, ...(family && { family: FAMILY[family] }) },
      ({ addresses }) =>
        addresses.length > 0
          ? table([{ head: 'ADDRESS', text: (address: string) => address }], addresses)
          : { nothing: `Subnet ${name} has no free address now.` },
    ),
  );
}

type Row = v1.Subnet | undefined;

const count = (head: string, family: v1.IpFamily, key: 'using' | 'available'): TableColumn<Row> => ({
  head,
  text: (row) => row?.counts.find((counts) => counts.family === family)?.[key],
});

const NAME: TableColumn<Row>[] = [
  { head: 'NAME', text: (row) => row?.name },
  { head: 'CIDR', text: (row) => row?.cidrs.join(',') },
  { head: 'GATEWAY', text: (row) => row?.gateways.join(',') },
  {
    head: 'ROUTER',
    text: (row) => row?.router,
    isShown: (_isWide, rows) => rows.some((row) => row?.router !== undefined),
  },
];
const COUNTS = [
  count('V4USING', FAMILY.ipv4, 'using'),
  count('V4AVAILABLE', FAMILY.ipv4, 'available'),
  count('V6USING', FAMILY.ipv6, 'using'),
  count('V6AVAILABLE', FAMILY.ipv6, 'available'),
];
const RETENTION: TableColumn<Row> = {
  head: 'RETENTION',
  text: (row) => row?.retention,
  isShown: (_isWide, rows) => rows.some((row) => row?.retention !== undefined),
};
const POOLS: TableColumn<Row> = {
  head: 'POOLS',
  text: (row) => row?.pools.map(({ name }) => name).join(','),
  isShown: (_isWide, rows) => rows.some((row) => row && row.pools.length > 0),
};
const WITHHELD: TableColumn<Row> = {
  head: 'WITHHELD',
  text: (row) => row?.withheld.map(({ address }) => address).join(','),
  isShown: (_isWide, rows) => rows.some((row) => row && row.withheld.length > 0),
};
const RULES: TableColumn<Row>[] = [
  { head: 'COOLING', text: (row) => row?.cooling && tellDuration(row.cooling) },
  { head: 'EXCLUDED', text: (row) => row?.excluded.join(',') },
];

const ruleTable = (rows: Row[], isWide = false): string =>
  table([...NAME, RETENTION, ...RULES, LABELS], rows, isWide);

const countedTable = (rows: Row[], isWide: boolean): string =>
  table(
    [
      ...NAME,
      RETENTION,
      POOLS,
      ...COUNTS,
      WITHHELD,
      ...RULES.map((column) => ({ ...column, isShown: inWide })),
      LABELS,
    ],
    rows,
    isWide,
  );
