// A projector that is killed at any step of a story, by any of its calls: the next one ends where it would have ended.
import { STATEFUL_SETS } from '@holdfast/kube-api';
import { PodWorld } from '../testing/pod-world';

describe('killed at any step, a projector', () => {
  /** Pods and a set come and go; one Pod is replaced, the set is scaled down. */
  async function story(world: PodWorld): Promise<void> {
    const set = world.set('web', 3);
    for (const ordinal of [0, 1, 2]) world.podOfSet(set, ordinal);
    world.podOf('a');
    await world.settle(2_000);
    world.gone('web-1');
    world.gone('a');
    await world.settle(2_000);
    world.podOfSet(set, 1);
    world.edit(STATEFUL_SETS, 'default/web', { spec: { replicas: 2 } });
    world.gone('web-2');
    await world.settle(2_000);
  }

  function outcome(world: PodWorld): object {
    const pods = ['web-0', 'web-1'].map((name) => [name, world.ip(name)]);
    const addresses = world.holders().map((holder) => [holder, world.heldBy(holder)]);
    const users = world.holders().map((holder) => world.usersOf(holder).length);
    return { pods, addresses, users, twice: world.everHeldTwice() };
  }

  async function calm(): Promise<{
    readonly world: PodWorld;
    readonly commands: number;
    readonly writes: number;
  }> {
    const world = await PodWorld.started();
    const [commands] = [world.ledger.executed.length];
    world.takeWrites();
    await story(world);
    return { world, commands: world.ledger.executed.length - commands, writes: world.takeWrites().length };
  }

  it.each(['before', 'after'] as const)('ends where it would have ended: %s any decision', async (when) => {
    const { world: undisturbed, commands } = await calm();
    const desired = outcome(undisturbed) as { users: number[] };
    expect(desired.users).toEqual([1, 1]);
    expect(commands).toBe(8);
    for (let step = 1; step <= commands; step += 1) {
      const world = await PodWorld.started();
      const execute = world.ledger.execute.bind(world.ledger);
      let left = step;
      world.ledger.execute = (command, actor, through) => {
        if ((left -= 1) <= 0) {
          world.ledger.failNext(left === 0 ? when : 'before');
          world.running.connection.rest.cut();
        }
        return execute(command, actor, through);
      };
      await story(world);
      await world.whileDown(() => void (left = Infinity));
      await world.settle(200_000);
      expect({ step, ...stable(outcome(world)) }).toEqual({ step, ...stable(desired) });
    }
  });

  it('ends where it would have ended: at any write, done or not', async () => {
    const { world: undisturbed, writes } = await calm();
    const desired = outcome(undisturbed);
    expect(writes).toBeGreaterThanOrEqual(5);
    for (let step = 1; step <= writes; step += 1)
      for (const isDone of [false, true]) {
        const world = await PodWorld.started();
        cutAtWrite(world, step, isDone);
        await story(world);
        await world.whileDown(() => undefined);
        await world.settle(200_000);
        expect({ step, isDone, ...stable(outcome(world)) }).toEqual({ step, isDone, ...stable(desired) });
      }
  });

  function cutAtWrite(world: PodWorld, step: number, isDone: boolean): void {
    let left = step;
    const handle = world.sandbox.cluster.handle.bind(world.sandbox.cluster);
    const refusalOf = world.sandbox.faults.refusalOf.bind(world.sandbox.faults);
    world.sandbox.faults.refusalOf = (request) => {
      const refusal = refusalOf(request);
      if (request.method === 'GET' || (left -= 1) !== 0) return refusal;
      if (isDone) handle(request);
      queueMicrotask(() => world.running.connection.rest.cut());
      return Object.assign(new Error('killed'), { code: 503, body: { message: 'killed' } }) as never;
    };
  }

  /** Who was the quicker when it was killed decides which address is whose; not who has one. */
  function stable(of: object): object {
    const { addresses, ...rest } = of as { addresses: [string, string][]; pods: [string, string][] };
    return {
      ...rest,
      pods: rest.pods.map(([name, ip]) => [name, ip !== undefined]),
      holders: addresses.map(([holder]) => holder),
    };
  }
});
