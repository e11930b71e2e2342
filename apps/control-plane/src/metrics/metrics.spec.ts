// The metrics are those that the page has, and the page has those that there are; and they count what happens.
import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { AppModule } from '../app.module';
import { readConfig } from '../config';
import { type RunningProcess, startProcess } from '../testing/running-process';
import { Distribution } from '../ledger/distribution';

const PAGE = join(__dirname, '../../../../infra/docs/METRICS.md');

interface Row {
  readonly name: string;
  readonly type: string;
  readonly labels: string;
  readonly help: string;
}

function rowsOfPage(): Row[] {
  return readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [name = '', type = '', labels = '', help = ''] = line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      return { name: name.replaceAll('`', ''), type, labels: labels.replaceAll('`', ''), help };
    });
}

async function rowsOfProgram(): Promise<Row[]> {
  const config = readConfig(['--store=memory:'], {});
  const module = await Test.createTestingModule({ imports: [AppModule.with(config)] })
    .setLogger(false as never)
    .compile();
  const registry = module.get(Registry);
  const rows = registry.getMetricsAsArray().map((metric): Row => {
    const { name, help, type, labelNames = [] } = metric as unknown as Described;
    return { name, help, type: type ?? metric.constructor.name.toLowerCase(), labels: labelNames.join(', ') };
  });
  await module.close();
  return rows;
}

interface Described {
  readonly name: string;
  readonly help: string;
  /** Of our own; the library's have a class. */
  readonly type?: string;
  readonly labelNames?: readonly string[];
}

const byName = (a: Row, b: Row): number => (a.name < b.name ? -1 : 1);

it('are those of the page, and no others', async () => {
  expect((await rowsOfProgram()).sort(byName)).toEqual(rowsOfPage().sort(byName));
});

it('are named as OpenMetrics has it: a counter ends in _total and nothing else does, a unit is a base unit', () => {
  for (const { name, type } of rowsOfPage()) {
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    expect(name).toMatch(/^(holdfast|process|nodejs)_[a-z0-9_]+$/);
    expect(name).not.toMatch(/_(ms|millis|milliseconds|kb|mb|minutes|percent)(_|$)/);
  }
});

describe('of a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-metrics-'));
  let process: RunningProcess;
  beforeAll(async () => {
    process = await startProcess(`--store=sqlite:${join(folder, 'ledger.db')}`);
  }, 30_000);
  afterAll(async () => {
    await process.stop();
    rmSync(folder, { recursive: true });
  });

  const scrape = async (): Promise<Map<string, number>> => {
    const text = await process.text('/metrics');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [
        line.slice(0, line.lastIndexOf(' ')),
        Number(line.slice(line.lastIndexOf(' ') + 1)),
      ]),
    );
  };

  it('count commands as they ended, by type and code, and what was recorded for them', async () => {
    await process.ask('POST', '/v1/subnets', { name: 'blue', cidrs: ['10.0.0.0/29'], cooling: '3600s' });
    for (const name of ['a', 'b', 'c'])
      await process.ask('POST', '/v1/subnets/blue/reservations', { holder: `pod/default/${name}` });
    await process.ask('POST', '/v1/subnets/red/reservations', { holder: 'pod/default/a' });
    const metrics = await scrape();
    const of = 'type="ReserveAddress",outcome';
    expect(metrics.get(`holdfast_commands_total{${of}="accepted"}`)).toBe(3);
    expect(metrics.get(`holdfast_command_duration_seconds_count{${of}="accepted"}`)).toBe(3);
    expect(metrics.get(`holdfast_command_duration_seconds_bucket{${of}="accepted",le="+Inf"}`)).toBe(3);
    expect(metrics.get(`holdfast_command_duration_seconds_sum{${of}="accepted"}`)).toBeGreaterThan(0);
    expect(metrics.get(`holdfast_commands_total{${of}="rejected"}`)).toBe(1);
    expect(metrics.get('holdfast_command_rejections_total{code="SubnetNotFound"}')).toBe(1);
    expect(metrics.get('holdfast_fsync_duration_seconds_count')).toBeGreaterThanOrEqual(4);
    expect(metrics.get('holdfast_append_duration_seconds_count')).toBeGreaterThanOrEqual(4);
    expect(metrics.get('holdfast_batch_commands_sum')).toBeGreaterThanOrEqual(4);
    expect(metrics.get('holdfast_commands_under_way')).toBe(0);
    expect(metrics.get('holdfast_command_queue_length')).toBe(0);
    expect(metrics.get('holdfast_append_queue_length')).toBe(0);
  });

  it('tell how full a subnet is, how far the log is, what runs here, and on what', async () => {
    const before = await scrape();
    const state = (metrics: Map<string, number>, name: string) =>
      metrics.get(`holdfast_subnet_addresses{subnet="blue",family="IPv4",state="${name}"}`);
    expect(['used', 'free', 'cooling'].map((name) => state(before, name))).toEqual([3, 2, 0]);
    await process.ask('DELETE', '/v1/subnets/blue/reservations/pod%2Fdefault%2Fa');
    const metrics = await scrape();
    expect(['used', 'free', 'cooling'].map((name) => state(metrics, name))).toEqual([2, 2, 1]);
    expect(metrics.get('holdfast_subnet_reservations_retained{subnet="blue"}')).toBe(0);
    expect(metrics.get('holdfast_log_position')).toBeGreaterThan(
      before.get('holdfast_log_position') as number,
    );
    expect(metrics.get('holdfast_view_lag_seconds')).toBe(0);
    expect(metrics.get('holdfast_role_ready{role="reservation"}')).toBe(1);
    expect(metrics.get('holdfast_http_connections')).toBeGreaterThan(0);
    expect([...metrics.keys()].find((key) => key.startsWith('holdfast_build_info'))).toMatch(
      /store="sqlite"/,
    );
    expect([...metrics.keys()].filter((key) => key.startsWith('holdfast_trouble'))).toEqual([]);
  });
});

it('put each value into the first bucket that has room for it', () => {
  const distribution = new Distribution([1, 2, 4]);
  for (const value of [0, 1, 1.5, 2, 3, 5, 100]) distribution.observe(value);
  expect([[...distribution.counts], distribution.sum, distribution.count]).toEqual([[2, 2, 1, 2], 112.5, 7]);
});
