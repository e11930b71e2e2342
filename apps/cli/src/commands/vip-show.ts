// `holdfast vip show`: all about a Vip in one page, put together from what the server says of it, of its rules and of
// its past; as of one position of the log.
import type { v1 } from '@holdfast/api';
import type { Command } from 'commander';
import { type Run, acting } from '../session/acting';
import type { ExitCode } from '../exit-code';
import { askingFlags } from '../flags';
import type { ReplyTo } from '../ledger';
import { tellTimestamp } from '../format/moment';
import type { CliSession } from '../session/session';
import { type TableColumn, plain, table } from '../format/table';
import { EVENT_COLUMNS } from './history';
import { labelsText } from './label-flags';
import { frontsText } from '../format/rule-port';
import { USER_COLUMNS, heldText, keptText, retentionText } from '../format/use-text';

/** A page shows the end of a long life; `holdfast history --vip NAME` has all of it. */
const EVENTS_SHOWN_MAX = 20;

export function addVipShow(vip: Command, run: Run): void {
  const show = vip
    .command('show <name>')
    .description(
      'Show all about a Vip in one page: how it is, its parents, users and rules, its rows, its life.',
    );
  acting(askingFlags(show), run, showVip);
}

interface Page extends ReplyTo<'GetVip'> {
  readonly found: readonly ReplyTo<'GetRule'>[];
  readonly events: readonly v1.LedgerEvent[];
}

async function showVip(session: CliSession, _flags: object, name: string): Promise<ExitCode> {
  const answer = await session.find('GetVip', { name });
  if (answer.refusal) return session.tell('GetVip', answer, () => '');
  const { vip, position: atLeastPosition } = answer.reply;
  const found: ReplyTo<'GetRule'>[] = [];
  for (const rule of answer.reply.rules) {
    const asked = await session.find('GetRule', { subnet: vip?.subnet ?? '', name: rule, atLeastPosition });
    // Retired since.
    if (asked.refusal?.code === 'RuleNotFound') continue;
    if (asked.refusal) return session.tell('GetRule', asked, () => '');
    found.push(asked.reply);
  }
  const past = await session.findAll('GetHistory', {
    subject: { case: 'vip', value: name },
    atLeastPosition,
  });
  if (past.refusal) return session.tell('GetHistory', past, () => '');
  const { reply } = past;
  return session.tellWhole(
    (json) => ({
      ...json('GetVip', answer.reply),
      rules: found.map((rule) => json('GetRule', rule)),
      events: (json('GetHistory', reply) as { events: unknown }).events,
    }),
    (isWide) => pageText({ ...answer.reply, found, events: reply.events }, isWide),
  );
}

function pageText(page: Page, isWide: boolean): string {
  const { vip, conditions, parents, found, events, users, rows } = page;
  const shown = events.slice(-EVENTS_SHOWN_MAX);
  const earlier = events.length - shown.length;
  return [
    vip ? factsText(vip) + (users.length > 0 || page.retained ? stayText(page) : '') : '',
    section('Conditions', table(CONDITION_COLUMNS, conditions)),
    parents.length > 0
      ? section(
          'Parents',
          table(
            PARENT_COLUMNS,
            parents.flatMap((parent) => grantsOf(parent, events)),
          ),
        )
      : 'Parents: none\n',
    ...(users.length > 0 ? [section('Users', table(USER_COLUMNS, users))] : []),
    found.length > 0 ? section('Rules', table(RULE_COLUMNS, found)) : 'Rules: none\n',
    ...(rows.length > 0 ? [section('Northbound', table(ROW_COLUMNS, rows))] : []),
    section(
      earlier > 0 ? `Life (the ${earlier} events before: holdfast history --vip ${vip?.name})` : 'Life',
      table(LIFE_COLUMNS, shown, isWide),
    ),
  ].join('\n');
}

/** How long it stays with its last user's owner. */
const stayText = (use: Page): string =>
  [
    ['Retention', retentionText(use)],
    ['Kept', keptText(use)],
  ]
    .map(([name, text]) => `${`${name}:`.padEnd(11)} ${plain(text ?? '') || '-'}\n`)
    .join('');

const section = (title: string, text: string): string =>
  `${title}:\n${text.replace(/^/gm, '  ').replace(/ +$/, '')}`;

function factsText(vip: v1.Vip): string {
  const labels = labelsText(vip);
  const facts: [string, string | undefined][] = [
    ['Vip', vip.name],
    ['Subnet', vip.subnet],
    ['Addresses', heldText(vip)],
    ['MAC', vip.mac],
    ['Type', vip.type],
    ['Namespace', vip.namespace],
    ['Selector', vip.selector.join('; ')],
    ['Note', vip.note],
    ...(labels === '' ? [] : [['Labels', labels] as [string, string]]),
    ['Since', vip.since && tellTimestamp(vip.since)],
  ];
  return facts.map(([name, text = '']) => `${`${name}:`.padEnd(11)} ${plain(text) || '-'}\n`).join('');
}

/** Whose life it is, is known. */
const LIFE_COLUMNS = EVENT_COLUMNS.filter(({ head }) => head !== 'HOLDER');

const CONDITION_COLUMNS: readonly TableColumn<v1.Condition>[] = [
  { head: 'TYPE', text: ({ type }) => type },
  { head: 'STATUS', text: ({ status }) => status },
  { head: 'REASON', text: ({ reason }) => reason },
  { head: 'MESSAGE', text: ({ message }) => message },
];

interface Grant {
  readonly port: string;
  readonly grantor: string;
  /** The event that the grant is from. */
  readonly granted?: v1.LedgerEvent;
}

function grantsOf({ port, grantors }: v1.VipParent, events: readonly v1.LedgerEvent[]): Grant[] {
  return grantors.map((grantor) => ({
    port,
    grantor,
    granted: events.findLast(
      (event) => event.type === 'ParentGranted' && event.port === port && event.grantor === grantor,
    ),
  }));
}

const PARENT_COLUMNS: readonly TableColumn<Grant>[] = [
  { head: 'PORT', text: ({ port }) => port },
  { head: 'GRANTOR', text: ({ grantor }) => grantor },
  { head: 'SINCE', text: ({ granted }) => granted?.time && tellTimestamp(granted.time) },
  { head: 'BY', text: ({ granted }) => granted?.actor },
  {
    head: 'OBJECT',
    text: ({ granted }) => granted?.evidence?.object,
    isShown: (_, rows) => rows.some(({ granted }) => granted?.evidence),
  },
];

const ROW_COLUMNS: readonly TableColumn<v1.NorthboundRow>[] = [
  { head: 'TABLE', text: ({ table: name }) => name },
  { head: 'NAME', text: ({ name }) => name },
  {
    head: 'COLUMNS',
    text: ({ columns }) =>
      Object.entries(columns)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([column, text]) => `${column}=${text}`)
        .join(' '),
  },
];

const RULE_COLUMNS: readonly TableColumn<ReplyTo<'GetRule'>>[] = [
  { head: 'NAME', text: ({ rule }) => rule?.name },
  { head: 'FRONTS', text: ({ rule }) => rule && frontsText(rule) },
  { head: 'BACKENDS', text: ({ backends }) => backends.join(',') },
  { head: 'AFFINITY', text: ({ rule }) => rule?.affinity },
];
