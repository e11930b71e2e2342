// What the Northbound comes to when everything of ours is built from nothing beside what neighbours have: there is one
// right set of rows for a ledger and a neighbourhood, whatever happened on the way.
import { SeededChance } from '@holdfast/clock/testing';
import { comparePositions } from '@holdfast/event-store';
import type { LedgerView } from '@holdfast/ipam';
import { NorthboundReconciler } from '@holdfast/ovn';
import { Violation } from '../engine/violation';
import { Life } from '../world/life';
import { NorthboundDatabase } from '../northbound/database';
import { NorthboundLock } from '../northbound/lock';
import { NorthboundSession } from '../world/northbound-session';
import type { World } from '../world/world';
import { ourRows, withoutOurs } from '../check/northbound';

/** Building a few dozen rows takes no time worth mentioning; its retries take some. */
const BUILD_MS = 120_000;
const LOOK_EVERY_MS = 100;

/**
 * A machine whose target Pod is put into another Subnet holds something in both, with one port name, and only one of the
 * two can be in the Northbound: whichever was there first. Built from nothing it may be the other one.
 */
function isPortHeldTwice(view: LedgerView): boolean {
  const seen = new Set<string>();
  for (const { byHolder } of view.subnets())
    for (const { port } of byHolder.values()) {
      if (port === undefined) continue;
      if (seen.has(port)) return true;
      seen.add(port);
    }
  return false;
}

/** A Pod that was refused asks again in its own time, and what it gets changes what is being built: then it is built anew. */
const BUILDS_MAX = 10;

/**
 * To be called when no fault strikes any more and all is settled.
 * @param isAtRest whether it still is: nothing is left to be done for what the ledger says
 */
export async function checkNorthbound(world: World, isAtRest: () => boolean): Promise<void> {
  const { history, northbound } = world;
  world.northboundChecker.theirs(northbound.tables);
  for (let build = 1; ; build += 1) {
    if (isPortHeldTwice(history.view)) return;
    const { position } = history.view;
    const rebuilt = await buildAnew(world);
    await passes(world, isAtRest);
    if (world.violation) return;
    if (history.view.position === position || build === BUILDS_MAX) return compare(northbound, rebuilt);
  }
}

function compare(northbound: NorthboundDatabase, rebuilt: NorthboundDatabase): void {
  const [is, expected] = [ourRows(northbound.tables), ourRows(rebuilt.tables)];
  const missing = expected.filter((row) => !is.includes(row));
  const extra = is.filter((row) => !expected.includes(row));
  if (missing.length + extra.length > 0)
    throw new Violation(
      'northbound-converges',
      `missing ${missing.join(', ') || 'nothing'}; too much ${extra.join(', ') || 'nothing'}`,
    );
}

/** Time passes until it is so, or for too long. */
async function passes({ scheduler }: World, isSo: () => boolean): Promise<void> {
  const untilMs = scheduler.nowMs + BUILD_MS;
  while (!isSo() && scheduler.nowMs < untilMs) {
    const nextMs = scheduler.nowMs + LOOK_EVERY_MS;
    while (await scheduler.step(nextMs));
  }
}

async function buildAnew(world: World): Promise<NorthboundDatabase> {
  const { scheduler, history, northbound } = world;
  const rebuilt = new NorthboundDatabase();
  rebuilt.replace(withoutOurs(northbound.tables));
  const life = new Life(
    'rebuilding',
    scheduler,
    { offMs: 0 },
    () => false,
    () => undefined,
  );
  const { position } = history.view;
  const reconciler = new NorthboundReconciler({
    northbound: new NorthboundSession(world, life, rebuilt, new NorthboundLock()),
    view: history.view,
    ledger: {
      incarnation: 'rebuilding',
      mark: () => ({ incarnation: 'rebuilding', ...(position !== undefined && { position }) }),
      judge: () => Promise.resolve({ kind: 'agrees' }),
    },
    onFacts: () => () => undefined,
    comparePositions,
    clock: life.clock,
    chance: new SeededChance(1),
  });
  reconciler.start();
  await passes(world, () => {
    const status = reconciler.status();
    return (status.due === 0 && status.position === position) || history.view.position !== position;
  });
  life.end();
  return rebuilt;
}
