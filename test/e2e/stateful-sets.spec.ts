// A StatefulSet of fifty, with its real controller, is scaled, rolled, deleted and made again, while the control plane is
// killed (-9) and started again, at random, all the time: no address moves, none is given twice, none leaks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '@holdfast/api/http-client';
import { systemChance } from '@holdfast/clock';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import { type ControlPlane, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import { formatAddress, subnet, type SubnetEvent } from '@holdfast/ipam';
import { PlayedCluster, playedClusterSkipReason } from './played-cluster';

const SIZE = 50;
const SUBNET = 'ovn-default';
const SETS = '/apis/apps/v1/namespaces/default/statefulsets';
const SET = `${SETS}/web`;
/** Between two kills: long enough that something is done, and too short for everything. */
const KILL_EVERY_MS = { least: 200, spread: 2_000 };
/** Everything that is to be done, with the control plane away half of the time, on two busy cores. */
const STORY_STEP_MS = 120_000;

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
    // Rolled one by one by its controller: enough of them to be killed in between.
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: SIZE - 15 } },
  },
});

const reason = playedClusterSkipReason();
(reason ? describe.skip : describe)(
  reason ? `a StatefulSet of ${SIZE} [skipped: ${reason}]` : `a StatefulSet of ${SIZE}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-stateful-'));
    const store = join(folder, 'ledger.db');
    let cluster: PlayedCluster;
    let controlPlane: ControlPlane;
    let isOver = false;
    let kills = 0;

    const start = (): Promise<ControlPlane> =>
      startControlPlane({
        store: `sqlite:${store}`,
        kubeconfig: cluster.server.kubeconfigFile,
        'pod-addresses': 'on',
      });

    beforeAll(async () => {
      cluster = await PlayedCluster.start();
      const spec = { cidrBlock: '10.16.0.0/24', default: true };
      const object = { apiVersion: 'kubeovn.io/v1', kind: 'Subnet', metadata: { name: SUBNET }, spec };
      await cluster.create('/apis/kubeovn.io/v1/subnets', object);
      controlPlane = await start();
    }, 120_000);
    afterAll(async () => {
      await controlPlane?.stop();
      await cluster?.stop();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    /** Until the story is over. */
    async function killAtRandom(): Promise<void> {
      while (!isOver) {
        const ms = KILL_EVERY_MS.least + systemChance.random() * KILL_EVERY_MS.spread;
        await new Promise((resolve) => setTimeout(resolve, ms));
        await controlPlane.kill();
        kills += 1;
        controlPlane = await start();
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

    it('keeps every address through it all', async () => {
      const chaos = killAtRandom();
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
      expect(await addresses(SIZE, '1', SIZE - 15)).toEqual(first);

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

    /** The Subnet's status against a recount of the Pods. */
    async function counts(size: number): Promise<void> {
      const path = `/apis/kubeovn.io/v1/subnets/${SUBNET}`;
      await until(`v4usingIPs ${size}`, async () => {
        const { body } = await cluster.server.request('GET', path);
        const { status } = body as { readonly status?: { readonly v4usingIPs?: number } };
        return status?.v4usingIPs === size && (await cluster.pods()).length === size ? true : undefined;
      });
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
