// Does to a world what somebody outside does to it, by the chance of a seed or because a story says so, and keeps what was
// done. Nothing is drawn here.
import { type ClusterCall, INSTANCES, RESOURCES } from '../kubernetes/cluster';
import { checkViews } from './views';
import { KubernetesRole } from '../world/projectors/kubernetes-projector';
import { OvnProjector } from '../world/projectors/ovn-projector';
import type { RunningProjector } from '../world/process';
import type { Act } from '../world/act';
import type { World } from '../world/world';

/** Does it, and keeps it if the world's steps are kept. */
export function perform(world: World, act: Act): void {
  keep(world, act);
  if ('ask' in act) return world.clients.ask(act.ask, act.offMs ?? 0, act.commandId);
  if ('cluster' in act) return act.cluster.forEach((call) => callCluster(world, call));
  if ('crash' in act) return crash(world, act.crash);
  if ('clock' in act) return stepClock(world, act.clock, act.byMs);
  if ('neighbours' in act) return world.neighbours.redo(act.neighbours);
  if ('disaster' in act) return world.note(`neighbour: ${world.neighbours.disaster()}`);
  if ('disconnect' in act) return disconnect(world, act.disconnect);
  if ('stealLock' in act) return stealLock(world, act.stealLock);
  if ('controllers' in act) return world.controllers.pause();
  if ('watches' in act) return harmWatches(world, act.watches);
  if ('clocks' in act) return world.leaps.leap();
  if ('kubernetes' in act) return cut(world);
  if ('rival' in act) return world.rivals?.begin(act);
  world.checked(() => checkViews(world));
}

/** Somebody acts in the cluster by chance: kept as what was done. */
export function actInCluster(world: World, act: () => void): void {
  const calls = world.cluster.callsOf(act);
  if (calls.length > 0) keep(world, { cluster: calls });
}

/** Somebody acts in the Northbound by chance, the same. */
export function actInNorthbound(world: World, act: () => void): void {
  world.neighbours.transactions = [];
  act();
  const { transactions } = world.neighbours;
  if (transactions.length > 0) keep(world, { neighbours: structuredClone(transactions) });
}

function keep({ kept, scheduler }: World, act: Act): void {
  kept?.keep(act, scheduler.nowMs);
}

function callCluster({ cluster, controllers }: World, call: ClusterCall): void {
  if ('wake' in call) return controllers.wake();
  if ('node' in call) return void controllers.nodes.change(call.node);
  if ('migrate' in call) {
    const instance = cluster.picture.of(INSTANCES).get(call.migrate);
    return instance && void controllers.machines.migrate(instance);
  }
  const resource = RESOURCES.find(({ plural }) => plural === call.kind);
  if (!resource) throw new RangeError(`there is no kind ${call.kind} here`);
  if ('create' in call) return void cluster.create(resource, call.create, call.spec, call.more);
  if ('edit' in call) return void cluster.edit(resource, call.edit, call.change);
  if ('editStatus' in call) return cluster.editStatus(resource, call.editStatus, call.status);
  if ('delete' in call) return cluster.delete(resource, call.delete);
  return cluster.vanish(resource, call.vanish);
}

function crash(world: World, machine: string): void {
  const process = world.processes.get(machine);
  if (process && !process.life.isOver) world.crash(process);
}

function stepClock(world: World, name: string, byMs: number): void {
  const wall = world.machines.find((machine) => machine.name === name)?.wall;
  if (!wall) return;
  wall.offMs += byMs;
  world.note(`${name}'s clock is ${wall.offMs} off`);
}

function disconnect(world: World, names: readonly string[]): void {
  for (const name of names)
    for (const projector of projectorsOf(world, name))
      if (projector instanceof OvnProjector) projector.session.disconnect();
}

function stealLock({ lock, scheduler }: World, forMs: number): void {
  const thief = { lockChanged: () => undefined };
  lock.steal(thief);
  scheduler.after(forMs, () => lock.release(thief));
}

function harmWatches({ cluster }: World, how: 'dropped' | 'silent' | 'compacted'): void {
  const { faults } = cluster.sandbox;
  if (how === 'dropped') faults.dropWatches();
  else if (how === 'silent') faults.silenceWatches();
  else faults.compact();
}

function cut(world: World): void {
  for (const { machine, life } of world.processes.values())
    for (const projector of life.isOver ? [] : projectorsOf(world, machine.name))
      if (projector instanceof KubernetesRole) projector.connection.cut();
}

const projectorsOf = (world: World, machine: string): readonly RunningProjector[] =>
  world.processes.get(machine)?.projectors ?? [];
