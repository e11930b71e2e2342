// infra/docs/backup.md, command by command, beside a real control plane and Litestream; and a backup under load.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { documentSteps } from '../document-steps';
import { Shell } from '../shell';
import { Plane } from './plane';

const CLI = join(__dirname, '../../../apps/cli/bin/holdfast.cjs');
const CALLERS = 16;
const RESERVATIONS = 1_500;

/** The binary is for one platform; elsewhere there is none in the registry. */
const LITESTREAM = litestreamFile();
const litestreamSkipped = LITESTREAM === undefined ? ' [skipped: no Litestream for this platform]' : '';

function litestreamFile(): string | undefined {
  try {
    const manifest = require.resolve('@flydotio/litestream-linux-x64/package.json');
    const file = join(dirname(manifest), 'litestream');
    return process.platform === 'linux' && existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

let folder: string;
let plane: Plane;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
  for (const name of ['data', 'backup']) mkdirSync(join(folder, name));
});
afterEach(async () => {
  await plane.kill();
  rmSync(folder, { recursive: true, force: true });
});

const file = (): string => join(folder, 'data/holdfast.db');
const store = (): string => `sqlite:${file()}`;
const reserve = (holder: string) => plane.ask('POST', '/v1/subnets/blue/reservations', { holder });

async function serving(): Promise<void> {
  plane = await Plane.serving(store());
  await plane.ask('POST', '/v1/subnets', { name: 'blue', cidrs: ['10.0.0.0/16'] });
}

/** The program, as its reader starts it. @returns what it printed as JSON */
async function holdfast(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const env = { ...process.env, HOLDFAST_STORE: store() };
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args, '-o', 'json'], { env });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Reserves with many callers at once. @returns who holds what, which grows meanwhile, and when all is done */
function load(): { readonly held: Map<string, string>; readonly done: Promise<void> } {
  const held = new Map<string, string>();
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < RESERVATIONS) {
      const holder = `pod/default/p${next++}`;
      const { body } = await reserve(holder);
      held.set(holder, (body['reservation'] as { v4: string }).v4);
    }
  };
  return { held, done: Promise.all(Array.from({ length: CALLERS }, caller)).then(() => undefined) };
}

async function heldNow(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let pageToken = ''; ; ) {
    const query = `subnet=blue&pageSize=1000&pageToken=${encodeURIComponent(pageToken)}`;
    const { body } = await plane.ask('GET', `/v1/reservations?${query}`);
    for (const { holder, v4 } of body['reservations'] as { holder: string; v4: string }[])
      found.set(holder, v4);
    pageToken = (body['nextPageToken'] as string | undefined) ?? '';
    if (pageToken === '') return found;
  }
}

it('has all that was acknowledged before it began, under load, and a control plane serves on it', async () => {
  await serving();
  const { held, done } = load();
  await plane.until(() => held.size > RESERVATIONS / 3 || undefined);
  const before = new Map(held);
  const backup = join(folder, 'backup/ledger.db');
  const taken = await holdfast('backup', backup);
  await done;
  expect(held.size).toBe(RESERVATIONS);
  await plane.kill();
  expect(await holdfast('restore', backup, '--force')).toMatchObject({
    ...{ ledger: file(), position: taken['position'], hadSum: true },
    keptAs: expect.stringContaining('holdfast.db.until-') as string,
  });
  plane = await Plane.serving(store());
  const restored = await heldNow();
  expect(restored.size).toBeGreaterThanOrEqual(before.size);
  for (const [holder, v4] of before) expect([holder, restored.get(holder)]).toEqual([holder, v4]);
  for (const [holder, v4] of restored) expect([holder, held.get(holder)]).toEqual([holder, v4]);
}, 180_000);

