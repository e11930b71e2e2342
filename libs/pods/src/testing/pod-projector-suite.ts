// The suite of PodAddresses, over every API server: what a sandbox could get wrong about Pods, UIDs and watches.
import { collectionPathOf, NAMESPACES, PODS, STATEFUL_SETS } from '@holdfast/kube-api';
import {
  describeUnlessSkipped,
  installDefinitions,
  type KubernetesServer,
  MANIFESTS,
  type SuiteOptions,
  SuiteWorld,
  untilItPasses,
} from '@holdfast/kube-api/testing';
import { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from '../owner/machine-resources';
import { AddressesAtWork } from './addresses-at-work';
import { laxDefinitionOf, referenceTo } from './pod-world';

/** A real server starts in 5 s on idle cores. */
const START_TIMEOUT_MS = 90_000;
const KINDS = [STATEFUL_SETS, VIRTUAL_MACHINES, VIRTUAL_MACHINE_INSTANCES, PODS];

export function describePodProjector(
  name: string,
  start: () => Promise<KubernetesServer>,
  { skipReason }: SuiteOptions = {},
): void {
  describeUnlessSkipped(skipReason, `PodAddresses on ${name}`, () => {
    let world: SuiteWorld;
    let work: AddressesAtWork;
    beforeAll(async () => {
      world = new SuiteWorld(await start());
      await installDefinitions(world.server, MANIFESTS.holdfast);
      await installKubevirt(world);
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await world?.close();
      await world?.server.stop();
    });
    beforeEach(async () => {
      work = new AddressesAtWork(world, world.name('subnet'));
      await work.start();
    });
    afterEach(() => work.finish(KINDS));

    describePods(
      () => world,
      () => work,
    );
    describeOwners(() => work);
  });
}

function describePods(world: () => SuiteWorld, work: () => AddressesAtWork): void {
  it('gives a Pod its address, tells it, and takes it back', async () => {
    const { metadata } = await work().pod('web');
    expect(await work().shown('web')).toBe('10.16.0.2');
    expect(work().usersOf('pod/default/web')).toEqual([metadata.uid]);
    await work().remove(PODS, 'web');
    await untilItPasses(() => expect(work().holders()).toEqual([]));
  });

  it('tells by UID who is meant, while it looks and while it does not', async () => {
    await work().pod('web');
    const address = await work().shown('web');
    await work().kill();
    await work().remove(PODS, 'web');
    const { metadata } = await work().pod('web');
    await work().pod('gone');
    await work().start();
    await work().shown('gone');
    await work().kill();
    await work().remove(PODS, 'gone');
    await work().start();
    expect(await work().shown('web')).toBe(address);
    await untilItPasses(() => expect(work().holders()).toEqual(['pod/default/web']));
    expect(work().usersOf('pod/default/web')).toEqual([metadata.uid]);
  });

  it('asks for what is not to be seen by a patch of nothing, which changes nothing and minds the UID', async () => {
    const { metadata } = await work().pod('web');
    await work().shown('web');
    const api = world().connect();
    const ref = { namespace: 'default', name: 'web' };
    const before = (await work().read(PODS, 'web'))?.metadata.resourceVersion;
    expect((await api.patch(PODS, ref, {}, { uid: metadata.uid })).outcome).toBe('written');
    expect((await api.patch(PODS, ref, {}, { uid: 'another' })).outcome).toBe('conflict');
    expect((await api.patch(PODS, { ...ref, name: 'none' }, {}, { uid: 'another' })).outcome).toBe('gone');
    expect((await work().read(PODS, 'web'))?.metadata.resourceVersion).toBe(before);
  });

  it('goes on where it was when the server was restarted', async () => {
    await work().pod('stays');
    const address = await work().shown('stays');
    await world().server.restart();
    await work().pod('comes');
    expect(await work().shown('comes')).not.toBe(address);
    expect(work().heldBy('pod/default/stays')).toBe(address);
  });

  it('follows what a Namespace says', async () => {
    const { server } = world();
    const annotations = { 'ovn.kubernetes.io/logical_switch': 'nowhere' };
    const path = `${collectionPathOf(NAMESPACES)}/default`;
    const said = async (change: object | null): Promise<unknown> =>
      server.request('PATCH', path, { metadata: { annotations: change } }, 'application/merge-patch+json');
    await said(annotations);
    await untilItPasses(async () => expect((await work().projector?.status)?.synced).toBe(true));
    await work().pod('web');
    await said(null);
    expect(await work().shown('web')).toBe('10.16.0.2');
  });
}

function describeOwners(work: () => AddressesAtWork): void {
  const set = (replicas: number): object => {
    const labels = { app: 'web' };
    const spec = { containers: [{ name: 'main', image: 'example.com/none' }] };
    const template = { metadata: { labels }, spec };
    return { replicas, serviceName: 'web', selector: { matchLabels: labels }, template };
  };

  const launch = async (suffix: string, of: object, labels = {}): Promise<string> =>
    (await work().pod(`virt-launcher-db-${suffix}`, { labels, ownerReferences: [of] })).metadata.uid;
  const migration = (target: string, end: object): Promise<void> => {
    const state = { migrationUid: 'job', targetPod: `virt-launcher-db-${target}`, ...end };
    return work().edit(VIRTUAL_MACHINE_INSTANCES, 'db', { status: { migrationState: state } }, 'status');
  };

  it('keeps an ordinal’s address for its next Pod, and gives it up when the set wants it no more', async () => {
    const web = await work().object(STATEFUL_SETS, 'web', set(2));
    const owned = { labels: { app: 'web' }, ownerReferences: [referenceTo(web)] };
    for (const name of ['web-0', 'web-1']) await work().pod(name, owned);
    const [first, second] = [await work().shown('web-0'), await work().shown('web-1')];
    await work().remove(PODS, 'web-1');
    await untilItPasses(() => expect(work().usersOf('statefulset/default/web/1')).toEqual([]));
    expect(work().heldBy('statefulset/default/web/1')).toBe(second);
    await work().pod('web-1', owned);
    expect(await work().shown('web-1')).toBe(second);
    await work().remove(PODS, 'web-1');
    await work().edit(STATEFUL_SETS, 'web', { spec: { replicas: 1 } });
    await untilItPasses(() => expect(work().holders()).toEqual(['statefulset/default/web/0']));
    expect(work().heldBy('statefulset/default/web/0')).toBe(first);
    await work().remove(PODS, 'web-0');
    await work().kill();
    await work().remove(STATEFUL_SETS, 'web');
    await work().start();
    await untilItPasses(() => expect(work().holders()).toEqual([]));
  });

  it('keeps a machine’s address through stop, start and live migration', async () => {
    await work().object(VIRTUAL_MACHINES, 'db', { running: true });
    const one = await work().object(VIRTUAL_MACHINE_INSTANCES, 'db', {});
    await launch('a', referenceTo(one));
    const address = await work().shown('virt-launcher-db-a');
    await work().remove(VIRTUAL_MACHINE_INSTANCES, 'db');
    await work().remove(PODS, 'virt-launcher-db-a');
    await untilItPasses(() => expect(work().usersOf('vm/default/db')).toEqual([]));
    const two = referenceTo(await work().object(VIRTUAL_MACHINE_INSTANCES, 'db', {}));
    const source = await launch('b', two);
    expect(await work().shown('virt-launcher-db-b')).toBe(address);
    const target = await launch('c', two, { 'kubevirt.io/migrationJobUID': 'job' });
    expect(await work().shown('virt-launcher-db-c')).toBe(address);
    expect(work().usersOf('vm/default/db')).toEqual([source, target]);
    await migration('c', { completed: true, endTimestamp: '2999-01-01T00:00:00Z' });
    await untilItPasses(() => expect(work().usersOf('vm/default/db')).toEqual([target]));
    expect(work().heldBy('vm/default/db')).toBe(address);
  });

  it('leaves a machine’s address to the source of a migration that fails', async () => {
    await work().object(VIRTUAL_MACHINES, 'db', { running: true });
    const instance = referenceTo(await work().object(VIRTUAL_MACHINE_INSTANCES, 'db', {}));
    const source = await launch('b', instance);
    const address = await work().shown('virt-launcher-db-b');
    const target = await launch('c', instance, { 'kubevirt.io/migrationJobUID': 'job' });
    await work().shown('virt-launcher-db-c');
    expect(work().usersOf('vm/default/db')).toEqual([source, target]);
    await migration('c', { completed: true, failed: true, endTimestamp: '2999-01-01T00:00:00Z' });
    await untilItPasses(() => expect(work().usersOf('vm/default/db')).toEqual([source]));
    expect(work().heldBy('vm/default/db')).toBe(address);
  });
}

async function installKubevirt({ server }: SuiteWorld): Promise<void> {
  for (const resource of [VIRTUAL_MACHINES, VIRTUAL_MACHINE_INSTANCES]) {
    const body = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${resource.plural}.${resource.group}` },
      spec: laxDefinitionOf(resource),
    };
    await server.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body);
    await untilItPasses(async () =>
      expect((await server.request('GET', collectionPathOf(resource))).status).toBe(200),
    );
  }
}
