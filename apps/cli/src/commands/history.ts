// `holdfast history`: the whole life of an address, a holder or a Vip; and who held an address at a moment.
import { isIP } from 'node:net';
import type { v1 } from '@holdfast/api';
import type { Command } from 'commander';
import { type Run, acting } from '../session/acting';
import { askingFlags, readMoment } from '../flags';
import { formatMoment, tellTimestamp, toTimestamp } from '../format/moment';
import type { CliSession } from '../session/session';
import { type TableColumn, inWide, table } from '../format/table';
import { UsageFault } from '../usage-fault';
import { labelsText } from './label-flags';
import { frontsText } from '../format/rule-port';
import { heldText, keptText, usedText } from '../format/use-text';

interface HistoryFlags {
  readonly vip?: string;
  readonly subnet?: string;
  /** Epoch milliseconds, as the two below. */
  readonly from?: number;
  readonly to?: number;
  readonly at?: number;
}

type Subject = NonNullable<v1.GetHistoryRequest['subject']>;

const TIMES = `
Times are RFC 3339 (2026-01-31T14:05:00Z), how long ago (-2h30m, -7d), or now.`;

export function addHistoryCommand(program: Command, run: Run): void {
  const when = readMoment(run.io.clock);
  const history = program
    .command('history [subject]')
    .description(
      'Show what happened to an address, a holder (pod/default/web-0) or a Vip, oldest first; ' +
        'with --at, who held an address then, and by what.',
    )
    .option('--vip <name>', "a Vip's history, instead of an address's or holder's")
    .option('--subnet <name>', 'only in this subnet')
    .option('--from <time>', 'only at this time or later', when)
    .option('--to <time>', 'only before this time', when)
    .option('--at <time>', 'who held the address at this time', when)
    .addHelpText('after', TIMES);
  acting<HistoryFlags>(askingFlags(history), run, async (session, flags, subject?: string) => {
    const asked = readSubject(subject, flags.vip);
    if (flags.at === undefined) return showHistory(session, flags, asked);
    if (asked.case !== 'address') throw new UsageFault('--at asks who held an address: give one');
    if (flags.from !== undefined || flags.to !== undefined) {
      throw new UsageFault('--at is one moment, --from and --to are a span: give one of the two');
    }
    return showHolders(session, asked.value, flags.at, flags.subnet);
  });
}

function readSubject(subject: string | undefined, vip: string | undefined): Subject & { value: string } {
  if ((subject === undefined) === (vip === undefined)) {
    throw new UsageFault('whose history? Give one of: an address, a holder, --vip NAME');
  }
  if (vip !== undefined) return { case: 'vip', value: vip };
  const value = subject as string;
  if (isIP(value) > 0) return { case: 'address', value };
  if (value.includes('/')) return { case: 'holder', value };
  throw new UsageFault(
    `${JSON.stringify(value)} is neither an address nor a holder such as pod/default/web-0; for a Vip: --vip NAME`,
  );
}

function showHistory(session: CliSession, { subnet = '', from, to }: HistoryFlags, subject: Subject) {
  const request = {
    subject,
    subnet,
    ...(from !== undefined && { fromTime: toTimestamp(from) }),
    ...(to !== undefined && { toTime: toTimestamp(to) }),
  };
  return session.askAll('GetHistory', request, ({ events }, isWide) =>
    events.length > 0 ? table(EVENT_COLUMNS, events, isWide) : { nothing: 'Nothing is recorded.' },
  );
}

function showHolders(session: CliSession, address: string, atMs: number, subnet = '') {
  return session.ask('WhoHeld', { address, at: toTimestamp(atMs), subnet }, ({ holdings }, isWide) =>
    holdings.length > 0
      ? table(HOLDING_COLUMNS, holdings, isWide)
      : { nothing: `Nobody held ${address} at ${formatMoment(atMs)}.` },
  );
}

/** "10.16.0.10 -> 10.16.0.77" where it has changed. */
function changed(before: string, after: string): string {
  return before === '' || before === after ? after : `${before} -> ${after}`;
}

