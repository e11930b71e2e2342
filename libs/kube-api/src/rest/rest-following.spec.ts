// Following in virtual time: what it costs a sick server, and what it survives.
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { KubernetesFault } from '../port/kubernetes-fault';
import { PODS } from '../port/resource';
import { Sandbox } from '../testing/sandbox/sandbox';
import { type ClusterRequest, SandboxCluster } from '../testing/sandbox/sandbox-cluster';
import type { SandboxFaults } from '../testing/sandbox/sandbox-faults';
import { RecordingWatcher } from '../testing/suite/recording-watcher';

const PODS_PATH = '/api/v1/namespaces/default/pods';
const HOUR_MS = 3_600_000;

function world() {
  const clock = new VirtualClock();
  const sandbox = new Sandbox(clock, new SeededChance(1));
  const { api, rest } = sandbox.connect();
  const watcher = new RecordingWatcher();
  const requests: ClusterRequest[] = [];
  const handle = sandbox.faults.refusalOf.bind(sandbox.faults);
  sandbox.faults.refusalOf = (request) => {
    requests.push(request);
    return handle(request);
  };
  const create = (name: string): unknown => sandbox.request('POST', PODS_PATH, { metadata: { name } });
  return { clock, sandbox, api, rest, watcher, requests, create };
}

