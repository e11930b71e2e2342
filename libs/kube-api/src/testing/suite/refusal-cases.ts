// What is refused, and what is dropped in silence.
import type { KubernetesApi } from '../../port/kubernetes-api';
import { clusterResource, SUBNETS, VIPS } from '../../port/resource';
import type { SuiteWorld } from './suite-world';

export function describeRefusals(world: () => SuiteWorld): void {
  let api: KubernetesApi;
  beforeAll(() => {
    api = world().connect();
  });

  it('tells that there is no such object', async () => {
    const ref = { name: 'nobody' };
    expect(await api.patch(VIPS, ref, { metadata: { labels: { a: 'b' } } })).toEqual({ outcome: 'gone' });
    expect(await api.patchStatus(VIPS, ref, { ready: true })).toEqual({ outcome: 'gone' });
    expect(await api.patchStatus(VIPS, ref, { ready: true }, { uid: 'u' })).toEqual({ outcome: 'gone' });
  });

  it('refuses what the definition refuses, once and for all', async () => {
    const { metadata } = await world().create(VIPS, world().name('vip'));
    const refused = api.patch(VIPS, metadata, { spec: { v4ip: 5 } });
    await expect(refused).rejects.toMatchObject({ code: 'kubernetes-refused', retryable: false });
    await expect(refused).rejects.toThrow('spec.v4ip');
    const { resourceVersion } = metadata;
    expect((await world().read(VIPS, metadata.name))?.metadata.resourceVersion).toBe(resourceVersion);
  });

  it('tells that a kind is not served', async () => {
    const widgets = clusterResource('nowhere.test', 'v1', 'widgets', 'Widget');
    const refused = api.patchStatus(widgets, { name: 'w' }, {});
    await expect(refused).rejects.toMatchObject({ code: 'kubernetes-kind-unknown', retryable: true });
  });

  it('keeps of a Vip what its definition names, and of a Subnet everything', async () => {
    const known = { subnet: 's', selector: ['app: a'], attachSubnets: ['t'], macAddress: '', v6ip: '' };
    const vip = await world().create(VIPS, world().name('vip'), { spec: { ...known, colour: 'red' } });
    expect(vip.spec).toEqual(known);
    const spec = { cidrBlock: '10.16.0.0/16', mtu: 1400, acls: [{ priority: 1 }], colour: 'red' };
    const subnet = await world().create(SUBNETS, world().name('subnet'), { spec });
    expect(subnet.spec).toEqual(spec);
  });

  it('ends calls under way when it is closed, and takes no more', async () => {
    const closing = world().connect();
    const ref = { name: 'nobody' };
    const call = expect(closing.patch(VIPS, ref, {})).rejects.toMatchObject({ code: 'kubernetes-closed' });
    await closing.close();
    await call;
    const late = closing.patch(VIPS, ref, {});
    await expect(late).rejects.toMatchObject({ code: 'kubernetes-closed', retryable: false });
  });
}
