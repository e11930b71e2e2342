// `npm run demo`: the product's main job, on real servers, told step by step. `-- --kubeconfig FILE` runs it in a
// cluster of yours; nothing is ever applied to one that was not named.
import { parseArgs } from 'node:util';
import { reserveOverGrpc, reserveOverHttp, reserveOverNats } from './doors';
import { DEFINITIONS, KubernetesUser, manifest, vipTable } from './kubernetes';
import { portRows, showSwitch, wipe } from './northbound';
import { until } from './until';
import { addressOf, makeMachine, makeStatefulSet, replacePod } from './workloads';
import { type World, startWorld } from './world';

const say = (title: string): void => console.log(`\n== ${title}`);
const SEED_VIPS = ['vip-dynamic-01', 'static-vip01', 'vip-aap', 'slr-01', 'pod-use-vip'];

async function applySeed(world: World): Promise<void> {
  say('apply the subnet ovn-default (10.16.0.0/16) and five Vips');
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
  console.log(vipTable(settled));
  for (const { metadata, status } of settled.filter((vip) => !vip.status?.ready)) {
    const why = status?.conditions?.find(({ status: held }) => held === 'False');
    console.log(`\n${metadata?.name} is not ready: ${why?.reason}: ${why?.message}`);
  }
}

async function reserveThroughEachDoor({ controlPlane, nats }: World): Promise<void> {
  say('one reservation through each door');
  const doors = {
    HTTP: () => reserveOverHttp(controlPlane.http, 'octavia/demo/over-http'),
    gRPC: () => reserveOverGrpc(controlPlane.grpc, 'octavia/demo/over-grpc'),
    ...(nats && { NATS: () => reserveOverNats(nats, 'octavia/demo/over-nats') }),
  };
  for (const [door, reserve] of Object.entries(doors)) {
    const { reservation, position } = await reserve();
    console.log(
      `${door}: ${reservation.holder} holds ${reservation.v4} (${reservation.mac}), position ${position}`,
    );
  }
}

/** On a cluster of the user's the controllers there make Pods, and whoever does it there gives them addresses. */
async function keepAddresses({ kubeconfig }: World): Promise<void> {
  const user = new KubernetesUser(kubeconfig);
  await user.apply(manifest('demo/kubevirt-kinds.yaml'));
  say('a Pod that may answer for vip-aap; a StatefulSet and a virtual machine whose Pods are made anew');
  await user.apply(manifest('crds/examples/pod-busybox-aap.yaml'));
  console.log(`Pod busybox has ${await addressOf(user, 'busybox')}, and may answer for vip-aap`);
  const set = await makeStatefulSet(user, 'web');
  const machine = await makeMachine(user, 'db');
  const addresses = {
    'Pod web-0': await replacePod(user, undefined, 'web-0', set),
    'Pod web-0, made anew': await replacePod(user, 'web-0', 'web-0', set),
    'machine db in Pod virt-launcher-db-a': await replacePod(user, undefined, 'virt-launcher-db-a', machine),
    'machine db in Pod virt-launcher-db-b': await replacePod(
      user,
      'virt-launcher-db-a',
      'virt-launcher-db-b',
      machine,
    ),
  };
  for (const [who, address] of Object.entries(addresses)) console.log(`${who} has ${address}`);
}

async function showNorthbound(db: string): Promise<void> {
  say('the Northbound');
  await until('vip-aap is projected', () => portRows(db, 'vip-aap').includes('virtual-ip') || undefined);
  console.log(showSwitch(db));
  const rows = portRows(db);
  console.log(`\n${portRows(db, 'vip-aap')}`);
  say('wipe it, and look again');
  wipe(db);
  const startMs = performance.now();
  await until('the rows are back', () => portRows(db) === rows || undefined);
  console.log(showSwitch(db));
  console.log(`\nthe same rows were back after ${Math.round(performance.now() - startMs)} ms`);
}

async function showHistory({ controlPlane }: World): Promise<void> {
  say('the history of 10.16.0.121');
  const response = await fetch(`${controlPlane.http}/v1/history?address=10.16.0.121`);
  const { events } = (await response.json()) as { events: Record<string, string>[] };
  for (const { time, type, holder, v4, actor, through } of events) {
    console.log(`${time}  ${type}  ${holder}  ${v4}  by ${actor} through ${through}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { kubeconfig: { type: 'string' } } });
  const startMs = performance.now();
  const world = await startWorld({ kubeconfig: values.kubeconfig, tell: console.log });
  try {
    console.log(`control plane: ${world.controlPlane.http} (HTTP), ${world.controlPlane.grpc} (gRPC)`);
    await applySeed(world);
    await reserveThroughEachDoor(world);
    if (world.isSandbox) await keepAddresses(world);
    if (world.northbound) await showNorthbound(world.northbound);
    await showHistory(world);
  } finally {
    await world.stop();
  }
  say(`everything is stopped; that took ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
