// Objects that vanish, finalizer or not, of every kind that leaves something behind: what is let go of, what is kept and said to
// be, and how somebody answers for it that they are gone for good (infra/docs/adr/0017).
import { IP_POOLS, type Resource, SUBNETS, SWITCH_LB_RULES, VIPS } from '@holdfast/kube-api';
import { ProjectorWorld, type StartedProjector } from '../testing/projector-world';
import { guardsOver } from './deletion-guards';

const HOUR_MS = 3_600_000;
const LISTED = { selector: [], endpoints: ['10.16.0.70'] };

interface Case {
  readonly resource: Resource;
  /** Of the ledger: for which objects it holds something. */
  readonly held: (world: ProjectorWorld) => string[];
  readonly all: readonly [string, string, ...string[]];
  readonly create: (world: ProjectorWorld, name: string) => void;
  readonly undone: string;
}
type Kind = 'vips' | 'subnets' | 'rules' | 'pools';

const namesOf = (kind: Kind) => (world: ProjectorWorld) => {
  const { view } = world.ledger;
  if (kind === 'vips') return [...view.vips()].map(({ name }) => name).sort();
  if (kind === 'subnets') return [...view.subnets()].map(({ name }) => name).sort();
  if (kind === 'rules')
    return [...view.subnets()].flatMap(({ uses }) => [...uses.rules()].map(({ name }) => name)).sort();
  return [...view.subnets()]
    .flatMap(({ definition }) => (definition?.pools ?? []).map(({ name }) => name))
    .sort();
};

const CASES: Readonly<Record<Kind, Case>> = {
  vips: {
    ...{ resource: VIPS, held: namesOf('vips'), all: ['one', 'slr-01', 'two'], undone: 'VipReleased' },
    create: (world, name) => void world.vip(name),
  },
  subnets: {
    ...{
      resource: SUBNETS,
      held: namesOf('subnets'),
      all: ['spare', 'empty', 'ovn-default'],
      undone: 'SubnetRetired',
    },
    create: (world, name) => void world.subnet(name, { cidrBlock: '10.17.0.0/24' }),
  },
  rules: {
    ...{ resource: SWITCH_LB_RULES, held: namesOf('rules'), all: ['dns', 'web'], undone: 'RuleRetired' },
    create: (world, name) => void world.rule(name, LISTED),
  },
  pools: {
    ...{ resource: IP_POOLS, held: namesOf('pools'), all: ['gold', 'silver'], undone: 'SubnetRevised' },
    create: (world, name) => void world.pool(name, ['10.16.0.240']),
  },
};
/** What stays for as long as somebody uses it: the Subnet of the Vips, the Vip of the rules. */
const IN_USE: Readonly<Record<Kind, readonly string[]>> = {
  ...{ vips: ['slr-01'], subnets: ['ovn-default'], rules: [], pools: [] },
};
const KINDS = Object.entries(CASES) as [Kind, Case][];

/** A cluster with two of each kind at least, and the ledger that knows it. */
async function served(): Promise<{ readonly world: ProjectorWorld; readonly running: StartedProjector }> {
  const world = new ProjectorWorld();
  const running = await world.start();
  for (const name of ['ovn-default', 'spare', 'empty'])
    world.subnet(name, { cidrBlock: name === 'ovn-default' ? '10.16.0.0/16' : '10.17.0.0/24' });
  for (const name of ['one', 'two']) world.vip(name);
  world.vip('slr-01', { subnet: 'ovn-default', type: 'switch_lb_vip' });
  world.rule('web', LISTED);
  world.rule('dns', { ...LISTED, ports: [{ port: 53 }] });
  world.pool('gold', ['10.16.0.201']);
  world.pool('silver', ['10.16.0.202']);
  await world.settle(5_000);
  for (const [, { held, all }] of KINDS) expect(held(world)).toEqual([...all].sort());
  return { world, running };
}

const without = (all: readonly string[], name: string): string[] => all.filter((it) => it !== name).sort();

