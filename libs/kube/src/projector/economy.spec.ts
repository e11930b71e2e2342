// What the projector costs the API server: nothing where nothing changed, two writes a Vip, and no rewriting of what a
// cluster's own definitions will not keep.
import type { Clock } from '@holdfast/clock';
import {
  type KubernetesRest,
  type RestAnswer,
  RestKubernetesApi,
  type RestRequest,
  SUBNETS,
  VIPS,
  type WatchEnd,
  type WatchEvent,
} from '@holdfast/kube-api';
import { ProjectorWorld } from '../testing/projector-world';
import type { ObjectProjectorOptions } from './object-projector';
import { MANIFESTS } from '@holdfast/kube-api/testing';

const HOUR_MS = 3_600_000;

async function started(definitions?: string) {
  const world = new ProjectorWorld(definitions);
  world.subnet();
  const running = await world.start();
  return { world, ...running };
}

const vipWrites = (writes: readonly string[]): string[] => writes.filter((write) => write.includes('vips/'));
const subnetWrites = (writes: readonly string[]): string[] =>
  writes.filter((write) => write.includes('subnets/'));

describe('the projector', () => {
  it('makes two writes a Vip when 300 come at once, and a few for their Subnet', async () => {
    const { world, projector } = await started();
    world.takeWrites();
    for (let index = 0; index < 300; index += 1) world.vip(`v${index}`);
    await world.settle(5_000);
    const writes = world.takeWrites();
    expect(vipWrites(writes)).toHaveLength(600);
    expect(subnetWrites(writes).length).toBeLessThanOrEqual(3);
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({
      v4usingIPs: 300,
      v4availableIPs: 65_533 - 300,
    });
    expect(world.ledger.executed).toHaveLength(301);
    const addresses = new Set(
      Array.from({ length: 300 }, (_, index) => world.statusOf(VIPS, `v${index}`)['v4ip']),
    );
    expect(addresses.size).toBe(300);
    expect(projector.status).toMatchObject({ vips: 300, due: 0 });

    for (let index = 0; index < 300; index += 1) world.delete(VIPS, `v${index}`);
    await world.settle(5_000);
    const ends = world.takeWrites();
    expect(vipWrites(ends)).toHaveLength(300);
    expect(subnetWrites(ends).length).toBeLessThanOrEqual(3);
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({ v4usingIPs: 0, v4availableIPs: 65_533 });
    expect(projector.status).toMatchObject({ vips: 0, due: 0 });
  });

  it('lets the counts of a Subnet follow once a second, however long its Vips take to come', async () => {
    const { world } = await started();
    world.sandbox.faults.delayMs = 20;
    await world.settle(1_000);
    world.takeWrites();
    for (let index = 0; index < 800; index += 1) world.vip(`v${index}`);
    await world.settle(5_000);
    const writes = world.takeWrites();
    // They take two seconds.
    expect(vipWrites(writes)).toHaveLength(1_600);
    expect(subnetWrites(writes).length).toBeGreaterThan(1);
    expect(subnetWrites(writes).length).toBeLessThanOrEqual(4);
  });

  it('waits for its own writes to come back before it judges by the replica', async () => {
    const world = await startedBehindALaggingWatch();
    for (const name of ['a', 'b', 'c']) world.vip(name);
    await world.settle(200);
    // Something happens to them while the watch is still on its way.
    const note = { type: 'ReviseVip', vipType: '', selector: [], note: 'n' } as const;
    for (const name of ['a', 'b', 'c']) await world.ledger.execute({ ...note, name }, 'ann', 'http');
    await world.settle(5_000);
    expect(vipWrites(world.takeWrites())).toHaveLength(9);
    expect(world.statusOf(VIPS, 'a')).toMatchObject({ observedPosition: '5' });
  });

  it('lets the counts follow once a second also when its own writes come back at once', async () => {
    const world = await startedBehindALaggingWatch();
    world.sandbox.faults.delayMs = 20;
    for (let index = 0; index < 400; index += 1) world.vip(`v${index}`);
    await world.settle(5_000);
    const writes = world.takeWrites();
    expect(subnetWrites(writes).length).toBeGreaterThan(1);
    expect(subnetWrites(writes).length).toBeLessThanOrEqual(4);
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({ v4usingIPs: 400 });
  });

  it('and loses no time when they have come back', async () => {
    let isProjected = false;
    const projection = { status: 'True', reason: 'Projected', message: '' } as const;
    const projectionOf = () => (isProjected ? projection : undefined);
    const world = await startedBehindALaggingWatch({ projectionOf });
    world.vip('web');
    await world.settle(LAG_MS + 10);
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true });
    isProjected = true;
    world.running.projector.projectionChanged('web');
    await world.settle(10);
    expect(world.condition(VIPS, 'web', 'Projected')).toBeUndefined();
    await world.settle(LAG_MS);
    expect(world.condition(VIPS, 'web', 'Projected')).toMatchObject(projection);
  });

  it('writes nothing where nothing changes: not by comparing all, not after a restart', async () => {
    const { world, crash } = await started();
    for (let index = 0; index < 50; index += 1) world.vip(`v${index}`);
    world.vip('refused', { subnet: 'ovn-default', v4ip: '10.99.0.1' });
    world.vip('invalid', { subnet: '' });
    await world.settle(60_000);
    world.takeWrites();
    await world.settle(HOUR_MS);
    expect(world.takeWrites()).toEqual([]);
    await crash();
    await world.start();
    await world.settle(HOUR_MS);
    expect(world.takeWrites()).toEqual([]);
  });

  it('writes nothing when somebody changes what is not ours', async () => {
    const { world } = await started();
    world.vip('web');
    await world.settle(60_000);
    world.takeWrites();
    world.edit(VIPS, 'web', { metadata: { annotations: { a: 'b' } } });
    world.edit(SUBNETS, 'ovn-default', { metadata: { annotations: { a: 'b' } } });
    const theirs = { type: 'Validated', status: 'True', reason: 'R', message: 'm' };
    const { conditions } = world.statusOf(SUBNETS, 'ovn-default') as { conditions: object[] };
    const status = { activateGateway: 'node-1', conditions: [...conditions, theirs] };
    world.editStatus(SUBNETS, 'ovn-default', status);
    await world.settle(60_000);
    expect(world.takeWrites()).toEqual([]);
    world.vip('more');
    await world.settle(5_000);
    expect(world.condition(SUBNETS, 'ovn-default', 'Validated')).toEqual(theirs);
    expect(world.statusOf(SUBNETS, 'ovn-default')).toMatchObject({
      v4usingIPs: 2,
      activateGateway: 'node-1',
    });
  });

  it('writes what it has seen once when labels change', async () => {
    const { world } = await started();
    world.vip('web');
    await world.settle(60_000);
    world.takeWrites();
    world.edit(VIPS, 'web', { metadata: { labels: { team: 'net' } } });
    world.edit(SUBNETS, 'ovn-default', { metadata: { labels: { team: 'net' } } });
    await world.settle(60_000);
    expect(world.takeWrites().sort()).toEqual(['PATCH subnets/ovn-default/status', 'PATCH vips/web/status']);
  });

  it('never asks for an object that the watch brings anyway', async () => {
    const { world } = await started();
    await world.settle(1_000);
    world.requests = [];
    world.vip('web');
    await world.settle(60_000);
    const reads = world.requests.filter(({ method }) => method === 'GET').map(({ path }) => path);
    // What the API serves of the kind, once: whether its status is a subresource.
    expect(reads).toEqual(['/apis/kubeovn.io/v1']);
  });
});

