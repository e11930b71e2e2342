// What users of a Vip see on the wire, as steps that a test puts together. They do not know who wrote the rows, so they
// hold for rows by hand and for Holdfast's alike. Bounds are generous, as a machine may be loaded; counts are exact.
import { until } from '@holdfast/infra/demo/until';
import type { PacketLab } from './lab/lab';
import type { Pod } from './lab/pod';
import { type Announcement, announce } from './probes/announce';
import { virtualParent, whenClaimed } from './probes/claim';
import { Keepalived, type KeepalivedOptions } from './probes/keepalived';
import { measureGaps, ping } from './probes/ping';
import { type ConnectOptions, type Connections, connectTcp } from './probes/tcp';

/** A move with its announcement takes 20 ms on an idle machine; a client that has to ask anew takes seconds. */
const GAP_MS_MAX = 2_000;
/** For who must not get through to be seen getting through, which takes 5 ms when the rows allow it. */
const DENIED_FOR_MS = 300;

/** A Vip's virtual port, and one of its addresses. */
export interface VirtualVip {
  /** Of the `virtual` Logical_Switch_Port. */
  readonly port: string;
  /** With prefix length. */
  readonly address: string;
}

/** Every one of so many, once the first of the flow found its way: on a loaded machine that one is lost now and then. */
export async function expectPing(pod: Pod, address: string, count = 3): Promise<void> {
  await expectAnswers(pod, address);
  const from = pod.name;
  expect({ from, ...(await ping(pod, address, count)) }).toEqual({ from, sent: count, received: count });
}

/** Sooner or later every ping of three. */
export async function expectAnswers(pod: Pod, address: string): Promise<void> {
  await until(`${address} answers ${pod.name}`, async () => {
    const { sent, received } = await ping(pod, address);
    return sent === received || undefined;
  });
}

export async function expectNoPing(pod: Pod, address: string, count = 2): Promise<void> {
  const from = pod.name;
  expect({ from, ...(await ping(pod, address, count)) }).toEqual({ from, sent: count, received: 0 });
}

/**
 * Every one of `count` connections is answered.
 * @returns by whom and how fast
 */
export async function expectConnections(
  client: Pod,
  address: string,
  port: number,
  count: number,
  options: Partial<ConnectOptions> = {},
): Promise<Connections> {
  const connections = await connectTcp(client, { ...options, address, port, count });
  const { succeeded, failures } = connections;
  expect({ from: client.name, succeeded, failures }).toEqual({
    from: client.name,
    succeeded: count,
    failures: {},
  });
  return connections;
}

/** Every connection is refused at once: nobody is behind the address, and it says so. */
export async function expectRefused(client: Pod, address: string, port: number, count = 5): Promise<void> {
  const { succeeded, failures } = await connectTcp(client, { address, port, count });
  expect({ from: client.name, succeeded, failures }).toEqual({
    from: client.name,
    succeeded: 0,
    failures: { ECONNREFUSED: count },
  });
}

/** From each client at the same time, as many each. @returns how many connections each server answered, by name */
export async function expectConnectionsFromAll(
  clients: readonly Pod[],
  address: string,
  port: number,
  count: number,
): Promise<Readonly<Record<string, number>>> {
  const all = await Promise.all(
    clients.map((client) => expectConnections(client, address, port, count, { parallel: 2 })),
  );
  const totals: Record<string, number> = {};
  for (const { servers } of all)
    for (const [name, answered] of Object.entries(servers)) totals[name] = (totals[name] ?? 0) + answered;
  return totals;
}

/** Where a service is reached, without prefix length. */
export interface Front {
  readonly address: string;
  readonly port: number;
}

/**
 * Every client gets all its connections to every front: at first, after a crash of both ovn-controllers, and after one
 * of the Southbound. Rows that share a flow pass the first and fail by chance after a crash.
 */
export async function expectConnectionsThroughCrashes(
  lab: PacketLab,
  clients: readonly Pod[],
  fronts: readonly Front[],
  count: number,
): Promise<void> {
  const crashes = [() => lab.syncHv(), () => lab.restartControllers(), () => lab.restartSouthbound()];
  for (const crash of crashes) {
    await crash();
    for (const { address, port } of fronts) await expectConnectionsFromAll(clients, address, port, count);
  }
}

/** The Pod takes the address and says so; the Southbound has it as the virtual port's parent. @returns after how many ms */
export async function expectClaim(
  lab: PacketLab,
  vip: VirtualVip,
  pod: Pod,
  announcement: Announcement = 'request',
): Promise<number> {
  await pod.hold(vip.address);
  const startMs = performance.now();
  await announce(pod, bare(vip), announcement);
  await whenClaimed(lab, vip.port, pod.port);
  return Math.round(performance.now() - startMs);
}