describe('what the page shows', () => {
  let shell: Shell;
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  /** In the place of the machine's services: starts and stops ours. */
  async function services(): Promise<string> {
    const server = createServer((request, response) => {
      const [, verb] = (request.url ?? '').split('/');
      void (verb === 'stop' ? plane.stop() : serving()).then(() => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    return `fetch('http://127.0.0.1:${port}/' + process.argv[2])`;
  }

  const here = (text: string): string =>
    text
      .replaceAll('/var/lib/holdfast', join(folder, 'data'))
      .replaceAll('/srv/backup', join(folder, 'backup'));
  const timeless = (text: string): string =>
    text
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
      .replace(/until-\d{8}T\d{6}Z/g, 'until-T')
      .replace(/; \d+ bytes/g, '; N bytes')
      .replace(/process \d+/g, 'process N');

  it(`is what is seen${litestreamSkipped}`, async () => {
    await serving();
    await reserve('pod/default/web-0');
    const litestream = `
      const child = require('node:child_process').spawn(${JSON.stringify(LITESTREAM)}, process.argv.slice(2), { stdio: 'inherit' });
      require('node:fs').appendFileSync(${JSON.stringify(join(folder, 'pids'))}, child.pid + '\\n');
      child.once('exit', (code) => process.exit(code ?? 1));`;
    const programs = { holdfast: `require(${JSON.stringify(CLI)})`, systemctl: await services(), litestream };
    shell = new Shell(folder, { HOLDFAST_STORE: store() }, programs);
    stops.push(() => shell.stop(), endFollowers);
    for (const { command, shown } of documentSteps('backup.md')) {
      if (LITESTREAM === undefined && command.startsWith('litestream')) break;
      await beforeStep(command);
      expect([command, timeless(await shell.type(here(command)))]).toEqual([command, timeless(here(shown))]);
    }
  }, 180_000);

  /** Each program that the page leaves running, by its id. */
  function endFollowers(): void {
    const pids = join(folder, 'pids');
    const started = existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n') : [];
    for (const pid of started.map(Number)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }

  /** What the page tells of, and shows no command for. */
  async function beforeStep(command: string): Promise<void> {
    if (command === 'holdfast restore /srv/backup/ledger.db --force') await reserveOnce('pod/default/web-1');
    if (!command.startsWith('litestream restore')) return;
    await reserveOnce('pod/default/web-2');
    await plane.until(async () => ((await copied()) ? true : undefined));
    await plane.kill();
  }
  async function reserveOnce(holder: string): Promise<void> {
    if (!plane.hasEnded) await reserve(holder);
  }
  /** Whether the copy follows up to what was acknowledged last. */
  async function copied(): Promise<boolean> {
    const replica = `file://${join(folder, 'backup/litestream')}`;
    const probe = join(folder, 'probe.db');
    for (const suffix of ['', '.tmp-shm', '.tmp-wal', '-wal', '-shm'])
      rmSync(probe + suffix, { force: true });
    await promisify(execFile)(LITESTREAM as string, ['restore', '-o', probe, replica]).catch(() => undefined);
    if (!existsSync(probe)) return false;
    const { position } = await holdfast('restore', probe, '--dry-run');
    const { body } = await plane.ask('GET', '/v1/status');
    return position === body['position'];
  }
});

(LITESTREAM === undefined ? it.skip : it)(
  `a copy that follows is whole wherever everything is killed, under load${litestreamSkipped}`,
  async () => {
    await serving();
    const replica = `file://${join(folder, 'backup/litestream')}`;
    const follower = execFile(LITESTREAM as string, ['replicate', file(), replica]);
    const { held, done } = load();
    done.catch(() => undefined);
    await plane.until(() => held.size > RESERVATIONS / 2 || undefined);
    await plane.kill();
    follower.kill('SIGKILL');
    const copy = join(folder, 'backup/copied.db');
    await promisify(execFile)(LITESTREAM as string, ['restore', '-o', copy, replica]);
    const { position } = await holdfast('restore', copy, '--force');
    expect(Number(position)).toBeGreaterThan(2);
    plane = await Plane.serving(store());
    const restored = await heldNow();
    // What is in it is as it was acknowledged, or was under way; it ends somewhere.
    for (const [holder, v4] of restored) expect([holder, held.get(holder) ?? v4]).toEqual([holder, v4]);
    expect(new Set(restored.values()).size).toBe(restored.size);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  },
  180_000,
);
