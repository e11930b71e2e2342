import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '@holdfast/clock';
import { fetchSchema } from '../generate/fetch-schema';
import { NORTHBOUND_SCHEMA, startOvsdbServer } from './ovsdb-server';

/** Whether a process runs; a zombie, whose parent does not look, does not. */
function runs(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('startOvsdbServer', () => {
  it('answers, keeps its ports over a restart, and removes its folder', async () => {
    const server = await startOvsdbServer({ schema: NORTHBOUND_SCHEMA, tcp: true });
    const { tcp, pid, directory } = server;
    const options = { remote: tcp, database: 'OVN_Northbound', clock: systemClock };
    await fetchSchema(options);
    await server.restart();
    expect([server.tcp, server.pid === pid]).toEqual([tcp, false]);
    await fetchSchema(options);
    await server.stop();
    expect([existsSync(directory), server.pid, runs(pid!)]).toEqual([false, undefined, false]);
  });

  it('says why it did not start', async () => {
    await expect(startOvsdbServer({ schema: '/nonexistent.ovsschema' })).rejects.toThrow(
      '/nonexistent.ovsschema',
    );
  });

  it('dies with the process that started it, however that dies', async () => {
    const testing = join(__dirname, '../../dist/testing/index.js');
    const script = `require(${JSON.stringify(testing)})
      .startOvsdbServer({ schema: ${JSON.stringify(NORTHBOUND_SCHEMA)} })
      .then((server) => console.log(server.pid, server.directory))`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const [pid, directory] = line.toString().trim().split(' ') as [string, string];
    expect(runs(Number(pid))).toBe(true);
    parent.kill('SIGKILL');
    while (runs(Number(pid))) await setTimeout(5);
    await rm(directory, { recursive: true });
  });
});
