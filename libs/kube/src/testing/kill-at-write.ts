// Death at the worst moment: while a write is under way.
import type { ProjectorWorld } from './projector-world';

/** The n-th write from now on is done or not; its answer never arrives, and `cut` is called. */
export function killAtWrite(world: ProjectorWorld, step: number, isDone: boolean, cut: () => void): void {
  let left = step;
  const handle = world.sandbox.cluster.handle.bind(world.sandbox.cluster);
  const refusalOf = world.sandbox.faults.refusalOf.bind(world.sandbox.faults);
  world.sandbox.faults.refusalOf = (request) => {
    const refusal = refusalOf(request);
    if (request.method === 'GET' || (left -= 1) !== 0) return refusal;
    if (isDone) handle(request);
    queueMicrotask(cut);
    return Object.assign(new Error('killed'), { code: 503, body: { message: 'killed' } }) as never;
  };
}
