// The projector on a server with a wire: what users do, and what they see.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  collectionPathOf,
  FINALIZER,
  type KubernetesObject,
  SUBNETS,
  SWITCH_LB_RULES,
  VIPS,
} from '@holdfast/kube-api';
import {
  describeUnlessSkipped,
  findKubectl,
  installDefinitions,
  MANIFESTS,
  parseYaml,
  type SuiteWorld,
  untilItPasses,
} from '@holdfast/kube-api/testing';
import { ProjectorAtWork } from './projector-at-work';

/** As the documents show it, with the ledger's own addresses. */
const TABLE = `\
NAME             V4IP          PV4IP   MAC                 PMAC   V6IP   PV6IP   SUBNET        READY
pod-use-vip      10.16.0.n             nn:nn:nn:nn:nn:nn                         ovn-default   true
slr-01                                                                           ovn-default   false
static-vip01     10.16.0.121           nn:nn:nn:nn:nn:nn                         ovn-default   true
vip-aap          10.16.0.n             nn:nn:nn:nn:nn:nn                         ovn-default   true
vip-dynamic-01   10.16.0.n             nn:nn:nn:nn:nn:nn                         ovn-default   true
`;

/** The documents' manifests, with a kubectl where there is one. */
export function describeObjectExamples(world: () => SuiteWorld): void {
  let work: ProjectorAtWork;
  beforeAll(async () => {
    work = new ProjectorAtWork(world());
    await work.start();
    await work.subnet();
    for (const vip of examples()) await world().server.request('POST', collectionPathOf(VIPS), vip);
    await work.counts(4);
  });
  afterAll(() => work.finish());

  it('are reserved unchanged, but for the one whose address is outside the subnet', async () => {
    for (const { metadata, spec } of examples()) {
      const object = await world().read(VIPS, metadata.name);
      expect(object?.spec).toEqual(spec);
      expect(object?.metadata.finalizers).toEqual([FINALIZER]);
      expect(object?.status).toMatchObject({ ready: metadata.name !== 'slr-01' });
    }
    await work.shows('static-vip01', { v4ip: '10.16.0.121' });
    const slr = await work.refused('slr-01', 'AddressOutOfRange');
    expect(await work.eventsOf(slr)).toMatchObject([
      { type: 'Warning', reason: 'AddressOutOfRange', count: 1 },
    ]);
  });

  it('and then nothing is asked or written any more', async () => {
    const { executed } = work.ledger;
    const before = { ...work.writes, executed: executed.length };
    const { status } = await work.counts(4);
    expect(status).toMatchObject({ v4availableIPs: 65_529, v6usingIPs: 0 });
    expect({ ...work.writes, executed: executed.length }).toEqual(before);
  });

  describeUnlessSkipped(findKubectl() ? undefined : 'no kubectl on the PATH', 'with kubectl', () => {
    it("print the documents' table", async () => {
      const table = (await world().kubectl(['get', 'vip']))
        .replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'nn:nn:nn:nn:nn:nn')
        .replace(/\b10\.16\.0\.[2-4]\b/g, '10.16.0.n');
      expect(table).toBe(TABLE);
      await world().kubectl(['wait', '--for=condition=Ready', 'vip/vip-aap', '--timeout=5s']);
      expect(await world().kubectl(['describe', 'vip', 'slr-01'])).toMatch(
        /Warning\s+AddressOutOfRange\s+\S+\s+holdfast\s+10\.0\.0\.100 is outside 10\.16\.0\.0\/16/,
      );
    });
  });
}

export function describeObjectCases(world: () => SuiteWorld): void {
  let work: ProjectorAtWork;
  beforeEach(async () => {
    work = new ProjectorAtWork(world());
    await work.start();
  });
  afterEach(() => work.finish());

  it('gives an address that two ask for to one of them, and to the other when the first is deleted', async () => {
    await work.subnet();
    await work.vip('first', { v4ip: '10.16.0.121' });
    await work.shows('first', { ready: true });
    await work.vip('second', { v4ip: '10.16.0.121' });
    const second = await work.refused('second', 'AddressTaken');
    await world().delete(VIPS, 'first');
    await work.gone(VIPS, 'first');
    await work.shows('second', { ready: true, v4ip: '10.16.0.121' });
    expect(await work.eventsOf(second)).toMatchObject([{ reason: 'AddressTaken', count: 1 }]);
  });

  it('reserves for Vips that were there before their Subnet', async () => {
    await work.vip('early');
    await work.refused('early', 'SubnetNotFound');
    await work.subnet();
    await work.shows('early', { ready: true, v4ip: '10.16.0.2' });
  });

  it('follows an edit: another address, another selector, and one that is refused', async () => {
    await work.subnet();
    await work.vip('web', { v4ip: '10.16.0.121', namespace: 'default', selector: ['app: a'] });
    await work.shows('web', { v4ip: '10.16.0.121', selector: ['app: a'] });
    await world().merge(VIPS, 'web', { spec: { v4ip: '10.16.0.122', selector: ['app: b'] } });
    await work.shows('web', { v4ip: '10.16.0.122', selector: ['app: b'], observedGeneration: 2 });
    await world().merge(VIPS, 'web', { spec: { selector: ['a:b:c'] } });
    await work.refused('web', 'InvalidArgument');
    await work.shows('web', { ready: false, v4ip: '10.16.0.122', selector: ['app: b'] });
    await world().merge(VIPS, 'web', { spec: { selector: null } });
    await work.shows('web', { ready: true, v4ip: '10.16.0.122', selector: [], observedGeneration: 4 });
  });

  it('keeps a Subnet that is deleted until nobody holds an address in it', async () => {
    await work.subnet();
    await work.vip('web');
    await work.shows('web', { ready: true });
    await world().delete(SUBNETS, 'ovn-default');
    await untilItPasses(async () => {
      const { conditions } = (await world().read(SUBNETS, 'ovn-default'))?.status ?? {};
      const retired = { type: 'Retired', reason: 'SubnetInUse', message: expect.stringContaining('vip/web') };
      expect(conditions).toContainEqual(expect.objectContaining(retired));
    });
    await world().delete(VIPS, 'web');
    await work.gone(SUBNETS, 'ovn-default');
  });
}

