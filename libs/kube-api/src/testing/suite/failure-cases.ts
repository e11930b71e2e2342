// Following a kind while the connection or the server fails: it catches up, and says nothing twice.
import type { KubernetesApi } from '../../port/kubernetes-api';
import { VIPS } from '../../port/resource';
import { startWire, type Wire } from '../servers/wire';
import { RecordingWatcher } from './recording-watcher';
import { untilItPasses, following, type SuiteWorld } from './suite-world';

/** A kube-apiserver takes some seconds to start again, and the client waits some more before it asks. */
const RESTART_TIMEOUT_MS = 90_000;

export function describeFailures(world: () => SuiteWorld): void {
  let wire: Wire;
  let api: KubernetesApi;
  beforeAll(async () => {
    wire = await startWire(world().server.url);
    api = world().connect({ url: wire.url });
  });
  afterAll(() => wire.close());

  it('catches up after the connection was cut, without reporting anything twice', async () => {
    const prefix = world().name('cut');
    const watcher = await following(world(), api, prefix);
    wire.cut();
    await untilItPasses(() => expect(watcher.faults.length).toBeGreaterThan(0));
    expect(watcher.faults[0]).toMatchObject({ code: 'kubernetes-unreachable', retryable: true });
    await world().create(VIPS, `${prefix}-late`);
    wire.mend();
    await untilItPasses(() => expect(watcher.of(prefix)).toEqual([`+${prefix}-sentinel`, `+${prefix}-late`]));
  });

  it(
    'lists again when the history is gone: 410 after a restart, with everything changed meanwhile',
    async () => {
      const prefix = world().name('gone');
      for (const each of ['same', 'changed', 'deleted', 'replaced'])
        await world().create(VIPS, `${prefix}-${each}`);
      const watcher = await following(world(), api, prefix);
      const uid = (await world().read(VIPS, `${prefix}-replaced`))?.metadata.uid;
      watcher.changes.splice(0);
      wire.cut();
      await world().merge(VIPS, `${prefix}-changed`, { spec: { subnet: 'other' } });
      await world().delete(VIPS, `${prefix}-deleted`);
      await world().delete(VIPS, `${prefix}-replaced`);
      await world().create(VIPS, `${prefix}-replaced`);
      await world().create(VIPS, `${prefix}-created`);
      await world().server.restart();
      wire.mend();
      const expected = [
        `+${prefix}-created`,
        `+${prefix}-replaced`,
        `-${prefix}-deleted`,
        `-${prefix}-replaced`,
      ];
      await untilItPasses(() =>
        expect(watcher.of(prefix).sort()).toEqual([...expected, `~${prefix}-changed`]),
      );
      const replaced = watcher.of(`${prefix}-replaced`);
      expect(replaced).toEqual([`-${prefix}-replaced`, `+${prefix}-replaced`]);
      expect(watcher.uids.get(`${prefix}-replaced`)).not.toBe(uid);

      await world().create(VIPS, `${prefix}-after`);
      await untilItPasses(() => expect(watcher.of(`${prefix}-after`)).toEqual([`+${prefix}-after`]));
    },
    RESTART_TIMEOUT_MS,
  );

  it('reports nothing after it was stopped, and stops also while nobody answers', async () => {
    const prefix = world().name('stopped');
    const watcher = new RecordingWatcher();
    const follower = api.follow(VIPS, watcher);
    await follower.synced;
    await follower.stop();
    watcher.changes.splice(0);
    await following(world(), api, prefix);
    expect(watcher.changes).toEqual([]);

    wire.cut();
    const early = api.follow(VIPS, watcher);
    await early.stop();
    expect(await early.synced).toBe(false);
    wire.mend();
  });
}
