// The disk fails under a real process: it serves, or it ends with a word and an exit code that is not 0; and its probes say
// the same in between. Afterwards everything that was acknowledged is there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailingCalls, Plane } from './plane';

/** EX_IOERR of sysexits(3). */
const STORE_FAILED = 74;
/** Exclusions of a subnet, whose event is about 60 kB: so that the file outgrows what SQLite keeps of it in memory. */
const EXCLUSIONS = 4_000;
const LARGE_SUBNETS = 80;

/** Without the program that makes system calls fail, they do not. */
const itWhereCallsFail = FailingCalls.skipped ? it.skip : it;

let folder: string;
let store: string;
let plane: Plane;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-failing-disk-'));
  store = `sqlite:${join(folder, 'ledger.db')}`;
});
afterEach(async () => {
  await plane.kill();
  rmSync(folder, { recursive: true, force: true });
});

const define = (name: string, cidr: string, more = {}) =>
  plane.ask('POST', '/v1/subnets', { name, cidrs: [cidr], ...more });
const reserve = (holder: string) => plane.ask('POST', '/v1/subnets/blue/reservations', { holder });

async function serving(): Promise<void> {
  plane = await Plane.serving(store);
  await define('blue', '10.0.0.0/24');
  expect((await reserve('pod/default/a')).status).toBe(200);
}

/** A new process has what was acknowledged, and serves. */
async function servesAnew(): Promise<void> {
  plane = await Plane.serving(store);
  expect((await plane.ask('GET', '/v1/subnets/blue/reservations/pod/default/a')).status).toBe(200);
  expect((await reserve('pod/default/c')).status).toBe(200);
  expect(await plane.probes()).toEqual({ healthz: 200, readyz: 200, trouble: {} });
}

/** Until it has ended, no probe says that all is well once one has said otherwise. */
async function probesUntilEnd(): Promise<void> {
  let wasSaid = false;
  while (!plane.hasEnded) {
    const said = await plane.probes().catch(() => undefined);
    if (said === undefined) continue;
    expect([wasSaid, said.healthz, said.readyz]).not.toEqual([true, 200, 200]);
    wasSaid ||= said.healthz === 503;
    if (wasSaid) expect(said).toMatchObject({ healthz: 503, readyz: 503 });
  }
}

itWhereCallsFail.each([
  ['an fsync fails', 'fdatasync,fsync', 'EIO'],
  ['a write fails', 'pwrite64', 'EIO'],
  ['the disk is read-only', 'pwrite64', 'EROFS'],
  ['the quota is used up', 'pwrite64', 'EDQUOT'],
])(
  `ends when %s, and a new process serves${FailingCalls.skipped}`,
  async (_, calls, error) => {
    await serving();
    await FailingCalls.of(plane.pid, calls, error);
    const [refused] = await Promise.all([reserve('pod/default/b'), probesUntilEnd()]);
    expect(refused).toMatchObject({ status: 503, body: { code: 'Unavailable', retryable: true } });
    expect(await plane.ended()).toBe(STORE_FAILED);
    expect(plane.line('the store has failed; this process ends')).toMatchObject({
      ...{
        level: 50,
        code: 'store-closed',
        fault: expect.stringContaining(join(folder, 'ledger.db')) as string,
      },
    });
    await servesAnew();
  },
  120_000,
);

itWhereCallsFail(
  `ends when the disk cannot be read${FailingCalls.skipped}`,
  async () => {
    await serving();
    const excluded = Array.from({ length: EXCLUSIONS }, (_, at) => `10.9.${at >> 7}.${(at & 127) * 2}`);
    for (let n = 0; n < LARGE_SUBNETS; n += 1) {
      const { status } = await define(`large-${n}`, '10.9.0.0/16', { excluded, router: `r${n}` });
      expect(status).toBe(200);
    }
    expect(await plane.stop()).toBe(0);
    plane = await Plane.serving(store);
    await FailingCalls.of(plane.pid, 'pread64', 'EIO');
    // Its stream is at the file's beginning, and is read by who asks first for something of it.
    const [refused] = await Promise.all([reserve('pod/default/b'), probesUntilEnd()]);
    expect(refused).toMatchObject({ status: 500, body: { code: 'StoreFailed' } });
    expect(await plane.ended()).toBe(STORE_FAILED);
    expect(plane.line('the store has failed; this process ends')).toMatchObject({
      code: 'store-corrupt',
      fault: expect.stringMatching(/ledger\.db is damaged: .*, or the disk cannot read it/) as string,
    });
    await servesAnew();
  },
  180_000,
);

