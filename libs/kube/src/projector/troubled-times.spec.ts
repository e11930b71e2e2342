// One story of all kinds, told in calm and through each trouble that a cluster and its clock can make: the end is always the
// same, and no Vip ever changes its address on the way.
import { IP_POOLS, type KubernetesObject, PODS, SUBNETS, SWITCH_LB_RULES, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld, type StartedProjector } from '../testing/projector-world';
import { backendsOf, parentsOf } from '../testing/uses-of-vip';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Longer than the slowest clocks take: a whole list every ten minutes, all compared every five. */
const COMPARED_MS = 20 * MINUTE_MS;

interface Story {
  readonly world: ProjectorWorld;
  running: StartedProjector;
}
/** What strikes before, in the middle of, and after what the users do. */
interface Trouble {
  readonly begins?: (story: Story) => Promise<void> | void;
  readonly strikes?: (story: Story) => Promise<void> | void;
  readonly ends?: (story: Story) => Promise<void> | void;
}

async function restart(story: Story): Promise<void> {
  await story.running.crash();
  story.running = await story.world.start();
}

const gone = ({ world }: Story): void => {
  world.sandbox.faults.silenceWatches();
  world.sandbox.faults.compact();
};

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'a restart': { strikes: restart },
  'a restart before and after': { begins: restart, ends: restart },
  'nobody there while it happens': {
    begins: ({ running }) => running.crash(),
    ends: async (story) => void (story.running = await story.world.start()),
  },
  'watch events that are missed': { begins: ({ world }) => world.sandbox.faults.silenceWatches() },
  'watch events that are missed from the middle on': {
    strikes: ({ world }) => world.sandbox.faults.silenceWatches(),
  },
  'watches that break, again and again': {
    begins: ({ world }) => world.sandbox.faults.dropWatches(),
    strikes: ({ world }) => world.sandbox.faults.dropWatches(),
    ends: ({ world }) => world.sandbox.faults.dropWatches(),
  },
  'a history that is gone (410 Gone)': {
    begins: gone,
    strikes: gone,
    ends: ({ world }) => {
      world.sandbox.faults.compact();
      world.sandbox.faults.dropWatches();
    },
  },
  'an API server that is paused for minutes': {
    begins: ({ world }) => void (world.sandbox.faults.delayMs = 4 * MINUTE_MS),
    ends: async ({ world }) => {
      await world.settle(10 * MINUTE_MS);
      world.sandbox.faults.heal();
    },
  },
  'an API server that answers nobody for minutes': {
    begins: ({ world }) => {
      world.sandbox.faults.dropWatches();
      world.sandbox.faults.fail({ times: Infinity, status: 503 });
    },
    ends: async ({ world }) => {
      await world.settle(10 * MINUTE_MS);
      world.sandbox.faults.heal();
    },
  },
  'a clock that is set forward': { strikes: ({ world }) => world.clock.step(HOUR_MS) },
  'a clock that is set back': { strikes: ({ world }) => world.clock.step(-HOUR_MS) },
  'a clock that is set to and fro, and a restart': {
    begins: ({ world }) => world.clock.step(HOUR_MS),
    strikes: async (story) => {
      story.world.clock.step(-2 * HOUR_MS);
      await restart(story);
    },
    ends: ({ world }) => world.clock.step(HOUR_MS),
  },
  'a ledger whose replies are lost': {
    begins: ({ world }) => world.ledger.failNext('after', 'before', 'after'),
  },
};

