// `holdfast status`: how the server is, and how far everything that follows the log.
import type { v1 } from '@holdfast/api';
import type { Command } from 'commander';
import { type Run, acting } from '../session/acting';
import { EXIT } from '../exit-code';
import type { ReplyTo } from '../ledger';
import { tellTimestamp } from '../format/moment';
import { tellDuration } from '../format/span';
import { type TableColumn, plain, table } from '../format/table';
import { PLANE_COLUMNS } from '../upgrade/upgrade';

export function addStatusCommand(program: Command, run: Run): void {
  const status = program
    .command('status')
    .description(
      'Show how the server is: what reads the log and what puts it into effect, how far each is, what is in trouble since when, and what was found different. Exits with 4 if anything is in trouble.',
    );
  acting(status, run, async (session) => {
    const outcome = await session.find('GetStatus', {});
    const exitCode = session.tell('GetStatus', outcome, statusText);
    return !outcome.refusal && isInTrouble(outcome.reply) ? EXIT.conflicts : exitCode;
  });
}

/** A server of before `troubles` says it of each follower only. */
function isInTrouble({ troubles, views, projectors }: ReplyTo<'GetStatus'>): boolean {
  return troubles.length > 0 || [...views, ...projectors].some(({ trouble }) => trouble !== '');
}

/** Differences that the text has: more is for programs (`--output json`). */
const DIFFERENCES_MAX = 10;

export function statusText({
  version,
  roles,
  store,
  position,
  views,
  projectors,
  clock,
  differences,
  troubles,
  formatLevel,
  planes,
}: ReplyTo<'GetStatus'>): string {
  const facts = [
    ['Version:', version],
    ['Roles:', roles.join(', ')],
    ...(store === '' ? [] : [['Store:', store]]),
    ['Position:', position || '-'],
    ...(formatLevel ? [['Level:', levelText(formatLevel)]] : []),
  ];
  const rows = [
    ...views.map((follower) => ({ kind: 'view', follower })),
    ...projectors.map((follower) => ({ kind: 'projector', follower })),
  ];
  const head = facts.map(([name = '', text]) => `${name.padEnd(10)} ${text}\n`).join('');
  const followers = rows.length > 0 ? `\n${table(COLUMNS, rows)}` : '';
  const ofClock = clock ? [clock.trouble, ...clock.notes].filter((said) => said !== '') : [];
  const notes = [{ name: 'clock', notes: ofClock }, ...projectors]
    .flatMap(({ name, notes: all }) => all.map((note) => `${name}: ${note}\n`))
    .join('');
  const others = planes.length > 1 ? table(PLANE_COLUMNS, planes) : '';
  return [`${head}${followers}`, others, troublesText(troubles), notes, differencesText(differences)]
    .filter((part) => part !== '')
    .join('\n');
}

const levelText = ({ ledger, program }: v1.FormatLevel): string =>
  ledger < program ? `${ledger} (holdfast upgrade --finish raises it to ${program})` : String(ledger);

function troublesText(troubles: readonly v1.Trouble[]): string {
  return troubles.length > 0 ? `In trouble:\n${table(TROUBLE_COLUMNS, troubles)}` : '';
}

const TROUBLE_COLUMNS: readonly TableColumn<v1.Trouble>[] = [
  { head: 'SINCE', text: ({ since }) => since && tellTimestamp(since) },
  { head: 'PART', text: ({ part }) => part },
  { head: 'STOPS', text: ({ stops }) => (stops ? 'yes' : 'no') },
  { head: 'CODE', text: ({ code }) => code },
  { head: 'WHAT', text: ({ message }) => plain(message) },
];

function differencesText(differences: readonly v1.Difference[]): string {
  if (differences.length === 0) return '';
  const shown = differences.slice(0, DIFFERENCES_MAX);
  const more = differences.length - shown.length;
  const rest = more > 0 ? `and ${more} more before: --output json\n` : '';
  return `Found different, the newest first:\n${table(DIFFERENCE_COLUMNS, shown)}${rest}`;
}

const DIFFERENCE_COLUMNS: readonly TableColumn<v1.Difference>[] = [
  { head: 'AT', text: ({ at }) => at && tellTimestamp(at) },
  { head: 'PROJECTOR', text: ({ projector }) => projector },
  { head: 'ABOUT', text: ({ about }) => about },
  { head: 'WHAT', text: ({ what }) => plain(what) },
  { head: 'WHY', text: ({ why }) => plain(why) },
];

const COLUMNS: readonly TableColumn<{ readonly kind: string; readonly follower: v1.Follower }>[] = [
  { head: 'KIND', text: ({ kind }) => kind },
  { head: 'NAME', text: ({ follower }) => follower.name },
  { head: 'POSITION', text: ({ follower }) => follower.position },
  { head: 'LAG', text: ({ follower: { lag } }) => lag && tellDuration(lag) },
  { head: 'WAITING', text: ({ kind, follower }) => (kind === 'view' ? '' : String(follower.waiting)) },
  { head: 'TROUBLE', text: ({ follower }) => (follower.trouble === '' ? 'no' : 'yes') },
];