/** Which port, or which rule and what of it, or who uses it, or how long it stays, or its labels. */
function aboutText(event: v1.LedgerEvent): string {
  const { port, grantor, ruleName, rule, backends, user } = event;
  if (user) return `user ${user.object}${user.primary === false ? ' (migrates)' : ''}`;
  if (event.type === 'ReservationRetained' || event.type === 'RetentionSet') return stayText(event);
  if (event.parties) return `because of ${event.parties.holders.join(' and ')}`;
  if (event.labels)
    return labelsText(event.labels) === '' ? 'no labels' : `labels ${labelsText(event.labels)}`;
  if (port !== undefined) return `port ${port}${grantor === undefined ? '' : ` (${grantor})`}`;
  if (ruleName === undefined) return '';
  const what = rule ? frontsText(rule) : backends && `to ${backends.addresses.join(',') || 'nobody'}`;
  return `rule ${ruleName}${what === undefined ? '' : `: ${what}`}`;
}

function stayText({ type, retention = "its subnet's", until, owner }: v1.LedgerEvent): string {
  if (type === 'RetentionSet') return `retention ${retention}`;
  const whom = owner === undefined ? '' : ` for ${owner}`;
  return `kept${whom}${until ? ` until ${tellTimestamp(until)}` : ''} (${retention})`;
}

/** "pod/default/web-0 (uid 7e4e43a6-..., resourceVersion 17)": by what it was known. */
function evidenceText({ object, uid, resourceVersion }: v1.Evidence): string {
  const known = [
    ...(uid === undefined ? [] : [`uid ${uid}`]),
    ...(resourceVersion === undefined ? [] : [`resourceVersion ${resourceVersion}`]),
  ].join(', ');
  return known === '' ? object : `${object} (${known})`;
}

const areSeveral = (values: readonly string[]): boolean => new Set(values).size > 1;

export const EVENT_COLUMNS: readonly TableColumn<v1.LedgerEvent>[] = [
  { head: 'TIME', text: ({ time }) => time && tellTimestamp(time) },
  { head: 'EVENT', text: ({ type }) => type },
  {
    head: 'SUBNET',
    text: ({ subnet }) => subnet,
    isShown: (isWide, rows) => isWide || areSeveral(rows.map(({ subnet }) => subnet)),
  },
  { head: 'HOLDER', text: ({ holder }) => holder },
  {
    head: 'ABOUT',
    text: aboutText,
    isShown: (_isWide, rows) => rows.some((row) => aboutText(row) !== ''),
  },
  { head: 'ADDRESSES', text: (event) => changed(heldText(event.before), heldText(event)) },
  { head: 'MAC', text: ({ before, mac }) => changed(before?.mac ?? '', mac ?? '') },
  { head: 'BY', text: ({ actor }) => actor },
  { head: 'THROUGH', text: ({ through }) => through },
  { head: 'POSITION', text: ({ position }) => position, isShown: inWide },
  { head: 'COMMAND', text: ({ commandId }) => commandId, isShown: inWide },
  { head: 'REASON', text: ({ reason }) => reason },
  {
    head: 'EVIDENCE',
    text: ({ evidence }) => evidence && evidenceText(evidence),
    isShown: (isWide, rows) => isWide && rows.some(({ evidence }) => evidence),
  },
];

const HOLDING_COLUMNS: readonly TableColumn<v1.Holding>[] = [
  { head: 'SUBNET', text: ({ reservation }) => reservation?.subnet },
  { head: 'HOLDER', text: ({ reservation }) => reservation?.holder },
  { head: 'ADDRESSES', text: ({ reservation }) => heldText(reservation) },
  { head: 'MAC', text: ({ reservation }) => reservation?.mac },
  { head: 'SINCE', text: ({ reservation }) => reservation?.since && tellTimestamp(reservation.since) },
  {
    head: 'USED BY',
    text: ({ reservation }) => reservation && usedText(reservation),
    isShown: (_isWide, rows) => rows.some(({ reservation }) => reservation?.users.length),
  },
  {
    head: 'KEPT',
    text: ({ reservation }) => reservation && keptText(reservation),
    isShown: (_isWide, rows) => rows.some(({ reservation }) => reservation?.retained),
  },
  { head: 'EVENT', text: ({ began }) => began?.type },
  { head: 'BY', text: ({ began }) => began?.actor },
  { head: 'THROUGH', text: ({ began }) => began?.through },
  { head: 'POSITION', text: ({ began }) => began?.position, isShown: inWide },
  { head: 'COMMAND', text: ({ began }) => began?.commandId, isShown: inWide },
];
