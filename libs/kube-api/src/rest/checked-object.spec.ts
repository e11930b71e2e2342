// Answers that are none: what a proxy, a cut connection or a sick server sends in the place of an object.
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { PODS } from '../port/resource';
import { Sandbox } from '../testing/sandbox/sandbox';
import { RecordingWatcher } from '../testing/suite/recording-watcher';
import type { KubernetesRest, WatchEvent } from './kubernetes-rest';
import { RestConfigMaps } from './rest-config-maps';
import { RestKubernetesApi } from './rest-kubernetes-api';
import { RestLeases } from './rest-leases';

const NO_OBJECTS: readonly unknown[] = [
  ...[undefined, null, '', '<html>Sign in</html>', 7, [], {}, { metadata: null }, { metadata: {} }],
  ...[{ metadata: { name: 'web' } }, { metadata: { name: 7, resourceVersion: 8 } }],
];
const NAME = { namespace: 'default', name: 'web' };

function world() {
  const clock = new VirtualClock();
  const chance = new SeededChance(1);
  const sandbox = new Sandbox(clock, chance);
  const { rest: whole } = sandbox.connect();
  const damage: { answer?: (body: unknown) => unknown; event?: (event: WatchEvent) => WatchEvent } = {};
  const rest: KubernetesRest = {
    call: async (request) => {
      const { status, body } = await whole.call(request);
      return { status, body: damage.answer && status < 300 ? damage.answer(body) : body };
    },
    watch: (path, query, onEvent, ...rest) =>
      whole.watch(path, query, (event) => onEvent(damage.event?.(event) ?? event), ...rest),
    close: () => whole.close(),
  };
  const api = new RestKubernetesApi({ rest, clock, chance, component: 'test' });
  const create = (name: string): unknown =>
    sandbox.request('POST', '/api/v1/namespaces/default/pods', { metadata: { name } });
  return { clock, sandbox, rest, api, create, damage };
}

describe('what is no object', () => {
  it.each(NO_OBJECTS)('in a watch, %j, is a fault that the next list mends', async (object) => {
    const { clock, api, create, damage } = world();
    const watcher = new RecordingWatcher();
    await api.follow(PODS, watcher).synced;
    await clock.advance(0);
    damage.event = ({ type }) => ({ type, object });
    create('hidden');
    await clock.advance(0);
    expect(watcher.faults.map(({ message }) => message)).toEqual([
      'watch pods: what came is no object of Kubernetes',
    ]);
    damage.event = undefined;
    await clock.advance(10_000);
    expect(watcher.changes).toEqual(['+default/hidden']);
    expect(watcher.recoveries).toBe(1);
  });

  it.each(NO_OBJECTS)('in an ERROR or a bookmark, %j, is one too', async (object) => {
    const { clock, api, create, damage } = world();
    const watcher = new RecordingWatcher();
    await api.follow(PODS, watcher).synced;
    await clock.advance(0);
    damage.event = () => ({ type: 'ERROR', object });
    create('one');
    await clock.advance(0);
    damage.event = ({ type }) => ({ type, object: type === 'BOOKMARK' ? undefined : object });
    await clock.advance(200_000);
    expect(watcher.faults.length).toBeGreaterThanOrEqual(2);
    expect(new Set(watcher.faults.map(({ code }) => code))).toEqual(new Set(['kubernetes-unavailable']));
    damage.event = undefined;
    await clock.advance(10_000);
    expect(watcher.changes).toEqual(['+default/one']);
  });

  it.each(NO_OBJECTS)('as the answer to a list, %j, takes nothing away', async (body) => {
    const { clock, sandbox, api, create, damage } = world();
    create('there');
    const watcher = new RecordingWatcher();
    const following = api.follow(PODS, watcher);
    await following.synced;
    damage.answer = () => body;
    sandbox.faults.dropWatches();
    sandbox.faults.compact();
    await clock.advance(700_000);
    damage.answer = (list) => ({ ...(list as object), items: [body] });
    await clock.advance(700_000);
    expect(watcher.faults.length).toBeGreaterThan(0);
    expect([watcher.changes, [...following.objects()].length]).toEqual([['+default/there'], 1]);
  });

  it.each(NO_OBJECTS)('as any other answer, %j, is a retryable fault', async (body) => {
    const { clock, rest, api, create, damage } = world();
    create('web');
    damage.answer = () => body;
    const unavailable = { code: 'kubernetes-unavailable', retryable: true };
    await expect(api.patch(PODS, NAME, { metadata: { labels: {} } })).rejects.toMatchObject(unavailable);
    await expect(api.patchStatus(PODS, NAME, {}, { uid: 'u' })).rejects.toMatchObject(unavailable);
    await expect(api.patchStatus(PODS, NAME, {})).rejects.toMatchObject(unavailable);
    const maps = new RestConfigMaps(rest);
    await expect(maps.write(NAME, {}, undefined)).rejects.toMatchObject(unavailable);
    const leases = new RestLeases(rest, clock);
    const record = { holder: 'me', durationMs: 1000, transitions: 0 };
    await expect(leases.write(NAME, record, undefined)).rejects.toMatchObject(unavailable);
    await expect(leases.read(NAME)).rejects.toMatchObject(unavailable);
  });

  it.each(NO_OBJECTS)('in the watch of a Lease, %j, is passed over', async (object) => {
    const { clock, rest, damage } = world();
    const leases = new RestLeases(rest, clock);
    const seen: string[] = [];
    const stop = leases.watch(NAME, (lease) => seen.push(lease?.record.holder ?? 'gone'));
    damage.event = ({ type }) => ({ type, object });
    await leases.write(NAME, { holder: 'me', durationMs: 1000, transitions: 0 }, undefined);
    await clock.advance(0);
    expect(seen).toEqual([]);
    damage.event = undefined;
    const there = await leases.read(NAME);
    await leases.write(NAME, { holder: 'you', durationMs: 1000, transitions: 1 }, there);
    await clock.advance(0);
    expect(seen).toEqual(['you']);
    stop();
  });
});
