// Plays the story with one fault at one place, and says how everything is in the end.
import { ourRows } from '../check/northbound';
import { isAllDone, violationIn } from '../run/simulate';
import { guarded } from '../run/guard';
import type { FaultKind } from '../engine/swarm';
import { Trace } from '../engine/trace';
import { PODS, SUBNETS, VIPS } from '../kubernetes/cluster';
import { World } from '../world/world';
import { OneFault } from './one-fault';
import { STORY } from './story';

export interface Played {
  /** The end of the ledger, the Northbound and Kubernetes, as text. */
  readonly end: string;
  /** How often the fault could have struck. */
  readonly opportunities: number;
  readonly violation: string | undefined;
}

/** Within so much virtual time each step has had its effect. */
const STEP_MAX_MS = 15 * 60_000;
const LOOK_EVERY_MS = 100;

export function play(kind?: FaultKind, at = 0): Promise<Played> {
  return guarded(async () => {
    const faults = new OneFault(kind, at);
    const scenery = {
      writers: 1,
      projectors: 'inside',
      hasKubernetes: true,
      hasPods: true,
      isShared: true,
    } as const;
    const world = new World({ seed: 1, trace: new Trace(), faults, scenery });
    for (const step of STORY) {
      step(world);
      await untilDone(world);
    }
    return { end: endOf(world), opportunities: faults.opportunities, violation: violationIn(world) };
  });
}

async function untilDone(world: World): Promise<void> {
  const { scheduler } = world;
  const boundMs = scheduler.nowMs + STEP_MAX_MS;
  do {
    const untilMs = scheduler.nowMs + LOOK_EVERY_MS;
    while (!violationIn(world) && (await scheduler.step(untilMs)));
    if (violationIn(world)) return;
  } while (!isAllDone(world) && scheduler.nowMs < boundMs);
}

function endOf({ history, northbound, cluster }: World): string {
  const ledger = [...history.view.subnets()].flatMap(({ name, byHolder }) =>
    [...byHolder].map(([holder, { v4, v6, vip }]) => `${name} ${holder} ${v4} ${v6} ${JSON.stringify(vip)}`),
  );
  const pods = cluster.list(PODS).map(({ metadata, status }) => {
    const { name, namespace, annotations } = metadata;
    return JSON.stringify([namespace, name, Object.entries(annotations ?? {}).sort(), status?.['phase']]);
  });
  const objects = [...cluster.list(SUBNETS), ...cluster.list(VIPS)].map(({ metadata, spec, status = {} }) => {
    const { conditions, ...rest } = status as { conditions?: readonly Readonly<Record<string, string>>[] };
    const shown = conditions?.map(({ type, status: is, reason }) => [type, is, reason]);
    return JSON.stringify([
      metadata.name,
      metadata.finalizers,
      spec,
      { ...rest, observedPosition: undefined },
      shown,
    ]);
  });
  return [...ledger.sort(), ...ourRows(northbound.tables), ...objects.sort(), ...pods].join('\n');
}
