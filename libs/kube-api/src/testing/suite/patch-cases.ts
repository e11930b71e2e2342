// Metadata and spec: merged, held by finalizers, guarded by versions.
import { addFinalizer, removeFinalizer } from '../../port/finalizers';
import type { KubernetesApi } from '../../port/kubernetes-api';
import type { KubernetesObject } from '../../port/kubernetes-object';
import { PODS, VIPS } from '../../port/resource';
import { written } from './results';
import type { SuiteWorld } from './suite-world';

const FINALIZER = 'holdfast.test/ledger';

export function describePatch(world: () => SuiteWorld): void {
  let api: KubernetesApi;
  beforeAll(() => {
    api = world().connect();
  });
  const vip = (): Promise<KubernetesObject> =>
    world().create(VIPS, world().name('vip'), { spec: { subnet: 'ovn-default' } });

  it('merges labels, annotations and spec, and removes what is null', async () => {
    const { metadata } = await vip();
    const first = await api.patch(VIPS, metadata, {
      metadata: { labels: { a: '1', b: '2' }, annotations: { c: '3' } },
      spec: { v4ip: '10.16.0.9' },
    });
    expect(written(first)).toMatchObject({
      metadata: { labels: { a: '1', b: '2' }, annotations: { c: '3' }, generation: 2 },
      spec: { subnet: 'ovn-default', v4ip: '10.16.0.9' },
    });
    const second = written(await api.patch(VIPS, metadata, { metadata: { labels: { a: null } } }));
    expect(second.metadata.labels).toEqual({ b: '2' });
    expect(second.metadata.generation).toBe(2);
  });

  it('keeps an object that is deleted until its finalizer is taken off', async () => {
    const created = await vip();
    const adding = addFinalizer(created, FINALIZER);
    const held = written(await api.patch(VIPS, created.metadata, adding?.change ?? {}, adding?.expected));
    expect(addFinalizer(held, FINALIZER)).toBeUndefined();
    await world().delete(VIPS, held.metadata.name);
    const going = await world().read(VIPS, held.metadata.name);
    expect(going?.metadata).toMatchObject({ deletionTimestamp: expect.any(String), finalizers: [FINALIZER] });
    const removing = removeFinalizer(going ?? held, FINALIZER);
    const released = await api.patch(VIPS, held.metadata, removing?.change ?? {}, removing?.expected);
    expect(released.outcome).toBe('written');
    expect(await world().read(VIPS, held.metadata.name)).toBeUndefined();
  });

  it('tells a write over a newer version as a conflict, and changes nothing', async () => {
    const old = await vip();
    const newer = await world().merge(VIPS, old.metadata.name, {
      metadata: { finalizers: ['another.test/one'] },
    });
    const adding = addFinalizer(old, FINALIZER);
    const result = await api.patch(VIPS, old.metadata, adding?.change ?? {}, adding?.expected);
    expect(result).toEqual({ outcome: 'conflict', message: expect.stringContaining('modified') });
    expect(await world().read(VIPS, old.metadata.name)).toEqual(newer);
    await world().merge(VIPS, old.metadata.name, { metadata: { finalizers: null } });
  });

  it('tells a write to a later object of the same name as a conflict', async () => {
    const first = await vip();
    const { name, uid } = first.metadata;
    await world().delete(VIPS, name);
    const second = await world().create(VIPS, name);
    expect((await api.patch(VIPS, { name }, { spec: { v4ip: 'x' } }, { uid })).outcome).toBe('conflict');
    expect(await world().read(VIPS, name)).toEqual(second);
  });

  it('does all of that for a built-in kind', async () => {
    const ref = { namespace: 'default', name: world().name('pod') };
    await world().create(
      PODS,
      ref.name,
      { spec: { containers: [{ name: 'a', image: 'b' }] } },
      ref.namespace,
    );
    const pod = written(await api.patch(PODS, ref, { metadata: { annotations: { a: 'b' } } }));
    expect(pod.metadata.annotations).toEqual({ a: 'b' });
    const { resourceVersion } = pod.metadata;
    await api.patch(PODS, ref, { metadata: { annotations: { a: 'c' } } });
    const change = { metadata: { labels: { d: 'e' } } };
    expect((await api.patch(PODS, ref, change, { resourceVersion })).outcome).toBe('conflict');
    expect((await api.patch(PODS, ref, change, { uid: 'another' })).outcome).toBe('conflict');
  });
}
