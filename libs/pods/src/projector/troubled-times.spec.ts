// Whatever goes wrong between the projector and its server, and with its clock: the end is that of a quiet day.
import { type KubernetesObject, RETENTION_ANNOTATION, STATEFUL_SETS } from '@holdfast/kube-api';
import { PodWorld } from '../testing/pod-world';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The address of `web-1` is kept this long when its set wants it no more. */
const KEPT = '2h';

interface Story {
  readonly world: PodWorld;
  readonly set: KubernetesObject;
  readonly instance: KubernetesObject;
}

/** A set of three, a machine and two Pods have their addresses. */
async function begun(): Promise<Story> {
  const world = await PodWorld.started();
  world.installKubevirt();
  world.machine('db');
  const set = world.set('web', 3, { annotations: { [RETENTION_ANNOTATION]: KEPT } });
  for (const ordinal of [0, 1, 2]) world.podOfSet(set, ordinal);
  const instance = world.instance('db');
  world.podOfInstance(instance, 'a');
  for (const name of ['a', 'b']) world.podOf(name);
  await world.settle(5_000);
  return { world, set, instance };
}

/** One Pod of the set is replaced, the set is scaled down by one, the machine starts anew, a Pod goes and another comes. */
function meanwhile({ world, set, instance }: Story): void {
  for (const name of ['web-0', 'web-2', 'virt-launcher-db-a', 'a']) world.gone(name);
  world.edit(STATEFUL_SETS, 'default/web', { spec: { replicas: 2 } });
  world.podOfSet(set, 0);
  world.podOfInstance(instance, 'b');
  world.podOf('c');
}

/** Who has what, and whose it is kept for how long; without what depends on who was the quicker. */
function outcome({ world }: Story): object {
  const holders = world.holders();
  const kept = [...world.state().users.retained()].map(([holder]) => holder);
  const stayed = ['statefulset/default/web/0', 'statefulset/default/web/1', 'vm/default/db', 'pod/default/b'];
  const shown = ['web-0', 'web-1', 'virt-launcher-db-b', 'b', 'c'].map(
    (name) => world.ip(name) !== undefined,
  );
  const users = holders.map((holder) => world.usersOf(holder).length);
  const addresses = stayed.map((holder) => world.heldBy(holder));
  return { holders, kept, users, addresses, shown, twice: world.everHeldTwice() };
}

async function quiet(): Promise<object> {
  const story = await begun();
  meanwhile(story);
  await story.world.settle(20 * MINUTE_MS);
  return outcome(story);
}

const TROUBLES: readonly (readonly [string, (story: Story) => Promise<void>])[] = [
  [
    'watches that end all the time',
    async (story) => {
      const { faults } = story.world.sandbox;
      faults.hangsUp = true;
      faults.dropWatches();
      meanwhile(story);
      await story.world.settle(MINUTE_MS);
      faults.heal();
    },
  ],
  [
    'watches that fall silent, so that their events are missed',
    async (story) => {
      story.world.sandbox.faults.silenceWatches();
      meanwhile(story);
      await story.world.settle(MINUTE_MS);
      story.world.sandbox.faults.dropWatches();
    },
  ],
  [
    'a history that is gone, at every new watch (410 Gone)',
    async (story) => {
      const { faults } = story.world.sandbox;
      faults.silenceWatches();
      meanwhile(story);
      faults.compact();
      faults.dropWatches();
      await story.world.settle(1_000);
      faults.compact();
      faults.dropWatches();
    },
  ],
  [
    'an API server that is paused for minutes, and goes on',
    async (story) => {
      const { faults } = story.world.sandbox;
      faults.delayMs = 5 * MINUTE_MS;
      meanwhile(story);
      await story.world.settle(12 * MINUTE_MS);
      faults.heal();
    },
  ],
  [
    'an API server that answers nothing but 503 for minutes',
    async (story) => {
      const { faults } = story.world.sandbox;
      faults.fail({ times: Infinity, status: 503 });
      faults.dropWatches();
      meanwhile(story);
      await story.world.settle(12 * MINUTE_MS);
      faults.heal();
    },
  ],
  [
    'a clock that is set back by an hour',
    async (story) => {
      story.world.clock.step(-HOUR_MS);
      meanwhile(story);
      await story.world.settle(MINUTE_MS);
    },
  ],
  [
    'a clock that is set forward by an hour, and back again',
    async (story) => {
      story.world.clock.step(HOUR_MS);
      meanwhile(story);
      await story.world.settle(MINUTE_MS);
      story.world.clock.step(-HOUR_MS);
    },
  ],
];

describe('a projector with', () => {
  it.each(TROUBLES)('%s ends where it would have ended', async (_, trouble) => {
    const desired = await quiet();
    expect(desired).toMatchObject({
      kept: ['statefulset/default/web/2'],
      shown: [true, true, true, true, true],
      twice: [],
    });
    const story = await begun();
    await trouble(story);
    await story.world.settle(20 * MINUTE_MS);
    expect(outcome(story)).toEqual(desired);
    // The time that an address is kept is the ledger's, and over for all of them.
    await story.world.settle(4 * HOUR_MS);
    expect(story.world.holders()).not.toContain('statefulset/default/web/2');
  });

  it('a clock that is set forward gives up what is kept for a time when that is over by the clock, and nothing else', async () => {
    const story = await begun();
    meanwhile(story);
    await story.world.settle(MINUTE_MS);
    const before = story.world.holders();
    expect(before).toContain('statefulset/default/web/2');
    story.world.clock.step(3 * HOUR_MS);
    await story.world.settle(20 * MINUTE_MS);
    expect(story.world.holders()).toEqual(before.filter((holder) => holder !== 'statefulset/default/web/2'));
  });
});
