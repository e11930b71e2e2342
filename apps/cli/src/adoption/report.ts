// What import found and did, for people and for programs.
import { formatAddress, formatMac, formatRange, formatRetention } from '@holdfast/ipam';
import { type AdoptionStep, type Conflict, isHeldBack } from '@holdfast/kube';
import { type TableColumn, inWide, plain, table } from '../format/table';
import { holderText } from './record';
import { askingOf, requestJson } from './requests';

export type StepState = 'to record' | 'so already' | 'recorded';

/** One of import's own, or one of the Northbound's. */
export type ReportedConflict = Omit<Conflict, 'code'> & { readonly code: string };

/** A port that Kube-OVN made. */
export interface PortRow {
  readonly state: 'to take over' | 'so already' | 'taken over';
  readonly port: string;
  /** What of the ledger it stands for; '' where that was told before. */
  readonly key: string;
  /** Columns that mean what they should, and are written in other words afterwards. */
  readonly respelled: readonly string[];
}

export interface Row {
  readonly step: AdoptionStep;
  readonly state: StepState;
}

export interface Report {
  readonly rows: readonly Row[];
  /** Absent: the Northbound was not asked for. */
  readonly ports?: readonly PortRow[];
  readonly conflicts: readonly ReportedConflict[];
  /** Whether anything was to be recorded, rather than only shown. */
  readonly isApplied: boolean;
}

export function reportJson({ rows, ports, conflicts, isApplied }: Report): object {
  return {
    applied: isApplied,
    steps: rows.map(({ step, state }) => {
      const asking = askingOf(step.order);
      const because = step.sources.map(({ object, part, uid, resourceVersion }) => {
        return { object, part, uid, resourceVersion };
      });
      return { state, operation: asking.name, request: requestJson(asking), because };
    }),
    ...(ports && { ports }),
    conflicts,
  };
}

export function reportText(report: Report, isWide: boolean): string {
  const { rows, ports = [], conflicts } = report;
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

function summary({ rows, ports, conflicts, isApplied }: Report): string {
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

function portSummary(ports: Report['ports']): string {
  if (!ports) return '';
  const counts = [...Map.groupBy(ports, ({ state }) => state)].map(([state, of]) => `${state}: ${of.length}`);
  return ` Ports: ${counts.length > 0 ? counts.join('; ') : 'none'}.`;
}

const PORT_COLUMNS: readonly TableColumn<PortRow>[] = [
  { head: 'STATE', text: ({ state }) => state },
  { head: 'PORT', text: ({ port }) => port },
  { head: 'STANDS FOR', text: ({ key }) => key },
  { head: 'WRITTEN ANEW', text: ({ respelled }) => respelled.join(',') },
];

const WHAT: Record<AdoptionStep['order']['type'], string> = {
  DefineSubnet: 'subnet',
  DefinePool: 'pool',
  ReserveAddress: 'reservation',
  ReserveVip: 'vip',
  AttachUser: 'user',
  DetachUser: 'no user',
  ReleaseAddress: 'release',
  SetRetention: 'retention',
};

const isHolding = (order: AdoptionStep['order']): boolean =>
  order.type === 'ReserveAddress' && isHeldBack(order.holder);

const COLUMNS: readonly TableColumn<Row>[] = [
  { head: 'STATE', text: ({ state }) => state },
  { head: 'SUBNET', text: ({ step }) => step.order.subnet },
  { head: 'WHAT', text: ({ step: { order } }) => (isHolding(order) ? 'held back' : WHAT[order.type]) },
  { head: 'WHO', text: ({ step }) => holderText(step.order) },
  { head: 'IS', text: ({ step }) => valueText(step.order) },
  {
    head: 'MAC',
    text: ({ step: { order } }) => ('mac' in order && order.mac !== undefined ? formatMac(order.mac) : ''),
  },
  {
    head: 'BECAUSE OF',
    text: ({ step }) => step.sources.map(({ object }) => object).join(','),
    isShown: inWide,
  },
];

function valueText(order: AdoptionStep['order']): string {
  switch (order.type) {
    case 'DefineSubnet': {
      const { gateways = [], excluded = [], router } = order;
      const parts = [
        askedCidrs(order),
        gateways.length > 0 ? `gateway ${gateways.map(formatAddress).join(',')}` : 'no gateway',
        ...(excluded.length > 0 ? [`excluded ${excluded.map(formatRange).join(',')}`] : []),
        ...(router ? [`router ${router}`] : []),
      ];
      return parts.join('; ');
    }
    case 'DefinePool':
      return [order.ranges.map(formatRange).join(','), ...order.namespaces.map((it) => `for ${it}`)].join(
        ' ',
      );
    case 'AttachUser':
      return order.user.object;
    case 'DetachUser':
    case 'ReleaseAddress':
      return order.reason;
    case 'SetRetention':
      return order.retention ? formatRetention(order.retention) : '';
    case 'ReserveAddress':
    case 'ReserveVip':
      return [order.v4, order.v6]
        .filter((address) => address !== undefined)
        .map(formatAddress)
        .join(',');
  }
}

function askedCidrs(order: Extract<AdoptionStep['order'], { readonly type: 'DefineSubnet' }>): string {
  const { request } = askingOf(order) as { readonly request: { readonly cidrs?: readonly string[] } };
  return (request.cidrs ?? []).join(',');
}
