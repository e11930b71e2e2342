// A StatefulSet of fifty, with its real controller, is scaled, rolled, deleted and made again, while the control plane is
// killed (-9) and started again, at random, all the time: no address moves, none is given twice, none leaks, and OVN has
// the ports of exactly those Pods in the end. HOLDFAST_KILLS_SEED repeats the pauses between kills of an earlier run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '@holdfast/api/http-client';
import { systemChance } from '@holdfast/clock';
import { SeededChance } from '@holdfast/clock/testing';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import { formatAddress, subnet, type SubnetEvent } from '@holdfast/ipam';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { PlayedCluster, playedClusterSkipReason } from './played-cluster';
import { untilEqual } from './until-equal';

const SIZE = 50;
/** One after the other, by the set's controller: enough of them for some kills in between. */
const ROLLED = 10;
const SUBNET = 'ovn-default';
const SETS = '/apis/apps/v1/namespaces/default/statefulsets';
const SET = `${SETS}/web`;
/**
 * How long a control plane lives before it is killed, in times that it took to start: too short for everything, and long
 * enough that something is done, however busy the machine is.
 */
const LIFE = { least: 0.1, spread: 2 };
/** Everything that is to be done, with the control plane away half of the time, on two busy cores. */
const STORY_STEP_MS = 120_000;
/** Of 10.16.0.0/24: without its first, its last, and the gateway's. */
const ADDRESSES = 253;
const SEED = Number(process.env['HOLDFAST_KILLS_SEED'] ?? Math.floor(systemChance.random() * 1e6));

const template = (round: number): object => ({
  metadata: { labels: { app: 'web' }, annotations: { round: String(round) } },
  spec: { containers: [{ name: 'web', image: 'example.com/web' }] },
});

const setOf = (replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web' },
  spec: {
    ...{ replicas, serviceName: 'web', podManagementPolicy: 'Parallel' },
    ...{ selector: { matchLabels: { app: 'web' } }, template: template(0) },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: SIZE - ROLLED } },
  },
});

