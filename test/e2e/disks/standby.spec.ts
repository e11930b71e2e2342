// Two processes on one SQLite file: one serves, the other answers its probes, says what it waits for, and takes over when
// the first one ends, however that ends.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Plane } from './plane';

/** On a loaded machine; a quiet one takes half a second. */
const TAKE_OVER_MS_MAX = 10_000;

let folder: string;
let planes: Plane[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-standby-'));
  planes = [];
});
afterEach(async () => {
  await Promise.all(planes.map((plane) => plane.kill()));
  rmSync(folder, { recursive: true });
});

async function first(): Promise<Plane> {
  const plane = await Plane.serving(`sqlite:${join(folder, 'ledger.db')}`);
  planes.push(plane);
  await plane.ask('POST', '/v1/subnets', { name: 'blue', cidrs: ['10.0.0.0/24'] });
  return plane;
}

async function second(file = join(folder, 'ledger.db')): Promise<Plane> {
  const plane = await Plane.start(`sqlite:${file}`);
  planes.push(plane);
  await plane.until(() => plane.line('standing by'));
  return plane;
}

const reserve = (plane: Plane, holder: string) =>
  plane.ask('POST', '/v1/subnets/blue/reservations', { holder });

async function takesOver(plane: Plane, end: () => Promise<unknown>): Promise<number> {
  const ended = end().then(() => performance.now());
  await plane.until(async () => ((await plane.probes()).readyz === 200 ? true : undefined));
  return performance.now() - (await ended);
}

it.each([
  ['is killed', (plane: Plane) => plane.kill()],
  ['is stopped', (plane: Plane) => plane.stop()],
])(
  'the second takes over when the first %s, with all that was acknowledged',
  async (_, end) => {
    const active = await first();
    const held = await reserve(active, 'pod/default/a');
    const standby = await second();

    const waits = `standing by: process ${active.pid} has sqlite:${join(folder, 'ledger.db')} open, and this one takes over when it ends`;
    expect(await standby.probes()).toEqual({ healthz: 200, readyz: 503, trouble: { store: waits } });
    expect(standby.line('standing by')).toMatchObject({ holder: active.pid, room: 'store' });
    expect(await reserve(standby, 'pod/default/b')).toMatchObject({
      ...{ status: 503, body: { code: 'Unavailable', message: `The control plane is not ready: ${waits}.` } },
    });
    expect(await active.probes()).toMatchObject({ healthz: 200, readyz: 200 });

    const tookMs = await takesOver(standby, () => end(active));
    expect(tookMs).toBeLessThan(TAKE_OVER_MS_MAX);
    expect(await reserve(standby, 'pod/default/a')).toMatchObject({
      ...{ status: 200, body: { reservation: (held.body as { reservation: { v4: string } }).reservation } },
    });
    expect((await reserve(standby, 'pod/default/b')).status).toBe(200);
    expect(await standby.stop()).toBe(0);
  },
  120_000,
);

it('of three, one after the other has the ledger', async () => {
  const one = await first();
  const others = [await second(), await second()];
  await one.kill();
  const holders = await others[0]!.until(async () => {
    const ready = await Promise.all(others.map(async (plane) => (await plane.probes()).readyz === 200));
    return ready.includes(true) ? ready : undefined;
  });
  expect(holders.filter(Boolean)).toHaveLength(1);
  const [two, three] = holders[0] ? others : [...others].reverse();
  await three!.until(() => three!.log.includes(`"holder":${two!.pid}`) || undefined);
  await takesOver(three!, () => two!.stop());
  expect((await reserve(three!, 'pod/default/a')).status).toBe(200);
}, 120_000);

it('waits by whatever path it was given, and ends at once when it is told to', async () => {
  await first();
  symlinkSync('ledger.db', join(folder, 'link.db'));
  const standby = await second(join(folder, 'link.db'));
  expect(await standby.stop()).toBe(0);
}, 120_000);