const LAG_MS = 150;

async function startedBehindALaggingWatch(options: Partial<ObjectProjectorOptions> = {}) {
  const world = new ProjectorWorld();
  world.subnet();
  const { clock, chance } = world;
  const rest = new LaggingWatch(world.sandbox.connect().rest, clock);
  const api = new RestKubernetesApi({ rest, clock, chance, component: 'holdfast' });
  const running = await world.start({ ...options, api });
  await world.settle(2_000);
  world.takeWrites();
  return Object.assign(world, { running });
}

/** Everything that it sees, it sees later. */
class LaggingWatch implements KubernetesRest {
  constructor(
    private readonly rest: KubernetesRest,
    private readonly clock: Clock,
  ) {}

  call(request: RestRequest): Promise<RestAnswer> {
    return this.rest.call(request);
  }

  watch(...[path, query, onEvent, signal]: Parameters<KubernetesRest['watch']>): Promise<WatchEnd> {
    const later = (event: WatchEvent): void => void this.clock.after(LAG_MS, () => onEvent(event));
    return this.rest.watch(path, query, later, signal);
  }

  close(): Promise<void> {
    return this.rest.close();
  }
}

describe("under Kube-OVN's own definitions", () => {
  it('the projector writes what they keep, once', async () => {
    const { world, crash } = await started(MANIFESTS.kubeOvn);
    for (let index = 0; index < 40; index += 1) world.vip(`v${index}`);
    world.vip('slr-01', { subnet: 'ovn-default', v4ip: '10.0.0.100', type: 'switch_lb_vip' });
    await world.settle(60_000);
    expect(world.statusOf(VIPS, 'v0')).toEqual({
      v4ip: expect.stringMatching(/^10\.16\./),
      v6ip: '',
      mac: expect.any(String),
      type: '',
      selector: [],
      conditions: ['Ready', 'Reserved', 'InUse'].map((type) => expect.objectContaining({ type })),
    });
    expect(world.condition(VIPS, 'slr-01')).toMatchObject({ status: 'False', reason: 'AddressOutOfRange' });
    expect(world.read(VIPS, 'v0')?.spec).toEqual({ subnet: 'ovn-default' });
    expect(vipWrites(world.takeWrites())).toHaveLength(2 * 41);
    await world.settle(HOUR_MS);
    expect(world.takeWrites()).toEqual([]);

    const before = world.read(VIPS, 'v0')?.metadata.resourceVersion;
    await crash();
    await world.start();
    await world.settle(HOUR_MS);
    // It finds out anew what is dropped, with those that are in flight at once, and no more.
    expect(vipWrites(world.takeWrites()).length).toBeLessThanOrEqual(16);
    expect(world.read(VIPS, 'v0')?.metadata.resourceVersion).toBe(before);
  });

  it('a Vip moves, and is let go', async () => {
    const { world } = await started(MANIFESTS.kubeOvn);
    world.vip('web', { subnet: 'ovn-default', v4ip: '10.16.0.121' });
    await world.settle();
    world.edit(VIPS, 'web', { spec: { v4ip: '10.16.0.122' } });
    await world.settle();
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ v4ip: '10.16.0.122' });
    world.delete(VIPS, 'web');
    await world.settle();
    expect(world.read(VIPS, 'web')).toBeUndefined();
    expect(world.ledger.view.vip('web')).toBeUndefined();
  });

  it('that are replaced by ours while it runs, it tells every object what was dropped before', async () => {
    const { world } = await started(MANIFESTS.kubeOvn);
    for (const name of ['a', 'b']) world.vip(name);
    await world.settle(60_000);
    world.install(MANIFESTS.holdfast);
    world.vip('new');
    await world.settle(60_000);
    for (const name of ['a', 'b', 'new']) expect(world.statusOf(VIPS, name)).toMatchObject({ ready: true });
  });
});

