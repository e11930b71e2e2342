// The status: through the subresource, merged, and of the object that was meant.
import type { KubernetesApi } from '../../port/kubernetes-api';
import { SUBNETS, VIPS } from '../../port/resource';
import { ready, written } from './results';
import type { SuiteWorld } from './suite-world';

export function describeStatus(world: () => SuiteWorld): void {
  let api: KubernetesApi;
  beforeAll(() => {
    api = world().connect();
  });

  it('writes it through the subresource and leaves the rest alone', async () => {
    const { metadata } = await world().create(VIPS, world().name('vip'), { spec: { subnet: 'ovn-default' } });
    const status = { v4ip: '10.16.0.12', ready: true, observedPosition: '42', conditions: [ready('True')] };
    const object = written(await api.patchStatus(VIPS, metadata, status, { uid: metadata.uid }));
    expect(object).toMatchObject({ spec: { subnet: 'ovn-default' }, metadata: { generation: 1 }, status });
    const less = written(await api.patchStatus(VIPS, metadata, { v4ip: null }));
    expect(less.status).not.toHaveProperty('v4ip');
    expect(less.status).toMatchObject({ ready: true, conditions: [ready('True')] });
  });

  it('keeps the same resourceVersion when nothing changes', async () => {
    const { metadata } = await world().create(VIPS, world().name('vip'));
    const first = written(await api.patchStatus(VIPS, metadata, { ready: true }));
    const second = written(await api.patchStatus(VIPS, metadata, { ready: true }));
    expect(second).toEqual(first);
  });

  it('tells a write over a newer version as a conflict, and changes nothing', async () => {
    const { metadata } = await world().create(VIPS, world().name('vip'));
    const newer = await world().merge(VIPS, metadata.name, { metadata: { labels: { a: 'b' } } });
    const { resourceVersion } = metadata;
    expect((await api.patchStatus(VIPS, metadata, { ready: true }, { resourceVersion })).outcome).toBe(
      'conflict',
    );
    expect(await world().read(VIPS, metadata.name)).toEqual(newer);
  });

  it('tells a write to a later object of the same name as a conflict', async () => {
    const { metadata } = await world().create(VIPS, world().name('vip'));
    const { name, uid } = metadata;
    await world().delete(VIPS, name);
    const second = await world().create(VIPS, name);
    expect((await api.patchStatus(VIPS, { name }, { ready: true }, { uid })).outcome).toBe('conflict');
    expect(await world().read(VIPS, name)).toEqual(second);
  });

  it('holds counts of any size, and what Kube-OVN keeps there', async () => {
    const { metadata } = await world().create(SUBNETS, world().name('subnet'));
    const status = {
      v4availableIPs: 65_533,
      v6availableIPs: 2 ** 64,
      observedGeneration: 1,
      activateGateway: 'node-1',
      conditions: [{ ...ready('False'), lastUpdateTime: '2026-01-01T00:00:00Z' }],
    };
    expect(written(await api.patchStatus(SUBNETS, metadata, status)).status).toEqual(status);
  });
}
