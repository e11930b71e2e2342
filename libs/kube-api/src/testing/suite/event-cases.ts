// Kubernetes Events: one for each thing said, however often.
import type { KubernetesApi, ObjectEvent } from '../../port/kubernetes-api';
import type { KubernetesObject } from '../../port/kubernetes-object';
import { VIPS } from '../../port/resource';
import type { SuiteWorld } from './suite-world';

interface RecordedEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly source: { readonly component: string };
  readonly involvedObject: { readonly kind: string; readonly uid: string };
}

export function describeEvents(world: () => SuiteWorld): void {
  let api: KubernetesApi;
  beforeAll(() => {
    api = world().connect();
  });

  async function eventsOf({ metadata }: KubernetesObject): Promise<RecordedEvent[]> {
    const query = `fieldSelector=involvedObject.uid%3D${metadata.uid}`;
    const { body } = await world().server.request('GET', `/api/v1/events?${query}`);
    const { items } = body as { readonly items: RecordedEvent[] };
    return items.sort((a, b) => (a.message < b.message ? -1 : 1));
  }

  const refusal = (regarding: KubernetesObject, message: string): ObjectEvent => ({
    regarding,
    type: 'Warning',
    reason: 'AddressOutsideSubnet',
    message,
  });

  it('counts what is said again, by whichever process, instead of piling it up', async () => {
    const vip = await world().create(VIPS, world().name('told'));
    const successor = world().connect();
    await api.recordEvent(refusal(vip, 'once'));
    for (const each of [api, successor, api]) await each.recordEvent(refusal(vip, 'thrice'));
    const events = await eventsOf(vip);
    expect(events.map(({ message, count }) => [message, count])).toEqual([
      ['once', 1],
      ['thrice', 3],
    ]);
    expect(events[0]).toMatchObject({
      type: 'Warning',
      reason: 'AddressOutsideSubnet',
      source: { component: 'holdfast' },
      involvedObject: { kind: 'Vip', uid: vip.metadata.uid },
    });
  });

  it('counts all of what is said at once', async () => {
    const vip = await world().create(VIPS, world().name('told'));
    await Promise.all([1, 2, 3].map(() => api.recordEvent(refusal(vip, 'together'))));
    const events = await eventsOf(vip);
    expect(events.map(({ count }) => count)).toEqual([3]);
  });

  it('tells a later object of the same name from its predecessor', async () => {
    const name = world().name('told');
    const first = await world().create(VIPS, name);
    await api.recordEvent(refusal(first, 'gone'));
    await world().delete(VIPS, name);
    const second = await world().create(VIPS, name);
    await api.recordEvent(refusal(second, 'gone'));
    expect((await eventsOf(second)).map(({ count }) => count)).toEqual([1]);
  });

  it('cuts a message that is too long, between characters', async () => {
    const vip = await world().create(VIPS, world().name('told'));
    await api.recordEvent(refusal(vip, 'é'.repeat(2_000)));
    const message = (await eventsOf(vip))[0]?.message ?? '';
    expect(message).toMatch(/^é+…$/);
    expect(Buffer.byteLength(message)).toBeGreaterThan(1_020);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1_024);
  });

  it('says nothing about an object whose namespace is gone', async () => {
    const metadata = { name: 'p', namespace: 'nowhere', uid: '1', resourceVersion: '1' };
    await api.recordEvent(refusal({ apiVersion: 'v1', kind: 'Pod', metadata }, 'unheard'));
  });
}
