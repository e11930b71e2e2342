// `npm run demo`: the product's main job, on real servers, told step by step. `-- --kubeconfig FILE` runs it in a
// cluster of yours; nothing is ever applied to one that was not named. `-- --picture FILE` draws what it told, as SVG.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { reserveOverGrpc, reserveOverHttp, reserveOverNats } from './transports';
import { DEFINITIONS, KubernetesUser, manifest, vipTable } from './kubernetes';
import { drawTerminal } from './picture';
import { portOptions, portRows, showSwitch, wipe } from './northbound';
import { chapter, linesOf, tell } from './story';
import { until } from './until';
import { addressOf, endMigration, makeMachine, makeStatefulSet, MIGRATION, runPod } from './workloads';
import { type DemoWorld, startWorld } from './world';

const PORT = 'db.default';
/** Chapters that the picture shows. */
const PICTURED = ['apply the subnet', 'a Pod that may answer', 'wipe the Northbound', 'the history'];
const SEED_VIPS = ['vip-dynamic-01', 'static-vip01', 'vip-aap', 'slr-01', 'pod-use-vip'];

async function applySeed(world: DemoWorld): Promise<void> {
  chapter('apply the subnet ovn-default (10.16.0.0/16) and five Vips');
  const user = new KubernetesUser(world.kubeconfig);
  if (world.isSandbox) await user.apply(...DEFINITIONS);
  await user.apply(
    manifest('demo/subnet-ovn-default.yaml'),
    ...SEED_VIPS.map((name) => manifest(`crds/examples/${name}.yaml`)),
  );
  const settled = await until('every Vip has a status', async () => {
    const vips = (await user.vips()).filter(({ metadata }) => SEED_VIPS.includes(metadata?.name ?? ''));
    return vips.length === SEED_VIPS.length && vips.every(({ status }) => status?.ready !== undefined)
      ? vips
      : undefined;
  });
  tell(vipTable(settled));
  for (const { metadata, status } of settled.filter((vip) => !vip.status?.ready)) {
    const why = status?.conditions?.find(({ status: held }) => held === 'False');
    tell(`\n${metadata?.name} is not ready: ${why?.reason}: ${why?.message}`);
  }
}

async function reserveOverEachTransport({ controlPlane, nats }: DemoWorld): Promise<void> {
  chapter('one reservation over each transport');
  const transports = {
    HTTP: () => reserveOverHttp(controlPlane.http, 'octavia/demo/over-http'),
    gRPC: () => reserveOverGrpc(controlPlane.grpc, 'octavia/demo/over-grpc'),
    ...(nats && { NATS: () => reserveOverNats(nats, 'octavia/demo/over-nats') }),
  };
  for (const [transport, reserve] of Object.entries(transports)) {
    const { reservation, position } = await reserve();
    tell(
      `${transport}: ${reservation.holder} holds ${reservation.v4} (${reservation.mac}), position ${position}`,
    );
  }
}

/** On a cluster of the user's the controllers there make Pods, and whoever does it there gives them addresses. */
async function keepAddresses(world: DemoWorld): Promise<void> {
  const user = new KubernetesUser(world.kubeconfig);
  await user.apply(manifest('demo/kubevirt-kinds.yaml'));
  chapter(
    'a Pod that may answer for vip-aap; a StatefulSet whose Pod is re-created; a virtual machine that migrates',
  );
  await user.apply(manifest('crds/examples/pod-busybox-aap.yaml'));
  tell(`Pod busybox has ${await addressOf(user, 'busybox')}, and may answer for vip-aap`);
  const set = await makeStatefulSet(user, 'web');
  tell(`Pod web-0 on node-1 has ${await runPod(user, 'web-0', 'node-1', set)}`);
  await user.delete('v1', 'Pod', 'web-0', 'default');
  tell(`Pod web-0, re-created on node-2, has ${await runPod(user, 'web-0', 'node-2', set)}`);
  await migrate(world, user);
}

async function migrate({ northbound, controlPlane }: DemoWorld, user: KubernetesUser): Promise<void> {
  const machine = await makeMachine(user, 'db');
  const [source, target] = ['virt-launcher-db-a', 'virt-launcher-db-b'];
  const placed = async (nodes: string): Promise<string> => {
    if (northbound === undefined) return '';
    const isPlaced = (): true | undefined =>
      portOptions(northbound, PORT).includes(`=${nodes}\n`) || undefined;
    await until(`${PORT} is placed on ${nodes}`, isPlaced);
    return `, and its port ${portOptions(northbound, PORT).trim().split('\n').sort().join(' ')}`;
  };
  tell(`machine db on node-1 has ${await runPod(user, source, 'node-1', machine)}${await placed('node-1')}`);
  const both = await runPod(user, target, 'node-2', machine, MIGRATION.labels);
  tell(`machine db, on its way to node-2, has ${both}${await placed('node-1,node-2')}`);
  await endMigration(user, machine, target);
  tell(`machine db on node-2 has ${await addressOf(user, target)}${await placed('node-2')}`);
  const left = await until('the source has left', async () => {
    const response = await fetch(`${controlPlane.http}/v1/history?holder=vm/default/db`);
    const { events } = (await response.json()) as {
      events: { type: string; reason: string; user?: { object: string } }[];
    };
    return events.find(({ type }) => type === 'UserDetached');
  });
  tell(`why ${left.user?.object} no longer has it: ${left.reason}`);
}

async function showNorthbound(db: string): Promise<void> {
  chapter('the Northbound');
  await until('vip-aap is projected', () => portRows(db, 'vip-aap').includes('virtual-ip') || undefined);
  tell(showSwitch(db));
  const rows = portRows(db);
  tell(`\n${portRows(db, 'vip-aap')}`);
  chapter('wipe the Northbound, and look again');
  wipe(db);
  const startMs = performance.now();
  await until('the rows are back', () => portRows(db) === rows || undefined);
  tell(showSwitch(db));
  tell(`\nthe same rows were back after ${Math.round(performance.now() - startMs)} ms`);
}

async function showHistory({ controlPlane }: DemoWorld): Promise<void> {
  chapter('the history of 10.16.0.121');
  const response = await fetch(`${controlPlane.http}/v1/history?address=10.16.0.121`);
  const { events } = (await response.json()) as { events: Record<string, string>[] };
  for (const { time, type, holder, v4, actor, through } of events) {
    tell(`${time}  ${type}  ${holder}  ${v4}  by ${actor} through ${through}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { kubeconfig: { type: 'string' }, picture: { type: 'string' } } });
  const startMs = performance.now();
  const world = await startWorld({ kubeconfig: values.kubeconfig, tell });
  try {
    tell(`control plane: ${world.controlPlane.http} (HTTP), ${world.controlPlane.grpc} (gRPC)`);
    await applySeed(world);
    await reserveOverEachTransport(world);
    if (world.isSandbox) await keepAddresses(world);
    if (world.northbound) await showNorthbound(world.northbound);
    await showHistory(world);
  } finally {
    await world.stop();
  }
  if (values.picture !== undefined) writeFileSync(values.picture, drawTerminal(linesOf(...PICTURED)));
  chapter(`everything is stopped; that took ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