describe('under definitions that are odd', () => {
  it('without a status subresource, the generation that a status raises is not told in it', async () => {
    const { world } = await started();
    world.install(MANIFESTS.holdfast, (definition) => withoutSubresource(definition));
    world.vip('web');
    await world.settle(60_000);
    expect(vipWrites(world.takeWrites()).length).toBeLessThanOrEqual(4);
    await world.settle(HOUR_MS);
    expect(world.takeWrites()).toEqual([]);
    expect(world.statusOf(VIPS, 'web')).toMatchObject({ ready: true });
    expect(world.statusOf(VIPS, 'web')).not.toHaveProperty('observedGeneration');
  });

  it('which keep no status at all, it says so and hardly tries again', async () => {
    const { world, faults } = await started();
    world.install(MANIFESTS.holdfast, (definition) => withoutStatus(definition));
    world.vip('web');
    await world.settle(60_000);
    const said = new Set(faults.map(({ code, key }) => `${key} ${code}`));
    expect([...said].sort()).toEqual([
      'subnets/ovn-default kubernetes-refused',
      'vips/web kubernetes-refused',
    ]);
    world.takeWrites();
    await world.settle(HOUR_MS);
    // Two objects, each every few minutes.
    expect(world.takeWrites().length).toBeLessThanOrEqual(48);
    expect(world.ledger.view.vip('web')).toBeDefined();
  });
});

interface Definition {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: { readonly properties: Record<string, unknown> } };
    }[];
  };
}

function withoutSubresource(definition: object): object {
  const { spec } = definition as Definition;
  const versions = spec.versions.map((version) => ({ ...version, subresources: {} }));
  return { ...definition, spec: { ...spec, versions } };
}

function withoutStatus(definition: object): object {
  const { spec } = definition as Definition;
  const versions = spec.versions.map((version) => {
    const fields = Object.entries(version.schema.openAPIV3Schema.properties);
    const properties = Object.fromEntries(fields.filter(([field]) => field !== 'status'));
    return { ...version, schema: { openAPIV3Schema: { ...version.schema.openAPIV3Schema, properties } } };
  });
  return { ...definition, spec: { ...spec, versions } };
}