async function tell(trouble: Trouble): Promise<ProjectorWorld> {
  const world = new ProjectorWorld();
  const story: Story = { world, running: await world.start() };
  world.subnet('ovn-default', { cidrBlock: '10.16.0.0/24' });
  world.subnet('spare', { cidrBlock: '10.17.0.0/24' });
  // Addresses are named, where several come at once: in which order they are reconciled is nobody's promise.
  for (const [at, name] of ['web', 'db', 'old'].entries())
    world.vip(name, { subnet: 'ovn-default', v4ip: `10.16.0.2${at}` });
  world.vip('slr-01', { subnet: 'ovn-default', v4ip: '10.16.0.30', type: 'switch_lb_vip' });
  world.vip('aap', {
    subnet: 'ovn-default',
    v4ip: '10.16.0.31',
    namespace: 'default',
    selector: ['app: aap1'],
  });
  world.pod('stays', 'aap', { app: 'aap1' });
  world.pod('goes', 'aap', { app: 'aap1' });
  for (const name of ['dns', 'mail'])
    world.rule(name, {
      selector: [],
      endpoints: ['10.16.0.70'],
      ports: [{ port: name === 'dns' ? 53 : 25 }],
    });
  world.pool('gold', ['10.16.0.201..10.16.0.209']);
  world.pool('silver', ['10.16.0.210']);
  await world.settle(5_000);

  await trouble.begins?.(story);
  world.edit(VIPS, 'db', { spec: { v4ip: '10.16.0.99' } });
  world.delete(VIPS, 'old');
  world.vip('new', { subnet: 'ovn-default', v4ip: '10.16.0.40' });
  world.delete(PODS, 'default/goes');
  await world.settle(1_000);
  await trouble.strikes?.(story);
  world.pod('comes', 'aap', { app: 'aap1' });
  world.delete(SWITCH_LB_RULES, 'mail');
  world.edit(SWITCH_LB_RULES, 'dns', { spec: { endpoints: ['10.16.0.71'] } });
  world.delete(IP_POOLS, 'silver');
  world.edit(IP_POOLS, 'gold', { spec: { ips: ['10.16.0.201..10.16.0.204'] } });
  world.delete(SUBNETS, 'spare');
  await world.settle(1_000);
  await trouble.ends?.(story);
  await world.settle(COMPARED_MS);
  return world;
}

function outcome(world: ProjectorWorld): object {
  const { view } = world.ledger;
  const status = (
    plural: Parameters<ProjectorWorld['read']>[0],
    name: string,
    ...fields: readonly string[]
  ) => {
    const object: KubernetesObject | undefined = world.read(plural, name);
    return object && fields.map((field) => object.status?.[field]);
  };
  return {
    subnets: [...view.subnets()].map(({ name, definition }) => [
      name,
      definition?.pools?.map((pool) => pool.name),
    ]),
    vips: [...view.vips()].map(({ name, reservation }) => `${name} ${reservation.v4}`).sort(),
    parents: parentsOf(world.ledger, 'aap'),
    rules: ['dns', 'mail'].map((rule) => backendsOf(world.ledger, rule)),
    story: {
      vips: ['web', 'db', 'old', 'new', 'slr-01', 'aap'].map((name) => status(VIPS, name, 'ready', 'v4ip')),
      subnets: ['ovn-default', 'spare'].map((name) =>
        status(SUBNETS, name, 'v4usingIPs', 'v4availableIPs', 'v4usingIPrange', 'v4availableIPrange'),
      ),
      pools: ['gold', 'silver'].map((name) => status(IP_POOLS, name, 'v4UsingIPs', 'v4AvailableIPs')),
      rules: ['dns', 'mail'].map((name) => world.condition(SWITCH_LB_RULES, name)?.['status']),
    },
  };
}

/** Vips that had one address, and then another, though nobody asked for that. */
function moved({ ledger }: ProjectorWorld): string[] {
  return ledger.facts.flatMap(({ event }) =>
    (event.type === 'VipRevised' && event.name !== 'db') ||
    (event.type === 'VipReleased' && event.name !== 'old')
      ? [`${event.type} ${event.name}`]
      : [],
  );
}

describe('all kinds', () => {
  let calm: object;

  beforeAll(async () => {
    calm = outcome(await tell({}));
  });

  // 10.16.0.2 is from where OVN checks the rules' backends.
  it('end as their users asked, in calm', () => {
    expect(calm).toEqual({
      subnets: [['ovn-default', ['gold']]],
      vips: ['aap 168820767', 'db 168820835', 'new 168820776', 'slr-01 168820766', 'web 168820756'],
      parents: ['comes.default', 'stays.default'],
      rules: [['10.16.0.71'], undefined],
      story: {
        vips: [
          [true, '10.16.0.20'],
          [true, '10.16.0.99'],
          undefined,
          [true, '10.16.0.40'],
          [true, '10.16.0.30'],
          [true, '10.16.0.31'],
        ],
        subnets: [
          [
            ...[6, 247, '10.16.0.2,10.16.0.20,10.16.0.30-10.16.0.31,10.16.0.40,10.16.0.99'],
            '10.16.0.3-10.16.0.19,10.16.0.21-10.16.0.29,10.16.0.32-10.16.0.39,10.16.0.41-10.16.0.98,10.16.0.100-10.16.0.254',
          ],
          undefined,
        ],
        pools: [[0, 4], undefined],
        rules: ['True', undefined],
      },
    });
  });

  it.each(Object.entries(TROUBLES))('end the same through %s', async (_, trouble) => {
    const world = await tell(trouble);
    expect(outcome(world)).toEqual(calm);
    expect(moved(world)).toEqual([]);
  });
});
