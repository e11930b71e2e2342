// One backup or restore: what its flags name is found, libs/event-store does the work, and what came of it is printed.
import { homedir } from 'node:os';
import { StoreFault } from '@holdfast/event-store';
import {
  type Backup,
  backUpSqlite,
  type CopyContent,
  type CopyOutcome,
  type Restored,
  restoreSqlite,
} from '@holdfast/event-store/sqlite-backup';
import { defaultStore, fileOfStore } from '@holdfast/event-store/sqlite-place';
import { EXIT, type ExitCode } from '../exit-code';
import type { GlobalFlags } from '../flags';
import { formatMoment } from '../format/moment';
import type { Io } from '../io';
import type { CallRefusal } from '../outcome';
import { tellRefusal } from '../refusal';
import { UsageFault } from '../usage-fault';

export interface BackupFlags extends GlobalFlags {
  /** As the control plane's. */
  readonly store?: string;
  readonly force?: boolean;
}

export interface RestoreFlags extends BackupFlags {
  readonly dryRun?: boolean;
}

export async function backUp(io: Io, backup: string, flags: BackupFlags): Promise<ExitCode> {
  const file = ledgerFile(io, flags);
  const isForced = flags.force === true;
  return tell(io, flags, () => backUpSqlite({ file, backup, isForced }), backupJson, backupText);
}

export async function restore(io: Io, backup: string, flags: RestoreFlags): Promise<ExitCode> {
  const file = ledgerFile(io, flags);
  const { force: isForced = false, dryRun: isDryRun = false } = flags;
  const stamp = formatMoment(io.clock.now()).replace(/[-:]|\.\d+/g, '');
  return tell(
    io,
    flags,
    () => restoreSqlite({ file, backup, isForced, isDryRun, stamp }),
    restoredJson,
    (done) => restoredText(done, isDryRun),
  );
}

/** @throws UsageFault */
function ledgerFile({ env }: Io, { store }: BackupFlags): string {
  const starter = { isRoot: process.getuid?.() === 0, home: env['HOME'] || homedir(), env };
  const named = store ?? (env['HOLDFAST_STORE'] || defaultStore(starter));
  const file = fileOfStore(named, process.cwd());
  if (file !== undefined) return file;
  const [scheme] = named.split(':');
  const why = scheme === 'eventstoredb' ? 'EventStoreDB has a backup of its own' : 'expected sqlite:FILE';
  throw new UsageFault(`--store: ${scheme}: is no file that could be copied; ${why}`);
}

async function tell<Done>(
  io: Io,
  { output }: GlobalFlags,
  copy: () => Promise<CopyOutcome<Done>>,
  json: (done: Done) => object,
  text: (done: Done) => string,
): Promise<ExitCode> {
  try {
    const outcome = await copy();
    if ('refused' in outcome) return refuse(io, output, refusalOf(outcome.refused, false));
    io.out(output === 'json' ? `${JSON.stringify(json(outcome.done), null, 2)}\n` : text(outcome.done));
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    // A damaged ledger is an answer; a disk that is full, or cannot be read, is none.
    return refuse(io, output, refusalOf(error, error.code !== 'store-corrupt'));
  }
}

const refusalOf = (
  { code, message }: { readonly code: string; readonly message: string },
  isFault: boolean,
): CallRefusal => ({ code, message, facts: {}, retryable: false, isFault });

function refuse(io: Io, output: GlobalFlags['output'], refusal: CallRefusal): ExitCode {
  const { code, message, facts, retryable, isFault } = refusal;
  if (output === 'json') io.out(`${JSON.stringify({ code, message, facts, retryable }, null, 2)}\n`);
  io.err(`holdfast: ${tellRefusal(refusal)}\n`);
  return isFault ? EXIT.failed : EXIT.refused;
}

const contentJson = ({ position, streams, lastAtMs }: CopyContent): object => ({
  position: String(position),
  streams,
  lastEventAt: lastAtMs === undefined ? null : formatMoment(lastAtMs),
});

const backupJson = ({ file, backup, bytes, sha256, ...content }: Backup): object => ({
  ...{ ledger: file, backup, ...contentJson(content), bytes, sha256 },
});

const restoredJson = ({
  file,
  backup,
  hadSum,
  acknowledgedBefore,
  keptAs,
  ...content
}: Restored): object => ({
  ...{ ledger: file, backup, ...contentJson(content), hadSum },
  acknowledgedBefore: acknowledgedBefore === undefined ? null : String(acknowledgedBefore),
  keptAs: keptAs ?? null,
});

function contentText({ position, streams, lastAtMs }: CopyContent): string {
  if (lastAtMs === undefined) return 'no event';
  const inStreams = `${streams} ${streams === 1 ? 'stream' : 'streams'}`;
  return `events up to position ${position}, in ${inStreams}, the last of ${formatMoment(lastAtMs)}`;
}

const backupText = ({ file, backup, bytes, ...content }: Backup): string =>
  `Backed up ${file} to ${backup}.\nRead back and checked: ${contentText(content)}; ${bytes} bytes.\n`;

function restoredText(restored: Restored, isDryRun: boolean): string {
  const { file, backup, hadSum, acknowledgedBefore, keptAs, position } = restored;
  const unsure = hadSum ? '' : ` There is no ${backup}.sha256 to hold its bytes against.`;
  const lost = acknowledgedBefore !== undefined && acknowledgedBefore > position;
  return [
    isDryRun
      ? `${backup} can be restored to ${file}; nothing was changed.`
      : `Restored ${backup} to ${file}.`,
    `Checked: ${contentText(restored)}.${unsure}`,
    ...(keptAs === undefined ? [] : [`The ledger that was there is kept as ${keptAs}.`]),
    ...(lost
      ? [
          `That one acknowledged up to position ${acknowledgedBefore}; what came after ${position} is not in the backup.`,
        ]
      : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