describe.each(KINDS)('of %s one that vanished', (_, { resource, held, all, create, undone }) => {
  const [first] = all;

  it('is let go of when that is seen, and the record says which object it was', async () => {
    const { world, running } = await served();
    const uid = world.read(resource, first)?.metadata.uid;
    world.vanish(resource, first);
    await world.settle(5_000);
    expect(held(world)).toEqual(without(all, first));
    expect(world.ledger.facts.at(-1)?.event.type).toBe(undone);
    expect(world.ledger.executed.at(-1)?.actor).toBe(
      `kubernetes:${resource.plural}.kubeovn.io/${first} (gone: uid ${uid})`,
    );
    expect(running.projector.status).not.toHaveProperty('trouble');
  });

  it('is let go of when it went while nobody looked, and others of its kind are there', async () => {
    const { world, running } = await served();
    await running.crash();
    world.vanish(resource, first);
    const { projector } = await world.start();
    await world.settle(5_000);
    expect(held(world)).toEqual(without(all, first));
    expect(world.ledger.executed.at(-1)?.actor).toMatch(/ \(gone: not there since the start\)$/);
    expect(projector.status).not.toHaveProperty('trouble');
  });

  it('is another one now, and that has what it had', async () => {
    const { world, running } = await served();
    const before = world.ledger.facts.length;
    await running.crash();
    world.vanish(resource, first);
    create(world, first);
    await world.start();
    await world.settle(5_000);
    expect(held(world)).toEqual([...all].sort());
    expect(world.ledger.facts.slice(before).map(({ event }) => event.type)).not.toContain('VipReleased');
  });

  it('is not gone when only the replica has lost it', async () => {
    const { world } = await served();
    world.sandbox.faults.silenceWatches();
    world.vanish(resource, first);
    create(world, first);
    await world.settle(HOUR_MS);
    expect(held(world)).toEqual([...all].sort());
  });
});