/** Restarts of either side. */
export function describeObjectEndurance(world: () => SuiteWorld): void {
  let work: ProjectorAtWork;
  beforeEach(async () => {
    work = new ProjectorAtWork(world());
    await work.start();
  });
  afterEach(() => work.finish());

  it('finds after a restart what was deleted, what vanished and what came', async () => {
    await work.subnet();
    for (const name of ['deleted', 'vanished', 'stays']) await work.vip(name);
    await work.counts(3);
    const stayed = await world().read(VIPS, 'stays');
    await work.kill();
    await world().delete(VIPS, 'deleted');
    await world().merge(VIPS, 'vanished', { metadata: { finalizers: null } });
    await world().delete(VIPS, 'vanished');
    await work.vip('came');
    await work.start();
    await work.gone(VIPS, 'deleted');
    await work.shows('came', { ready: true });
    await work.counts(2);
    const held = [...work.ledger.view.vips()].map(({ name }) => name);
    expect(held.sort()).toEqual(['came', 'stays']);
    expect(await world().read(VIPS, 'stays')).toEqual(stayed);
  });

  it('goes on after a restart of the server', async () => {
    await work.subnet();
    await work.vip('before');
    await work.shows('before', { ready: true });
    await world().server.restart();
    await untilItPasses(() => work.vip('after'));
    await work.shows('after', { ready: true, v4ip: '10.16.0.3' });
  });
}

/** Many at once. It leaves them to the server's end: nothing can come after it. */
export function describeObjectCrowd(world: () => SuiteWorld): void {
  let work: ProjectorAtWork;
  beforeAll(async () => {
    work = new ProjectorAtWork(world());
    await work.start();
  });
  afterAll(() => work.kill());

  it('makes two writes a Vip when 300 come at once', async () => {
    await work.subnet();
    await work.counts(0);
    const before = { ...work.writes };
    await work.vips(Array.from({ length: 300 }, (_, index) => `v${index}`));
    const { status } = await work.counts(300);
    expect(status).toMatchObject({ v4availableIPs: 65_533 - 300 });
    const ready = (await work.all(VIPS)).filter((vip) => vip.status?.['ready'] === true);
    expect(new Set(ready.map((vip) => vip.status?.['v4ip'])).size).toBe(300);
    expect(work.writes.objects - before.objects).toBe(600);
    // Coalesced: how far depends on how long the machine takes, but nowhere near one a Vip.
    expect(work.writes.subnets - before.subnets).toBeLessThan(60);
  });
}

/** The same where the definitions installed are Kube-OVN's own. */
export function describeObjectsUnderKubeOvn(world: () => SuiteWorld): void {
  let work: ProjectorAtWork;
  beforeAll(() => installDefinitions(world().server, MANIFESTS.kubeOvn));
  afterAll(() => installDefinitions(world().server, MANIFESTS.holdfast));
  beforeEach(async () => {
    work = new ProjectorAtWork(world());
    await work.start();
  });
  afterEach(() => work.finish());

  it('writes what they keep, once, and lets go', async () => {
    await work.subnet();
    for (const vip of examples()) await world().server.request('POST', collectionPathOf(VIPS), vip);
    await work.counts(4);
    const { status, spec } = await work.shows('static-vip01', {
      v4ip: '10.16.0.121',
      mac: expect.any(String),
    });
    expect(status).not.toHaveProperty('ready');
    expect(spec).toEqual({ subnet: 'ovn-default', v4ip: '10.16.0.121' });
    const slr = await work.refused('slr-01', 'AddressOutOfRange');
    expect(await work.eventsOf(slr)).toMatchObject([{ count: 1 }]);
    expect(work.writes).toMatchObject({ objects: 10, events: 1 });
    await world().merge(VIPS, 'static-vip01', { spec: { v4ip: '10.16.0.122' } });
    await work.shows('static-vip01', { v4ip: '10.16.0.122' });
    await work.counts(4);
    expect(work.writes.objects).toBe(11);
    const rule = { vip: 'slr-02', ports: [{ port: 80 }], endpoints: ['10.16.0.7'] };
    await work.vip('slr-02', { type: 'switch_lb_vip' });
    await world().create(SWITCH_LB_RULES, 'web', { spec: rule });
    await untilItPasses(async () =>
      expect((await world().read(SWITCH_LB_RULES, 'web'))?.status).toMatchObject({ ports: '80/TCP' }),
    );
    await world().delete(SWITCH_LB_RULES, 'web');
    await work.gone(SWITCH_LB_RULES, 'web');
  });
}

function examples(): KubernetesObject[] {
  return readdirSync(MANIFESTS.examples)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => parseYaml(readFileSync(join(MANIFESTS.examples, file), 'utf8')) as KubernetesObject)
    .filter(({ kind }) => kind === VIPS.kind);
}
