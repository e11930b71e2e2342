// The same projector where the definitions installed are Kube-OVN's own: a Vip has no status subresource there, and what is
// ours alone in its status is dropped.
import { type Clock, systemClock } from '@holdfast/clock';
import { SUBNETS, VIPS } from '../../port/resource';
import { installDefinitions, MANIFESTS } from '../servers/manifests';
import { ready, written } from './results';
import type { SuiteWorld } from './suite-world';

const STATUS = { v4ip: '10.16.0.12', mac: '00:00:00:F0:DB:25', conditions: [ready('True')] };

/** The real one, some time later. */
function later(byMs: () => number): Clock {
  return { ...systemClock, monotonic: () => systemClock.monotonic() + byMs() };
}

export function describeKubeOvnDefinitions(world: () => SuiteWorld): void {
  beforeAll(() => installDefinitions(world().server, MANIFESTS.kubeOvn));
  afterAll(() => installDefinitions(world().server, MANIFESTS.holdfast));

  it('writes the status of a Vip on the Vip itself, and the spec stays', async () => {
    const api = world().connect();
    const { metadata } = await world().create(VIPS, world().name('plain'), {
      spec: { subnet: 'ovn-default' },
    });
    const ours = { observedPosition: '42', ready: true };
    const object = written(await api.patchStatus(VIPS, metadata, { ...STATUS, ...ours }));
    expect(object.status).toEqual(STATUS);
    expect(object.spec).toEqual({ subnet: 'ovn-default' });
    // Whoever compares generations must know that here the status counts too.
    expect(object.metadata.generation).toBe(2);
    const again = written(await api.patchStatus(VIPS, metadata, { ...STATUS, ...ours }));
    expect(again.metadata.resourceVersion).toBe(object.metadata.resourceVersion);
  });

  it('minds the version that was expected', async () => {
    const api = world().connect();
    const { metadata } = await world().create(VIPS, world().name('plain'));
    await world().merge(VIPS, metadata.name, { metadata: { labels: { a: 'b' } } });
    const { resourceVersion } = metadata;
    expect((await api.patchStatus(VIPS, metadata, STATUS, { resourceVersion })).outcome).toBe('conflict');
    expect((await api.patchStatus(VIPS, { name: 'nobody' }, STATUS)).outcome).toBe('gone');
  });

  it('writes the status of a Subnet through its subresource', async () => {
    const api = world().connect();
    const { metadata } = await world().create(SUBNETS, world().name('plain'), {
      spec: { cidrBlock: '10.16.0.0/16' },
    });
    const object = written(
      await api.patchStatus(SUBNETS, metadata, { v4availableIPs: 3, observedPosition: '1' }),
    );
    expect(object).toMatchObject({ metadata: { generation: 1 }, status: { v4availableIPs: 3 } });
    expect(object.status).not.toHaveProperty('observedPosition');
  });

  it('notices when the definition is replaced by one with a subresource, and by one without', async () => {
    let passedMs = 0;
    const api = world().connect({ clock: later(() => passedMs) });
    const { metadata } = await world().create(VIPS, world().name('plain'));
    written(await api.patchStatus(VIPS, metadata, STATUS));
    await installDefinitions(world().server, MANIFESTS.holdfast);
    passedMs = 60_000;
    const ours = { ...STATUS, ready: true, observedPosition: '43' };
    expect(written(await api.patchStatus(VIPS, metadata, ours)).status).toEqual(ours);

    await installDefinitions(world().server, MANIFESTS.kubeOvn);
    const moved = { ...STATUS, v4ip: '10.16.0.13' };
    expect(written(await api.patchStatus(VIPS, metadata, { ...moved, ready: true })).status).toMatchObject(
      moved,
    );
  });
}