describe('a cluster that is not the one the ledger knows', () => {
  async function elsewhere(prepare: (world: ProjectorWorld) => void = () => undefined) {
    const { world: right, running } = await served();
    await running.crash();
    const world = new ProjectorWorld(undefined, right.ledger);
    prepare(world);
    return { world, ...(await world.start()) };
  }

  it('keeps what the ledger holds, of every kind, and the status says so of each', async () => {
    const { world, projector, faults } = await elsewhere();
    const before = world.ledger.facts.length;
    await world.settle(HOUR_MS);
    expect(world.ledger.facts.slice(before)).toEqual([]);
    expect(projector.status.heldBack).toMatchObject([
      { kind: 'Vip', missing: 3, names: expect.arrayContaining(['one', 'slr-01', 'two']) as string[] },
      { kind: 'Subnet', missing: 3 },
      { kind: 'SwitchLBRule', missing: 2 },
      {
        kind: 'IPPool',
        missing: 2,
        message: expect.stringMatching(/holdfast pool retire SUBNET NAME/) as string,
      },
    ]);
    const reported = faults.filter(({ code }) => code === 'kubernetes-objects-missing');
    expect(reported.map(({ message }) => /kind (\w+)/.exec(message)?.[1])).toEqual([
      ...['Vip', 'Subnet', 'SwitchLBRule', 'IPPool'],
    ]);
  });

  it('is said before anything else that fails', async () => {
    const { world, projector } = await elsewhere();
    expect(projector.status.trouble?.code).toBe('kubernetes-objects-missing');
    world.subnet('another');
    world.sandbox.faults.fail({ times: Infinity, status: 503, when: ({ method }) => method === 'PATCH' });
    await world.settle(60_000);
    expect(projector.status.lastFault?.code).toBe('kubernetes-unavailable');
    expect(projector.status.trouble?.code).toBe('kubernetes-objects-missing');
  });

  it('may be one that does not serve the kind', async () => {
    const { world, projector } = await elsewhere((it) =>
      it.sandbox.request(
        'DELETE',
        '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/switch-lb-rules.kubeovn.io',
      ),
    );
    await world.settle(60_000);
    expect(projector.status.unserved).toEqual(['switch-lb-rules.kubeovn.io']);
    expect(projector.status.heldBack).toContainEqual(
      expect.objectContaining({
        ...{ kind: 'SwitchLBRule', missing: 2 },
        message: expect.stringMatching(/does not serve the kind/) as string,
      }),
    );
    expect(projector.overrideDeletionGuard('SwitchLBRule', 2)).toEqual({
      refused: expect.stringMatching(/does not serve kind SwitchLBRule/) as string,
    });
  });

  it('keeps the only Vip of a ledger, too, when its Subnet is missing as well', async () => {
    const right = new ProjectorWorld();
    const running = await right.start();
    right.subnet();
    right.vip('only');
    await right.settle(5_000);
    await running.crash();
    const world = new ProjectorWorld(undefined, right.ledger);
    const { projector } = await world.start();
    await world.settle(HOUR_MS);
    expect(namesOf('vips')(world)).toEqual(['only']);
    expect(namesOf('subnets')(world)).toEqual(['ovn-default']);
    expect(projector.status.heldBack).toMatchObject([{ kind: 'Vip', missing: 1 }, { kind: 'Subnet' }]);
  });

  it.each(KINDS)('lets go of %s once somebody answers for it, and of nothing else', async (kind, its) => {
    const { world, projector } = await elsewhere();
    const { missing = 0 } = projector.status.heldBack?.find((it) => it.kind === its.resource.kind) ?? {};
    const others = () =>
      KINDS.filter(([one]) => one !== kind && one !== 'rules').map(([, one]) => one.held(world));
    const before = others();
    expect(projector.overrideDeletionGuard(its.resource.kind, missing + 1)).toEqual({
      refused: expect.stringMatching(/look again/) as string,
    });
    await world.settle(HOUR_MS);
    expect(its.held(world)).toHaveLength(missing);
    expect(projector.overrideDeletionGuard(its.resource.kind, missing)).toEqual({
      accepted: expect.arrayContaining([...its.all]) as string[],
    });
    await world.settle(5_000);
    expect(its.held(world)).toEqual(IN_USE[kind]);
    expect(projector.status.heldBack?.map((held) => held.kind)).not.toContain(its.resource.kind);
    expect(world.ledger.executed.at(-1)?.actor).toMatch(/\(gone: .*; said to be gone for good\)$/);
    if (kind !== 'vips') expect(others()).toEqual(before);
  });

  it('is answered for once: what is missing later is held back anew', async () => {
    const { world, projector } = await elsewhere();
    projector.overrideDeletionGuard('IPPool', 2);
    await world.settle(5_000);
    world.subnet('ovn-default', { cidrBlock: '10.16.0.0/16' }, { finalizers: ['holdfast.io/ledger'] });
    for (const name of ['new', 'newer']) world.pool(name, [`10.16.0.${name.length}0`]);
    await world.settle(5_000);
    expect(namesOf('pools')(world)).toEqual(['new', 'newer']);
    world.sandbox.faults.silenceWatches();
    for (const name of ['new', 'newer']) world.vanish(IP_POOLS, name);
    await world.settle(HOUR_MS);
    expect(namesOf('pools')(world)).toEqual(['new', 'newer']);
    expect(projector.status.heldBack?.map(({ kind }) => kind)).toContain('IPPool');
  });

  it('lets nothing go of what came back before it was reconciled', async () => {
    const { world, projector } = await elsewhere((it) => void it.subnet());
    projector.overrideDeletionGuard('Vip', 3);
    world.vip('one', undefined, { finalizers: ['holdfast.io/ledger'] });
    await world.settle(HOUR_MS);
    expect(namesOf('vips')(world)).toEqual(['one', ...IN_USE.vips]);
    expect(world.statusOf(VIPS, 'one')).toMatchObject({ ready: true });
  });

  it('holds nothing back of what does not exist as a kind', async () => {
    const { projector } = await elsewhere();
    expect(projector.overrideDeletionGuard('Pod', 1)).toEqual({
      refused: 'nothing of kind Pod is held back',
    });
  });
});

describe('what another transport defined', () => {
  it('is never let go of for an object that vanished', async () => {
    const { world } = await served();
    const { ledger } = world;
    const ranges = [{ first: 0x0a1000c8, last: 0x0a1000c8 }];
    const { cidrs } = ledger.view.subnet('spare')!.definition!;
    await ledger.execute({ type: 'DefineSubnet', subnet: 'theirs', cidrs }, 'ann', 'grpc');
    const pool = {
      type: 'DefinePool',
      subnet: 'ovn-default',
      name: 'theirs',
      ranges,
      namespaces: [],
    } as const;
    await ledger.execute(pool, 'ann', 'grpc');
    world.subnet('theirs', { cidrBlock: '10.17.0.0/24' });
    world.pool('theirs', ['10.16.0.200']);
    await world.settle(5_000);
    world.vanish(SUBNETS, 'theirs');
    world.vanish(IP_POOLS, 'theirs');
    await world.settle(HOUR_MS);
    expect(namesOf('subnets')(world)).toContain('theirs');
    expect(namesOf('pools')(world)).toContain('theirs');
    expect([...guardsOver(ledger).subnets.missing(), ...guardsOver(ledger).pools.missing()]).not.toContain(
      'theirs',
    );
  });
});