describe('RestFollowing', () => {
  it('asks a server that refuses everything ever more rarely, and tells each time', async () => {
    const { clock, sandbox, api, watcher, requests } = world();
    sandbox.faults.fail({ times: Infinity, status: 503 });
    api.follow(PODS, watcher);
    await clock.advance(0);
    await clock.advance(HOUR_MS);
    expect(requests.length).toBeGreaterThan(HOUR_MS / 10_000);
    expect(requests.length).toBeLessThan(HOUR_MS / 4_000);
    expect(watcher.faults).toHaveLength(requests.length);
    expect(watcher.faults[0]).toMatchObject({ code: 'kubernetes-unavailable', retryable: true });
  });

  it.each([
    ['ends every watch at once', ({ faults }: Sandbox) => void (faults.hangsUp = true)],
    ['has always forgotten the history', ({ faults }: Sandbox) => refuseWatches(faults, 410)],
    ['refuses every watch', ({ faults }: Sandbox) => refuseWatches(faults, 500)],
  ])('does not hurry a server that %s', async (_, misbehave) => {
    const { clock, sandbox, api, watcher, requests, create } = world();
    create('there');
    misbehave(sandbox);
    api.follow(PODS, watcher);
    await clock.advance(0);
    await clock.advance(HOUR_MS);
    const watches = requests.filter(SandboxCluster.isWatch).length;
    expect(watches).toBeGreaterThan(HOUR_MS / 10_000);
    expect(watches).toBeLessThan(HOUR_MS / 4_000);
    expect(watcher.changes).toEqual(['+default/there']);
  });

  it('says once that it works again, when it is allowed to watch and not before', async () => {
    const { clock, sandbox, api, watcher } = world();
    await api.follow(PODS, watcher).synced;
    await clock.advance(60_000);
    sandbox.faults.fail({ times: Infinity, status: 403, when: SandboxCluster.isWatch });
    sandbox.faults.dropWatches();
    await clock.advance(HOUR_MS);
    expect([watcher.faults.length > 100, watcher.recoveries]).toEqual([true, 0]);
    sandbox.faults.heal();
    await clock.advance(10_000);
    expect(watcher.recoveries).toBe(1);
    await clock.advance(HOUR_MS);
    expect(watcher.recoveries).toBe(1);
  });

  it('opens the next watch at once when a healthy one ends', async () => {
    const { clock, sandbox, api, watcher, requests, create } = world();
    await api.follow(PODS, watcher).synced;
    await clock.advance(60_000);
    sandbox.faults.dropWatches();
    await clock.advance(0);
    create('after');
    await clock.advance(0);
    expect(watcher.changes).toEqual(['+default/after']);
    expect(watcher.faults).toEqual([]);
    expect(requests.filter(SandboxCluster.isWatch)).toHaveLength(2);
  });

  it('finds what a silent watch hid, within ten minutes', async () => {
    const { clock, sandbox, api, watcher, create } = world();
    await api.follow(PODS, watcher).synced;
    await clock.advance(0);
    sandbox.faults.silenceWatches();
    create('hidden');
    await clock.advance(0);
    expect(watcher.changes).toEqual([]);
    await clock.advance(600_000);
    expect(watcher.changes).toEqual(['+default/hidden']);
  });

  it('compares the whole after the connection broke, and reports only what changed', async () => {
    const { clock, api, rest, watcher, requests, create } = world();
    create('there');
    await api.follow(PODS, watcher).synced;
    await clock.advance(0);
    rest.cut();
    create('meanwhile');
    await clock.advance(3_000);
    expect(watcher.faults[0]).toMatchObject({ code: 'kubernetes-unreachable' });
    rest.mend();
    await clock.advance(10_000);
    expect(watcher.changes).toEqual(['+default/there', '+default/meanwhile']);
    expect(requests.filter((request) => !SandboxCluster.isWatch(request))).toHaveLength(2);
  });

  it('does not burden a server that has too many requests with lists', async () => {
    const { clock, sandbox, api, watcher, requests } = world();
    sandbox.faults.fail({ times: 20, status: 429, when: SandboxCluster.isWatch });
    api.follow(PODS, watcher);
    await clock.advance(0);
    await clock.advance(HOUR_MS / 12);
    expect(watcher.faults).toHaveLength(20);
    expect(requests.filter((request) => !SandboxCluster.isWatch(request))).toHaveLength(1);
  });

  it('reads long lists in pages, and starts over when the pages expire on the way', async () => {
    const { clock, sandbox, api, watcher, requests, create } = world();
    for (let index = 0; index < 1_200; index += 1) create(`p-${index}`);
    const refuse = sandbox.faults.refusalOf;
    sandbox.faults.refusalOf = (request) => {
      if (request.query.get('continue') && requests.length === 1) {
        create('one-more');
        sandbox.faults.compact();
      }
      return refuse(request);
    };
    const follower = api.follow(PODS, watcher);
    expect(await follower.synced).toBe(true);
    expect([...follower.objects()]).toHaveLength(1_201);
    await clock.advance(0);
    const lists = requests.filter((request) => !SandboxCluster.isWatch(request));
    expect(lists.map(({ query }) => query.get('limit'))).toEqual(['500', '500', null]);
  });

  it('keeps of an object what it is told to keep', async () => {
    const { clock, sandbox, api, create } = world();
    create('p');
    const follower = api.follow(PODS, {
      changed: () => undefined,
      trim: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
    });
    await follower.synced;
    sandbox.request('PATCH', `${PODS_PATH}/p`, { spec: { nodeName: 'n' } });
    await clock.advance(0);
    const kept = follower.get({ namespace: 'default', name: 'p' });
    expect(Object.keys(kept ?? {})).toEqual(['apiVersion', 'kind', 'metadata']);
  });

  it('stops while it waits for the next try', async () => {
    const { clock, sandbox, api, watcher, requests } = world();
    sandbox.faults.fail({ times: Infinity, status: 500 });
    const follower = api.follow(PODS, watcher);
    await clock.advance(0);
    await clock.advance(60_000);
    await follower.stop();
    const before = requests.length;
    expect(before).toBeGreaterThan(10);
    await clock.advance(HOUR_MS);
    expect(requests).toHaveLength(before);
    expect(await follower.synced).toBe(false);
  });

  it('stops at once while the server does not answer', async () => {
    const { sandbox, api, watcher } = world();
    sandbox.faults.delayMs = HOUR_MS;
    const follower = api.follow(PODS, watcher);
    await follower.stop();
    expect(await follower.synced).toBe(false);
  });

  it('lets a bug of the watcher be seen', async () => {
    const { clock, api, create } = world();
    create('p');
    const bug = new Error('a bug');
    let stopped: Promise<void> | undefined;
    const follower = api.follow(PODS, {
      changed: () => {
        stopped = expect(follower.stop()).rejects.toBe(bug);
        throw bug;
      },
    });
    await follower.synced;
    await clock.advance(0);
    await stopped;
    expect.assertions(1);
  });

  it('stops with the connection, which then takes no more calls', async () => {
    const { clock, api, watcher, create } = world();
    await api.follow(PODS, watcher).synced;
    await api.close();
    create('late');
    await clock.advance(HOUR_MS);
    expect(watcher.changes).toEqual([]);
    await expect(api.patch(PODS, { name: 'p' }, {})).rejects.toBeInstanceOf(KubernetesFault);
  });
});

function refuseWatches(faults: SandboxFaults, status: number): void {
  faults.fail({ times: Infinity, status, when: SandboxCluster.isWatch });
}
