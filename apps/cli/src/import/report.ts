// What import found and did, for people and for programs.
import { formatAddress, formatMac, formatRange, formatRetention } from '@holdfast/ipam';
import {
  type ImportStep,
  askingOf,
  holderText,
  type ImportReport,
  isHeldBack,
  type ReportedConflict,
  type ReportedPort,
  type ReportedStep,
  requestJson,
  type StepState,
} from '@holdfast/kube-ovn-import';
import { type TableColumn, inWide, plain, table } from '../format/table';

export function reportJson({ steps: rows, ports, conflicts, isApplied }: ImportReport): object {
  return {
    applied: isApplied,
    steps: rows.map(({ step, state }) => {
      const asking = askingOf(step.command);
      const because = step.sources.map(({ object, part, uid, resourceVersion }) => {
        return { object, part, uid, resourceVersion };
      });
      return { state, operation: asking.name, request: requestJson(asking), because };
    }),
    ...(ports && { ports }),
    conflicts,
  };
}

export function reportText(report: ImportReport, isWide: boolean): string {
  const { steps: rows, ports = [], conflicts } = report;
  const shownPorts = isWide ? ports : ports.filter(({ state }) => state !== 'so already');
  const shown = isWide ? rows : rows.filter(({ state }) => state !== 'so already');
  return [
    shown.length > 0 ? table(COLUMNS, shown, isWide) : '',
    shownPorts.length > 0 ? table(PORT_COLUMNS, shownPorts, isWide) : '',
    ...conflicts.map(conflictText),
    summary(report),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function conflictText({ code, subnet, message, parties, heldBack }: ReportedConflict): string {
  const lines = parties.flatMap(({ who, evidence }) => evidence.map((said) => ({ who, said })));
  const listed = table(
    [
      { head: 'PARTY', text: ({ who }) => who },
      { head: 'EVIDENCE', text: ({ said }) => said },
    ],
    lines,
  );
  const left = heldBack.length > 0 ? `  not recorded: ${plain(heldBack.join(', '))}\n` : '';
  const where = subnet === '' ? '' : ` in subnet ${plain(subnet)}`;
  return `Conflict ${code}${where}: ${plain(message)}\n${listed.replace(/^/gm, '  ').replace(/ +$/, '')}${left}`;
}

function summary({ steps: rows, ports, conflicts, isApplied }: ImportReport): string {
  const count = (state: StepState): number => rows.filter((row) => row.state === state).length;
  const heldBack = new Set(conflicts.flatMap((conflict) => conflict.heldBack)).size;
  const facts = [
    ...(isApplied ? [`Recorded: ${count('recorded')}`] : []),
    ...(!isApplied || count('to record') > 0 ? [`To record: ${count('to record')}`] : []),
    `so already: ${count('so already')}`,
    `conflicts: ${conflicts.length}${heldBack > 0 ? ` (${heldBack} held back)` : ''}`,
  ].join('; ');
  const toTakeOver = ports?.some(({ state }) => state === 'to take over') ?? false;
  const isNeeded = !isApplied && (count('to record') > 0 || toTakeOver);
  const does = toTakeOver ? 'records it, and takes the ports over' : 'records it';
  return `${facts}.${portSummary(ports)}${isNeeded ? ` Nothing was changed; --apply ${does}.` : ''}\n`;
}

function portSummary(ports: ImportReport['ports']): string {
  if (!ports) return '';
  const counts = [...Map.groupBy(ports, ({ state }) => state)].map(([state, of]) => `${state}: ${of.length}`);
  return ` Ports: ${counts.length > 0 ? counts.join('; ') : 'none'}.`;
}

const PORT_COLUMNS: readonly TableColumn<ReportedPort>[] = [
  { head: 'STATE', text: ({ state }) => state },
  { head: 'PORT', text: ({ port }) => port },
  { head: 'STANDS FOR', text: ({ key }) => key },
  { head: 'WRITTEN ANEW', text: ({ respelled }) => respelled.join(',') },
];

const WHAT: Record<ImportStep['command']['type'], string> = {
  DefineSubnet: 'subnet',
  DefinePool: 'pool',
  ReserveAddress: 'reservation',
  ReserveVip: 'vip',
  AttachUser: 'user',
  DetachUser: 'no user',
  ReleaseAddress: 'release',
  SetRetention: 'retention',
};

const isHolding = (command: ImportStep['command']): boolean =>
  command.type === 'ReserveAddress' && isHeldBack(command.holder);

const COLUMNS: readonly TableColumn<ReportedStep>[] = [
  { head: 'STATE', text: ({ state }) => state },
  { head: 'SUBNET', text: ({ step }) => step.command.subnet },
  { head: 'WHAT', text: ({ step: { command } }) => (isHolding(command) ? 'held back' : WHAT[command.type]) },
  { head: 'WHO', text: ({ step }) => holderText(step.command) },
  { head: 'IS', text: ({ step }) => valueText(step.command) },
  {
    head: 'MAC',
    text: ({ step: { command } }) =>
      'mac' in command && command.mac !== undefined ? formatMac(command.mac) : '',
  },
  {
    head: 'BECAUSE OF',
    text: ({ step }) => step.sources.map(({ object }) => object).join(','),
    isShown: inWide,
  },
];

function valueText(command: ImportStep['command']): string {
  switch (command.type) {
    case 'DefineSubnet': {
      const { gateways = [], excluded = [], router } = command;
      const parts = [
        cidrsText(command),
        gateways.length > 0 ? `gateway ${gateways.map(formatAddress).join(',')}` : 'no gateway',
        ...(excluded.length > 0 ? [`excluded ${excluded.map(formatRange).join(',')}`] : []),
        ...(router ? [`router ${router}`] : []),
      ];
      return parts.join('; ');
    }
    case 'DefinePool':
      return [command.ranges.map(formatRange).join(','), ...command.namespaces.map((it) => `for ${it}`)].join(
        ' ',
      );
    case 'AttachUser':
      return command.user.object;
    case 'DetachUser':
    case 'ReleaseAddress':
      return command.reason;
    case 'SetRetention':
      return command.retention ? formatRetention(command.retention) : '';
    case 'ReserveAddress':
    case 'ReserveVip':
      return [command.v4, command.v6]
        .filter((address) => address !== undefined)
        .map(formatAddress)
        .join(',');
  }
}

function cidrsText(command: Extract<ImportStep['command'], { readonly type: 'DefineSubnet' }>): string {
  const { request } = askingOf(command) as { readonly request: { readonly cidrs?: readonly string[] } };
  return (request.cidrs ?? []).join(',');
}