export interface FailoverOptions {
  readonly from: Pod;
  readonly to: Pod;
  /** Who uses the Vip meanwhile. */
  readonly clients: readonly Pod[];
  readonly announcement?: Announcement;
  readonly gapMsMax?: number;
}

/**
 * The address moves to another Pod, which says so: the claim moves too, and every client goes on.
 * @returns for each client, how long it had no answer, in ms
 */
export async function expectFailover(
  lab: PacketLab,
  vip: VirtualVip,
  { from, to, clients, announcement, gapMsMax = GAP_MS_MAX }: FailoverOptions,
): Promise<readonly number[]> {
  const gapsMs = await measureGaps(clients, bare(vip), async () => {
    await from.drop(vip.address);
    await expectClaim(lab, vip, to, announcement);
  });
  expect(Math.max(...gapsMs)).toBeLessThan(gapMsMax);
  return gapsMs;
}

/** Who is no parent takes the address and says so, in vain: the claim stays, and nobody gets an answer of it. */
export async function expectDenied(
  lab: PacketLab,
  vip: VirtualVip,
  impostor: Pod,
  client: Pod,
): Promise<void> {
  const before = await virtualParent(lab, vip.port);
  await impostor.hold(vip.address);
  try {
    await announce(impostor, bare(vip), 'request');
    if (!bare(vip).includes(':')) await announce(impostor, bare(vip), 'reply');
    if (before === undefined) await expectNoPing(client, bare(vip));
    else await expectPing(client, bare(vip));
    await new Promise((resolve) => setTimeout(resolve, DENIED_FOR_MS));
    expect(await virtualParent(lab, vip.port)).toBe(before);
  } finally {
    await impostor.drop(vip.address);
  }
}

/** How a master ends: told to, as a crash that leaves the address on the dead, or cut off from the network. */
export type MasterEnd = 'SIGTERM' | 'SIGKILL' | 'link down';

export interface KeepalivedFailoverOptions extends Pick<KeepalivedOptions, 'routerId' | 'advertMs'> {
  readonly master: Pod;
  readonly backup: Pod;
  readonly clients: readonly Pod[];
  readonly end: MasterEnd;
  readonly gapMsMax?: number;
}

/** VRRP's own detection: three adverts and a bit, each at most the default of a second. */
const KEEPALIVED_GAP_MS_MAX = 8_000;
/** A claim that OVN lost, when two announce within a Southbound's round trip, is healed by the next announcement. */
const HEALED_WITHIN_S = 20;

/**
 * keepalived runs on two Pods; the master ends; the other takes over, with the claim, and every client goes on.
 * @returns for each client, how long it had no answer, and after how long the claim had moved, in ms
 */
export async function expectKeepalivedFailover(
  lab: PacketLab,
  vip: VirtualVip,
  options: KeepalivedFailoverOptions,
): Promise<{ readonly gapsMs: readonly number[]; readonly claimMs: number }> {
  const { master, backup, clients, end, routerId, advertMs, gapMsMax = KEEPALIVED_GAP_MS_MAX } = options;
  const start = (pod: Pod, priority: number): Promise<Keepalived> =>
    Keepalived.start(lab, pod, { addresses: [vip.address], routerId, advertMs, priority });
  const first = await start(master, 150);
  const both = [first];
  try {
    await first.whenMaster();
    await whenClaimed(lab, vip.port, master.port, HEALED_WITHIN_S);
    both.push(await start(backup, 100));
    let claimMs = 0;
    const gapsMs = await measureGaps(clients, bare(vip), async () => {
      const startMs = performance.now();
      const ending = endMaster(master, first, end);
      await whenClaimed(lab, vip.port, backup.port, HEALED_WITHIN_S);
      claimMs = Math.round(performance.now() - startMs);
      await ending;
    });
    expect(Math.max(...gapsMs)).toBeLessThan(gapMsMax);
    return { gapsMs, claimMs };
  } finally {
    await Promise.all(both.map((keepalived) => keepalived.kill()));
    await master.setCarrier('up');
    await Promise.all([master, backup].map((pod) => pod.drop(vip.address)));
  }
}

function endMaster(pod: Pod, keepalived: Keepalived, end: MasterEnd): Promise<void> {
  if (end === 'SIGTERM') return keepalived.stop();
  return end === 'SIGKILL' ? keepalived.kill() : pod.setCarrier('down');
}

function bare({ address }: VirtualVip): string {
  return address.split('/')[0]!;
}
