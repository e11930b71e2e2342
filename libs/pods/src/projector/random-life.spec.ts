// Pods, sets and control planes come and go at random, with watches that break, calls that fail and a clock that steps;
// one seed is one run. At every moment an address has one holder; at the end everybody has what a recount of the objects
// says, and an ordinal that was wanted all the time has had one address all the time.
import { SeededChance } from '@holdfast/clock/testing';
import { collectionPathOf, type KubernetesObject, PODS, STATEFUL_SETS } from '@holdfast/kube-api';
import { referenceTo, PodWorld } from '../testing/pod-world';

const SEEDS = 25;
const STEPS = 60;
const SIZE_MAX = 6;
const SETS = ['red', 'blue'];

class RandomLife {
  private pods = 0;

  private constructor(
    private readonly world: PodWorld,
    private readonly chance: SeededChance,
  ) {}

  static async of(seed: number): Promise<PodWorld> {
    const world = await PodWorld.started({}, { cidrBlock: '10.16.0.0/27' });
    const life = new RandomLife(world, new SeededChance(seed));
    for (let step = 0; step < STEPS; step += 1) await life.step();
    world.sandbox.faults.heal();
    world.running.connection.rest.mend();
    life.control();
    await world.settle(900_000);
    life.control();
    await world.settle(900_000);
    return world;
  }

  private async step(): Promise<void> {
    const { world, chance } = this;
    const acts: readonly (() => unknown)[] = [
      () => world.podOf(`p${(this.pods += 1)}`),
      () => world.podOf(`p${(this.pods += 1)}`, { node: 'n1' }),
      () => this.kill(),
      () => this.kill(),
      () => this.editSet(),
      () => this.control(),
      () => this.control(),
      () => this.finish(),
      () => world.sandbox.faults.dropWatches(),
      () => world.sandbox.faults.compact(),
      () => world.sandbox.faults.silenceWatches(),
      () =>
        world.sandbox.faults.fail({
          times: chance.below(5),
          status: [409, 429, 500][chance.below(3)] as number,
        }),
      () => world.ledger.failNext(chance.below(2) === 0 ? 'before' : 'after'),
      () => world.running.connection.rest.cut(),
      () => world.running.connection.rest.mend(),
      () => world.clock.step((chance.below(3) - 1) * 60_000),
      () => world.whileDown(() => undefined),
    ];
    await (acts[chance.below(acts.length)] as () => unknown)();
    await world.settle([0, 50, 5_000, 100_000][chance.below(4)] as number);
  }

  private all(resource: typeof PODS): KubernetesObject[] {
    const list = this.world.sandbox.request('GET', collectionPathOf(resource)) as {
      items: KubernetesObject[];
    };
    return list.items.map((item) => ({
      ...item,
      apiVersion: resource.group ? 'apps/v1' : 'v1',
      kind: resource.kind,
    }));
  }

  private kill(): void {
    const pods = this.all(PODS);
    const pod = pods[this.chance.below(Math.max(1, pods.length))];
    if (pod) this.world.gone(pod.metadata.name);
  }

  private finish(): void {
    const pods = this.all(PODS);
    const pod = pods[this.chance.below(Math.max(1, pods.length))];
    if (pod) this.world.editStatus(PODS, `default/${pod.metadata.name}`, { phase: 'Succeeded' });
  }

  /** Its user: comes, goes, or has another size. */
  private editSet(): void {
    const name = SETS[this.chance.below(SETS.length)] as string;
    const key = `default/${name}`;
    const replicas = this.chance.below(SIZE_MAX + 1);
    if (!this.world.read(STATEFUL_SETS, key)) this.world.set(name, replicas);
    else if (this.chance.below(4) === 0) this.world.delete(STATEFUL_SETS, key);
    else this.world.edit(STATEFUL_SETS, key, { spec: { replicas } });
  }

  /** Its controller, and the garbage collector: Pods that are wanted come, others go. */
  private control(): void {
    const sets = new Map(this.all(STATEFUL_SETS).map((set) => [set.metadata.name, set]));
    for (const pod of this.all(PODS)) {
      const [owner] = pod.metadata.ownerReferences ?? [];
      const set = owner && sets.get(owner.name);
      const ordinal = Number(pod.metadata.name.split('-')[1]);
      const isUnwanted =
        owner && (set?.metadata.uid !== owner.uid || ordinal >= Number(set.spec?.['replicas']));
      const isFinished = owner && pod.status?.['phase'] === 'Succeeded';
      if (isUnwanted || isFinished) this.world.gone(pod.metadata.name);
    }
    for (const [name, set] of sets)
      for (let ordinal = 0; ordinal < Number(set.spec?.['replicas']); ordinal += 1)
        if (!this.world.read(PODS, `default/${name}-${ordinal}`))
          this.world.podOf(`${name}-${ordinal}`, { ownerReferences: [referenceTo(set)] });
  }
}

describe('a random life', () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))('of seed %i', async (seed) => {
    const world = await RandomLife.of(seed);
    expect(world.everHeldTwice()).toEqual([]);
    const { items } = world.sandbox.request('GET', collectionPathOf(PODS)) as { items: KubernetesObject[] };
    const live = items.filter(({ status }) => status?.['phase'] !== 'Succeeded');
    const holderOf = ({ metadata }: KubernetesObject): string => {
      const [owner] = metadata.ownerReferences ?? [];
      const ordinal = metadata.name.split('-')[1];
      return owner ? `statefulset/default/${owner.name}/${ordinal}` : `pod/default/${metadata.name}`;
    };
    const counted = live.map((pod) => [holderOf(pod), pod.metadata.uid, world.ip(pod.metadata.name)]);
    const recorded = world.holders().map((holder) => {
      return [holder, world.usersOf(holder).join(), world.heldBy(holder)?.split(' ')[0]];
    });
    expect(recorded).toEqual(counted.sort());
    expect(world.running.projector.status.due).toBe(0);
  });
});
