// infra/docs/recover.md, command by command, beside a control plane on a backup and a real Northbound.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '@holdfast/api/http-client';
import { until } from '@holdfast/infra/demo/until';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { documentSteps } from '../document-steps';
import { Shell } from '../shell';
import { CLI } from './holdfast';

let folder: string;
let northbound: OvsdbServer;
let shell: Shell | undefined;
const planes: ControlPlaneProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-page-'));
  northbound = await startOvsdbServer({ schema: NORTHBOUND_SCHEMA });
});
afterEach(async () => {
  await shell?.stop();
  await Promise.all(planes.splice(0).map((plane) => plane.kill()));
  await northbound.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(name: string): Promise<ControlPlaneProcess> {
  const store = `sqlite:${join(folder, name)}`;
  const plane = await startControlPlane({ store, northbound: northbound.unix });
  planes.push(plane);
  return plane;
}

const clientOf = ({ http }: ControlPlaneProcess): HttpClient => new HttpClient({ baseUrl: http });

const reserve = (plane: ControlPlaneProcess, name: string, v4 = ''): Promise<unknown> =>
  clientOf(plane).call('ReserveAddress', {
    ...{ subnet: 'blue', holder: `pod/default/${name}`, v4, port: `${name}.default` },
  });

/** Everything that was decided is in the Northbound. */
const settled = ({ http }: ControlPlaneProcess): Promise<unknown> =>
  until('the Northbound has everything', async () => {
    const { projectors } = (await (await fetch(`${http}/v1/status`)).json()) as {
      projectors: { waiting: number }[];
    };
    return projectors.every(({ waiting }) => Number(waiting ?? 0) === 0) ? true : undefined;
  });

const isFenced = ({ http }: ControlPlaneProcess): Promise<unknown> =>
  until('it is fenced', async () => {
    const { sides } = (await (await fetch(`${http}/recovery`)).json()) as { sides: { state: string }[] };
    return sides.every(({ state }) => state === 'fenced') ? true : undefined;
  });

/** How a side is fenced depends on where in its start the process was stopped; ids are other ones in every run. */
const timeless = (text: string): string =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/^northbound +fenced.*/, 'northbound fenced')
        .replace(/ {2,}/g, '  ')
        .trimEnd(),
    )
    .join('\n');

it('is what is seen', async () => {
  const first = await start('ledger.db');
  await clientOf(first).call('DefineSubnet', { name: 'blue', cidrs: ['10.50.0.0/24'] });
  for (const name of ['a', 'b']) await reserve(first, name);
  await settled(first);
  await first.stop();
  copyFileSync(join(folder, 'ledger.db'), join(folder, 'backup.db'));
  const later = await start('ledger.db');
  await clientOf(later).call('ReleaseAddress', { subnet: 'blue', holder: 'pod/default/b' });
  await reserve(later, 'c', '10.50.0.3');
  await reserve(later, 'd');
  await settled(later);
  await later.stop();
  const restored = await start('backup.db');
  await isFenced(restored);
  const env = { NORTHBOUND: northbound.unix, HOLDFAST_SERVER: restored.http };
  shell = new Shell(folder, env, { holdfast: `require(${JSON.stringify(CLI)})` });
  for (const { command, shown } of documentSteps('recover.md'))
    expect([command, timeless(await shell.type(command))]).toEqual([command, timeless(shown)]);
}, 180_000);
