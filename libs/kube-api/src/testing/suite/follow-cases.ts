// Following a kind: what is there, then every change, in order, once.
import type { KubernetesApi } from '../../port/kubernetes-api';
import { clusterResource, PODS, VIPS } from '../../port/resource';
import { installDefinition } from '../servers/manifests';
import { RecordingWatcher } from './recording-watcher';
import { untilItPasses, following, type SuiteWorld } from './suite-world';

export function describeFollowing(world: () => SuiteWorld): void {
  let api: KubernetesApi;
  beforeAll(() => {
    api = world().connect();
  });

  it('reports what is there, then each change with what was before', async () => {
    const prefix = world().name('seen');
    await world().create(VIPS, `${prefix}-a`, { spec: { subnet: 's' } });
    const watcher = new RecordingWatcher();
    const follower = api.follow(VIPS, watcher);
    expect(await follower.synced).toBe(true);
    expect(watcher.of(prefix)).toEqual([`+${prefix}-a`]);
    expect(follower.get({ name: `${prefix}-a` })).toMatchObject({ kind: 'Vip', spec: { subnet: 's' } });

    await world().create(VIPS, `${prefix}-b`);
    await world().merge(VIPS, `${prefix}-a`, { spec: { subnet: 't' } });
    await world().delete(VIPS, `${prefix}-b`);
    const expected = [`+${prefix}-a`, `+${prefix}-b`, `~${prefix}-a`, `-${prefix}-b`];
    await untilItPasses(() => expect(watcher.of(prefix)).toEqual(expected));
    expect(follower.get({ name: `${prefix}-a` })?.spec).toEqual({ subnet: 't' });
    expect([...follower.objects()].map(({ metadata }) => metadata.name)).not.toContain(`${prefix}-b`);
    await follower.stop();
  });

  it('follows a kind of a namespace, and says what the objects are', async () => {
    const name = world().name('followed');
    await world().create(PODS, name, { spec: { containers: [{ name: 'a', image: 'b' }] } }, 'default');
    const follower = api.follow(PODS, new RecordingWatcher());
    await follower.synced;
    const pod = follower.get({ namespace: 'default', name });
    expect(pod).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default' } });
    await follower.stop();
  });

  it('loses nothing of a burst', async () => {
    const prefix = world().name('burst');
    const watcher = await following(world(), api, prefix);
    const names = Array.from({ length: 100 }, (_, index) => `${prefix}-${String(index).padStart(3, '0')}`);
    await Promise.all(names.map((name) => world().create(VIPS, name)));
    await Promise.all(names.filter((_, index) => index % 2).map((name) => world().delete(VIPS, name)));
    await untilItPasses(() => expect(watcher.of(prefix)).toHaveLength(151));
    expect(new Set(watcher.of(prefix)).size).toBe(151);
  });

  it('waits for a kind that is not served yet', async () => {
    const plural = 'gadgets';
    const gadgets = clusterResource('suite.test', 'v1', plural, 'Gadget');
    const watcher = new RecordingWatcher();
    const follower = api.follow(gadgets, watcher);
    await untilItPasses(() => expect(watcher.faults[0]).toMatchObject({ code: 'kubernetes-kind-unknown' }));
    await installDefinition(world().server, gadgetDefinition(plural));
    await world().create(gadgets, 'first');
    expect(await follower.synced).toBe(true);
    await untilItPasses(() => expect(watcher.changes).toEqual(['+first']));
    await follower.stop();
  });
}

function gadgetDefinition(plural: string) {
  const schema = { openAPIV3Schema: { type: 'object' } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.suite.test` },
    spec: {
      group: 'suite.test',
      scope: 'Cluster',
      names: { plural, singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}
