// `holdfast upgrade`: at which level the ledger's events are written, who lives on it, and what finishing an upgrade would change.
import type { v1 } from '@holdfast/api';
import type { Command } from 'commander';
import { changingFlags } from '../flags';
import { tellTimestamp } from '../format/moment';
import { type TableColumn, table } from '../format/table';
import type { ReplyTo } from '../ledger';
import { type Run, acting } from '../session/acting';

export function addUpgradeCommand(program: Command, run: Run): void {
  const upgrade = program
    .command('upgrade')
    .description(
      'Show at which level the ledger’s events are written, each plane that lives on it with its version and level, and what finishing an upgrade would change.',
    )
    .option(
      '--finish',
      'raise the ledger to the level of the plane that is asked; refused while one lives that reads less. There is no way back',
    );
  acting(changingFlags(upgrade, run.io), run, async (session, flags: { readonly finish?: boolean }) =>
    flags.finish
      ? session.change('FinishUpgrade', {}, ({ level }) => `The ledger is written at level ${level}.\n`)
      : session.tell('GetStatus', await session.find('GetStatus', {}), upgradeText),
  );
}

export function upgradeText({
  formatLevel,
  planes,
}: ReplyTo<'GetStatus'>): string | { readonly nothing: string } {
  // A server of before there were levels.
  if (!formatLevel) return { nothing: 'This server knows no levels: it is to be upgraded first.' };
  const { ledger, program, formsWithheld } = formatLevel;
  const head = `The ledger is written at level ${ledger}; the plane that answers reads and writes up to level ${program}.\n`;
  return `${head}\n${table(PLANE_COLUMNS, planes)}\n${whatNext(formatLevel, planes)}${
    formsWithheld.length > 0 ? `May be written from then on: ${formsWithheld.join(', ')}.\n` : ''
  }`;
}

function whatNext({ ledger, program }: v1.FormatLevel, planes: readonly v1.Plane[]): string {
  if (ledger >= program) {
    const newer = planes.filter(({ level }) => level > program);
    if (newer.length === 0) return 'There is nothing to finish.\n';
    return `A newer plane lives: once all are as new, finish the upgrade at one of them.\n`;
  }
  const older = planes.filter(({ level }) => level < program);
  return older.length > 0
    ? `--finish is refused while ${older.length === 1 ? 'a plane lives that reads' : `${older.length} planes live that read`} less than level ${program}.\n`
    : `--finish raises it to level ${program}, for good: no plane of less starts on it from then on.\n`;
}

/** For `holdfast status`, too. */
export const PLANE_COLUMNS: readonly TableColumn<v1.Plane>[] = [
  { head: 'PLANE', text: ({ incarnation, isSelf }) => (isSelf ? `${incarnation} (this one)` : incarnation) },
  { head: 'VERSION', text: ({ version }) => version },
  { head: 'LEVEL', text: ({ level }) => String(level) },
  { head: 'STATE', text: ({ state }) => state },
  { head: 'SAID AT', text: ({ announced }) => announced && tellTimestamp(announced) },
];