itWhereCallsFail(
  `serves what it knows while the disk is full, says so, and goes on by itself${FailingCalls.skipped}`,
  async () => {
    await serving();
    const full = await FailingCalls.of(plane.pid, 'pwrite64', 'ENOSPC');
    expect(await reserve('pod/default/b')).toMatchObject({
      ...{ status: 503, body: { code: 'Unavailable', facts: { cause: 'store-full' }, retryable: true } },
    });
    const said = expect.stringMatching(/^store-full: .*ledger\.db: database or disk is full/) as string;
    expect(await plane.probes()).toEqual({ healthz: 200, readyz: 503, trouble: { ledger: said } });
    const { body: status } = await plane.ask('GET', '/v1/status');
    expect(status['views']).toMatchObject([{ name: 'ledger', trouble: said }]);
    expect((await plane.ask('GET', '/v1/subnets/blue/reservations/pod/default/a')).status).toBe(200);
    expect(plane.line('trouble began')).toMatchObject({ level: 40, code: 'store-full' });

    await full.end();
    await plane.until(async () => ((await plane.probes()).readyz === 200 ? true : undefined));
    expect(plane.line('trouble is over')).toMatchObject({ code: 'store-full' });
    expect((await reserve('pod/default/b')).status).toBe(200);
    expect(await plane.stop()).toBe(0);
    await servesAnew();
  },
  120_000,
);

it('ends when its file is taken away, also when nobody asks it anything', async () => {
  await serving();
  const files = ['', '-wal', '-ack'].map((suffix) => join(folder, `ledger.db${suffix}`));
  for (const file of files) renameSync(file, `${file}.aside`);
  expect(await plane.ended()).toBe(STORE_FAILED);
  expect(plane.line('the store has failed; this process ends')).toMatchObject({
    fault: expect.stringMatching(/ledger\.db was moved or deleted while it was open/) as string,
  });
  for (const file of files) renameSync(`${file}.aside`, file);
  await servesAnew();
}, 120_000);

it('logs what a crash left, and was put right', async () => {
  await serving();
  await plane.kill();
  // As a crash tears a commit that nobody was told of: a frame of the same -wal without its commit.
  const wal = readFileSync(join(folder, 'ledger.db-wal'));
  const frames = framesIn(wal);
  const torn = Buffer.from(wal.subarray(frames[0], frames[1]));
  torn.writeUInt32BE(0, 4);
  torn.copy(wal, frames.at(-1));
  writeFileSync(join(folder, 'ledger.db-wal'), wal);
  plane = await Plane.serving(store);
  expect(plane.line('found in the store, and put right')).toMatchObject({
    ...{ level: 40, room: 'store', notice: expect.stringMatching(/^dropped 1 frames/) as string },
  });
}, 120_000);

/** Where each frame that SQLite wrote begins, and where the next one would. */
function framesIn(wal: Buffer): number[] {
  const frameBytes = 24 + wal.readUInt32BE(8);
  const starts: number[] = [];
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes) {
    starts.push(at);
    if (wal.readUInt32BE(at + 8) !== wal.readUInt32BE(16)) return starts;
  }
  throw new Error('the -wal has no room after its last frame');
}

const mountsSkipped = whyNoMounts();

(mountsSkipped ? describe.skip : describe)(`a start${mountsSkipped}`, () => {
  afterEach(() => void spawnSync('umount', [folder]));

  const mount = (...args: string[]) => expect(spawnSync('mount', [...args, folder]).status).toBe(0);
  async function endsWith(message: RegExp): Promise<void> {
    plane = await Plane.start(store);
    expect(await plane.ended()).toBe(1);
    expect(plane.log).toMatch(message);
  }

  it('on a read-only disk ends, and says so', async () => {
    await serving();
    expect(await plane.stop()).toBe(0);
    mount('--bind', folder);
    mount('-o', 'remount,bind,ro');
    await endsWith(/holdfast-control-plane: .*ledger\.db.*(read-only|readonly)/);
  }, 120_000);

  it('on a full disk ends, and says so', async () => {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs');
    try {
      for (;;) writeFileSync(join(folder, 'ballast'), Buffer.alloc(4096), { flag: 'a' });
    } catch {
      // It is full.
    }
    await endsWith(/holdfast-control-plane: .*(disk is full|no space left)/i);
  }, 120_000);
});

function whyNoMounts(): string {
  const there = mkdtempSync(join(tmpdir(), 'holdfast-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', there]);
  if (status === 0) spawnSync('umount', [there]);
  rmSync(there, { recursive: true });
  return status === 0 ? '' : ' [skipped: nothing can be mounted here (needs root)]';
}
