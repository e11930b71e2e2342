// What the planes of a drill work on: a store, a real Northbound and a cluster, each apart from the planes that are killed.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemChance, systemClock } from '@holdfast/clock';
import type { EventStore } from '@holdfast/event-store';
import { openEventStoreDbEventStore } from '@holdfast/event-store/eventstoredb';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import {
  installDefinitions,
  type KubernetesServer,
  MANIFESTS,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { NorthboundLab } from '@holdfast/ovn/testing';

export const STORES = ['eventstoredb', 'sqlite'] as const;
export type StoreKind = (typeof STORES)[number];
export const CLUSTERS = ['sandbox', 'kube-apiserver'] as const;
export type ClusterKind = (typeof CLUSTERS)[number];

/** The subnet, and the switch, that everything is on. */
export const SUBNET = 'drill';
const CIDR = '10.16.0.0/16';

export interface DrillWorld {
  /** As a plane's flag. */
  readonly store: string;
  readonly northbound: NorthboundLab;
  readonly cluster: KubernetesServer;
  /** For who reads the log once no plane runs any more. */
  openLog(): Promise<EventStore>;
  stop(): Promise<void>;
}

export async function openWorld(store: StoreKind, cluster: ClusterKind): Promise<DrillWorld> {
  const ends: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-drill-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const northbound = await NorthboundLab.start();
    ends.push(() => northbound.stop());
    const server = await (cluster === 'sandbox' ? startSandboxApiServer() : startKubeApiserver());
    ends.push(() => server.stop());
    await installDefinitions(server, MANIFESTS.holdfast);
    await northbound.nbctl('ls-add', SUBNET);
    await server.request('POST', '/apis/kubeovn.io/v1/subnets', {
      ...{ apiVersion: 'kubeovn.io/v1', kind: 'Subnet', metadata: { name: SUBNET } },
      spec: { cidrBlock: CIDR },
    });
    const opened = store === 'sqlite' ? onFile(join(folder, 'ledger.db')) : await onContractServer(ends);
    return { ...opened, northbound, cluster: server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type OpenedStore = Pick<DrillWorld, 'store' | 'openLog'>;

const onFile = (file: string): OpenedStore => ({
  store: `sqlite:${file}`,
  openLog: () => openSqliteEventStore({ file }),
});

async function onContractServer(ends: (() => unknown)[]): Promise<OpenedStore> {
  // Under Jest this file is loaded from its source, and a process loads what was built.
  const built = __dirname.includes(join('test', 'dist')) ? __dirname : join(__dirname, '../dist/drill');
  const child = spawn(process.execPath, [join(built, 'contract-server.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  ends.push(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const connectionString = line.toString().trim();
  const time = { clock: systemClock, chance: systemChance };
  return {
    store: `eventstoredb:${connectionString}`,
    openLog: () => Promise.resolve(openEventStoreDbEventStore({ connectionString, ...time })),
  };
}

/** Why no drill can be had here, if so. */
export async function drillSkipReason(): Promise<string | undefined> {
  const missing = await promisify(execFile)('ovn-nbctl', ['--version']).then(
    () => undefined,
    () => 'ovn-nbctl is missing (Debian: ovn-central)',
  );
  return missing;
}