const reason = playedClusterSkipReason();
(reason ? describe.skip : describe)(
  reason ? `a StatefulSet of ${SIZE} [skipped: ${reason}]` : `a StatefulSet of ${SIZE}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-stateful-'));
    const store = join(folder, 'ledger.db');
    const chance = new SeededChance(SEED);
    let cluster: PlayedCluster;
    let northbound: OvsdbServer;
    let controlPlane: ControlPlaneProcess;
    let chaos: Promise<void> | undefined;
    let isOver = false;
    let kills = 0;

    const start = (): Promise<ControlPlaneProcess> =>
      startControlPlane({
        store: `sqlite:${store}`,
        kubeconfig: cluster.server.kubeconfigFile,
        northbound: northbound.unix,
        'pod-addresses': 'on',
        // As much as a Pod's successor may keep the server waiting, and not a minute of nothing.
        'pod-grace-seconds': '10',
      });

    beforeAll(async () => {
      [cluster, northbound] = await Promise.all([
        PlayedCluster.start(),
        startOvsdbServer({ schema: NORTHBOUND_SCHEMA }),
      ]);
      const spec = { cidrBlock: '10.16.0.0/24', default: true };
      const object = { apiVersion: 'kubeovn.io/v1', kind: 'Subnet', metadata: { name: SUBNET }, spec };
      await cluster.create('/apis/kubeovn.io/v1/subnets', object);
      controlPlane = await start();
    }, 120_000);
    afterAll(async () => {
      isOver = true;
      await chaos?.catch(() => undefined);
      await controlPlane?.stop();
      await northbound?.stop();
      await cluster?.stop();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    /** Until the story is over. */
    async function killAtRandom(): Promise<void> {
      for (let startMs = 1_000; !isOver; ) {
        const lifeMs = startMs * (LIFE.least + chance.random() * LIFE.spread);
        await new Promise((resolve) => setTimeout(resolve, lifeMs));
        await controlPlane.kill();
        kills += 1;
        const startedMs = performance.now();
        controlPlane = await start();
        startMs = performance.now() - startedMs;
      }
    }

    /** So that each part of the story has its kills, however quick it is. */
    async function killed(times: number): Promise<void> {
      const least = kills + times;
      await until(`${times} kills`, () => (kills >= least ? true : undefined), STORY_STEP_MS);
    }

    /** By ordinal, once so many run and none is on its way out. */
    function addresses(size: number, round = '0', from = 0): Promise<Map<string, string>> {
      const what = `${size} Pods with addresses, from ordinal ${from} of round ${round}`;
      return until(
        what,
        async () => {
          const pods = await cluster.pods();
          const isThere = pods.every(
            ({ metadata, status }) => status?.['phase'] === 'Running' && !metadata.deletionTimestamp,
          );
          const areNew = pods.slice(from).every(({ metadata }) => metadata.annotations?.['round'] === round);
          if (pods.length !== size || !isThere || !areNew) return undefined;
          return new Map(pods.map(({ metadata, status }) => [metadata.name, status?.['podIP'] as string]));
        },
        STORY_STEP_MS,
      );
    }

    async function held(): Promise<Map<string, string>> {
      const client = new HttpClient({ baseUrl: controlPlane.http });
      const { reply } = await client.call('ListReservations', { subnet: SUBNET, pageSize: 1000 });
      return new Map(reply?.reservations.map(({ holder, v4 }) => [holder, v4 as string]));
    }

    it(`keeps every address through it all (HOLDFAST_KILLS_SEED=${SEED})`, async () => {
      chaos = killAtRandom();
      await cluster.create(SETS, setOf(SIZE));
      await killed(2);
      const first = await addresses(SIZE);
      expect(new Set(first.values()).size).toBe(SIZE);

      await cluster.merge(SET, { spec: { replicas: 20 } });
      await killed(1);
      await addresses(20);
      await cluster.merge(SET, { spec: { replicas: SIZE } });
      await killed(1);
      expect(await addresses(SIZE)).toEqual(first);

      await cluster.merge(SET, { spec: { template: template(1) } });
      await killed(2);
      expect(await addresses(SIZE, '1', SIZE - ROLLED)).toEqual(first);

      await cluster.delete(SET);
      await killed(1);
      await addresses(0);
      await cluster.create(SETS, setOf(SIZE));
      await killed(1);
      expect(await addresses(SIZE)).toEqual(first);

      isOver = true;
      await chaos;
      expect(kills).toBeGreaterThanOrEqual(8);
      const byHolder = [...first].map(([name, ip]) => [`statefulset/default/web/${name.split('-')[1]}`, ip]);
      expect([...(await held())].sort()).toEqual(byHolder.sort());
      await counts(SIZE);

      await controlPlane.kill();
      await cluster.delete(SET);
      await addresses(0);
      controlPlane = await start();
      await until('nothing held', async () => ((await held()).size === 0 ? true : undefined), STORY_STEP_MS);
      await counts(0);
      expect(await recorded()).toEqual({ twice: [], moved: [], addresses: SIZE });
    }, 900_000);

    /** The Subnet's status, and the ports in the Northbound, against a recount of the Pods. */
    async function counts(size: number): Promise<void> {
      const pods = await cluster.pods();
      const ips = pods.map(({ status }) => status?.['podIP'] as string);
      expect(new Set(ips).size).toBe(size);
      const expected = { using: size, available: ADDRESSES - size, addresses: [...ips].sort() };
      await untilEqual('the status of the Subnet', expected, async () => {
        const { body } = await cluster.server.request('GET', `/apis/kubeovn.io/v1/subnets/${SUBNET}`);
        const { status } = body as { readonly status: Readonly<Record<string, unknown>> };
        const { v4usingIPs: using, v4availableIPs: available, v4usingIPrange: ranges } = status;
        return { using, available, addresses: addressesIn(String(ranges)).sort() };
      });
      const ports = pods.map(({ metadata: { name, annotations = {} } }) => {
        const [mac, ip] = ['mac_address', 'ip_address'].map(
          (word) => annotations[`ovn.kubernetes.io/${word}`],
        );
        return `${name}.default ${mac} ${ip}`;
      });
      await untilEqual('the ports', ports.sort(), portsInNorthbound);
    }

    /** Each with its addresses, of every switch. */
    function portsInNorthbound(): string[] {
      const list = ['--bare', '--columns=name,addresses', 'find', 'Logical_Switch_Port', 'type=""'];
      const args = [`--db=${northbound.unix}`, '--timeout=10', ...list];
      const rows = execFileSync('ovn-nbctl', args, { encoding: 'utf8' }).trim();
      const ports = rows === '' ? [] : rows.split('\n\n').map((row) => row.replace('\n', ' '));
      return ports.sort();
    }

    /** What the ledger ever said, event by event. */
    async function recorded(): Promise<object> {
      const holderOf = new Map<string, string>();
      const first = new Map<string, string>();
      const [twice, moved]: [string[], string[]] = [[], []];
      await controlPlane.stop();
      const log = await openSqliteEventStore({ file: store });
      for await (const page of log.readStream(`subnet-${SUBNET}`, 0))
        for (const stored of page) {
          const event: SubnetEvent = subnet.codec.decode(stored);
          if (event.type !== 'AddressReserved' && event.type !== 'AddressReleased') continue;
          const address = formatAddress(event.v4 as number);
          if (event.type === 'AddressReleased') {
            holderOf.delete(address);
            continue;
          }
          if (holderOf.has(address)) twice.push(`${address}: ${holderOf.get(address)}, ${event.holder}`);
          holderOf.set(address, event.holder);
          if ((first.get(event.holder) ?? address) !== address) moved.push(`${event.holder}: ${address}`);
          first.set(event.holder, first.get(event.holder) ?? address);
        }
      await log.close();
      return { twice, moved, addresses: first.size };
    }
  },
);

/** `10.16.0.2,10.16.0.5-10.16.0.7`, as a Subnet's status has it, one by one; all are of one /24. */
function addressesIn(ranges: string): string[] {
  return ranges
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = '', last = first] = range.split('-');
      const [from, to] = [first, last].map((address) => Number(address.split('.')[3])) as [number, number];
      const network = first.slice(0, first.lastIndexOf('.'));
      return Array.from({ length: to - from + 1 }, (_, index) => `${network}.${from + index}`);
    });
}
