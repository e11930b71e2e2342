// `holdfast status`: how the server is, and how far everything that follows the log.
import type { v1 } from '@holdfast/api';
import type { Command } from 'commander';
import { type Run, acting } from '../acting';
import type { Reply } from '../ledger';
import { tellDuration } from '../span';
import { type Column, table } from '../table';

export function addStatusCommand(program: Command, run: Run): void {
  const status = program
    .command('status')
    .description(
      'Show how the server is: what reads the log and what puts it into effect, and how far each is.',
    );
  acting(status, run, (session) => session.ask('GetStatus', {}, statusText));
}

function statusText({ version, roles, position, views, faces }: Reply<'GetStatus'>): string {
  const facts = [
    ['Version:', version],
    ['Roles:', roles.join(', ')],
    ['Position:', position || '-'],
  ];
  const rows = [
    ...views.map((follower) => ({ kind: 'view', follower })),
    ...faces.map((follower) => ({ kind: 'face', follower })),
  ];
  const head = facts.map(([name = '', text]) => `${name.padEnd(10)} ${text}\n`).join('');
  return rows.length > 0 ? `${head}\n${table(COLUMNS, rows)}` : head;
}

const COLUMNS: readonly Column<{ readonly kind: string; readonly follower: v1.Follower }>[] = [
  { head: 'KIND', text: ({ kind }) => kind },
  { head: 'NAME', text: ({ follower }) => follower.name },
  { head: 'POSITION', text: ({ follower }) => follower.position },
  { head: 'LAG', text: ({ follower: { lag } }) => lag && tellDuration(lag) },
  { head: 'TROUBLE', text: ({ follower }) => follower.trouble },
];
