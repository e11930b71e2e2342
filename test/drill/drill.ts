// A drill: the plane that works is killed (-9) under load, again and again, and started again to stand by. It measures how long it is
// until another works on every side, and in the end holds all sides to what callers were told. It prints nothing itself.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '@holdfast/clock';
import { until } from '@holdfast/infra/demo/until';
import { Load } from './load';
import { Planes } from './planes';
import { applyVip, portAddress, sidesShow, vipAddress } from './sides';
import { judgeLog, judgeSides, readLog } from './verdict';
import { type ClusterKind, type DrillWorld, openWorld, type StoreKind } from './world';

/** What a takeover may take at most: a Lease of 10 s that was just renewed, tries 2 s apart, and the work itself. */
export const TAKEOVER_MS_MAX = 15_000;
/** A takeover that is late is measured, too; one that does not come ends the drill. */
const TAKEOVER_WITHIN_MS = 90_000;
/** At most so long after all is as it should be, chance says when, the next one is killed. */
const QUIET_MS_MAX = 2_000;
/** What was asked for last reaches all sides within that. */
const AGREE_WITHIN_MS = 60_000;

export interface DrillOptions {
  readonly kills: number;
  readonly planes: number;
  readonly store: StoreKind;
  readonly cluster: ClusterKind;
  readonly chance: Chance;
  readonly onTakeover?: (takeover: Takeover) => void;
}

/** Milliseconds from the end of the one that was killed. */
export interface Takeover {
  readonly plane: number;
  readonly pid: number;
  /** Until a command was decided. */
  readonly commandsMs: number;
  /** Until what it reserved has its row. */
  readonly northboundMs: number;
  /** Until an object that was applied after the kill has its address. */
  readonly kubernetesMs: number;
}

export interface DrillResult {
  readonly takeovers: readonly Takeover[];
  readonly acknowledged: number;
  /** Deliveries that got no answer, and were made again. */
  readonly redelivered: number;
  readonly events: number;
  /** What was lost, doubled or left apart: none, or the ledger is not what it says. */
  readonly violations: readonly string[];
}

/** How long it was until another worked on every side. */
export const wholeMs = ({ commandsMs, northboundMs, kubernetesMs }: Takeover): number =>
  Math.max(commandsMs, northboundMs, kubernetesMs);

export async function drill(options: DrillOptions): Promise<DrillResult> {
  const world = await openWorld(options.store, options.cluster);
  try {
    const planes = await Planes.start(world, options.planes);
    try {
      return await drillOn(world, planes, options);
    } finally {
      await planes.endAll();
    }
  } finally {
    await world.stop();
  }
}

async function drillOn(
  world: DrillWorld,
  planes: Planes,
  { kills, chance, onTakeover }: DrillOptions,
): Promise<DrillResult> {
  const load = new Load(() => planes.urls);
  const takeovers: Takeover[] = [];
  await planes.active();
  await applyVip(world, 'vip-first');
  await until('the first object has its address', () => vipAddress(world, 'vip-first'));
  load.start();
  for (let kill = 1; kill <= kills; kill += 1) {
    const active = await planes.active();
    await sleep(chance.random() * QUIET_MS_MAX);
    const takeover = { plane: active, pid: await planes.kill(active), ...(await measure(world, load, kill)) };
    takeovers.push(takeover);
    onTakeover?.(takeover);
    await planes.startOne(active);
  }
  await planes.active();
  await load.stop();
  const northboundAndCluster = await settled(world);
  const codes = await planes.stop();
  const events = await readLog(world);
  const { byHolder, violations } = judgeLog(events, load.acknowledged);
  return {
    ...{
      takeovers,
      acknowledged: load.acknowledged.length,
      redelivered: load.undecided,
      events: events.length,
    },
    violations: [
      ...load.violations,
      ...violations,
      ...judgeSides(byHolder, northboundAndCluster),
      ...codes
        .filter((code) => code !== 0)
        .map((code) => `a plane that was stopped in order ended with ${code}`),
    ],
  };
}

async function measure(
  world: DrillWorld,
  load: Load,
  kill: number,
): Promise<Pick<Takeover, 'commandsMs' | 'northboundMs' | 'kubernetesMs'>> {
  const killedMs = performance.now();
  const since = (): number => performance.now() - killedMs;
  const [port, vip] = [`after-${kill}`, `vip-${kill}`];
  const projected = async (): Promise<{ commandsMs: number; northboundMs: number }> => {
    await load.reserve(port);
    const commandsMs = since();
    await until(`the row of ${port}`, () => portAddress(world, port), TAKEOVER_WITHIN_MS);
    return { commandsMs, northboundMs: since() };
  };
  const served = async (): Promise<{ kubernetesMs: number }> => {
    await applyVip(world, vip);
    await until(`the address of ${vip}`, () => vipAddress(world, vip), TAKEOVER_WITHIN_MS);
    return { kubernetesMs: since() };
  };
  const [commands, kubernetes] = await Promise.all([projected(), served()]);
  return { ...commands, ...kubernetes };
}

/** What both sides show once nothing changes there any more: what the ledger has, if all is well. */
async function settled(world: DrillWorld): ReturnType<typeof sidesShow> {
  let last = '';
  return until(
    'the sides are quiet',
    async () => {
      await sleep(QUIET_MS_MAX);
      const { northbound, cluster } = await sidesShow(world);
      const now = JSON.stringify([[...northbound], [...cluster]]);
      const isQuiet = now === last;
      last = now;
      return isQuiet ? { northbound, cluster } : undefined;
    },
    AGREE_WITHIN_MS,
  );
}
