// Several who follow one kind: what they are told, and what it costs the server.
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import type { Watcher } from '../port/kubernetes-api';
import type { KubernetesObject } from '../port/kubernetes-object';
import { PODS } from '../port/resource';
import { Sandbox } from '../testing/sandbox/sandbox';

const PODS_PATH = '/api/v1/namespaces/default/pods';

function world() {
  const clock = new VirtualClock();
  const sandbox = new Sandbox(clock, new SeededChance(1));
  const { api } = sandbox.connect();
  let lists = 0;
  const refusalOf = sandbox.faults.refusalOf.bind(sandbox.faults);
  sandbox.faults.refusalOf = (request) => {
    if (request.method === 'GET' && request.path === '/api/v1/pods' && !request.query.has('watch'))
      lists += 1;
    return refusalOf(request);
  };
  const create = (name: string): unknown => sandbox.request('POST', PODS_PATH, { metadata: { name } });
  const remove = (name: string): unknown => sandbox.request('DELETE', `${PODS_PATH}/${name}`);
  return { clock, sandbox, api, create, remove, lists: () => lists };
}

const keepAll = (object: KubernetesObject): KubernetesObject => object;

/** Writes down what it is told: `+a`, `-a`, `!code`. */
function listener(trim: Watcher['trim'] = keepAll): Watcher & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    changed: ({ name }, now) => void calls.push(`${now ? '+' : '-'}${name}`),
    faulted: ({ code }) => void calls.push(`!${code}`),
    trim,
  };
}

describe('a following that is shared', () => {
  it('costs one list and one watch, and tells everybody everything', async () => {
    const { clock, api, create, remove, lists } = world();
    create('a');
    const [one, other] = [listener(), listener()];
    const followings = [api.follow(PODS, one), api.follow(PODS, other)];
    await clock.advance(0);
    expect(await Promise.all(followings.map(({ synced }) => synced))).toEqual([true, true]);
    create('b');
    remove('a');
    await clock.advance(0);
    expect([one.calls, other.calls]).toEqual([
      ['+a', '+b', '-a'],
      ['+a', '+b', '-a'],
    ]);
    expect(lists()).toBe(1);
    expect(
      followings.map((following) => [...following.objects()].map(({ metadata }) => metadata.name)),
    ).toEqual([['b'], ['b']]);
    await api.close();
  });

  it('tells whoever comes late what is there first, and not before it was asked for', async () => {
    const { clock, api, create, lists } = world();
    for (const name of ['a', 'b']) create(name);
    api.follow(PODS, listener());
    await clock.advance(0);
    const late = listener();
    const following = api.follow(PODS, late);
    expect(late.calls).toEqual([]);
    const isSynced = following.synced.then((is) => late.calls.push(`synced ${is}`));
    create('c');
    await clock.advance(0);
    await isSynced;
    expect([...late.calls].sort()).toEqual(['+a', '+b', '+c', 'synced true']);
    expect(late.calls.slice(0, 2)).toEqual(['+a', '+b']);
    expect(lists()).toBe(1);
    await api.close();
  });

  it('goes on for the others when one stops, and ends with the last', async () => {
    const { clock, sandbox, api, create, lists } = world();
    const [one, other] = [listener(), listener()];
    const [first, second] = [api.follow(PODS, one), api.follow(PODS, other)];
    await clock.advance(0);
    await first.stop();
    create('a');
    await clock.advance(0);
    expect([one.calls, other.calls]).toEqual([[], ['+a']]);
    await second.stop();
    create('b');
    sandbox.faults.dropWatches();
    await clock.advance(3_600_000);
    expect(other.calls).toEqual(['+a']);
    expect(lists()).toBe(1);
    const again = listener();
    api.follow(PODS, again);
    await clock.advance(0);
    expect(again.calls).toEqual(['+a', '+b']);
    await api.close();
  });

  it('tells each of them that it fails, and none that was stopped before it was complete that it is', async () => {
    const { clock, sandbox, api } = world();
    sandbox.faults.fail({ times: 1, status: 503 });
    const [one, other] = [listener(), listener()];
    const [first, second] = [api.follow(PODS, one), api.follow(PODS, other)];
    await first.stop();
    await clock.advance(0);
    await clock.advance(60_000);
    expect([await first.synced, await second.synced]).toEqual([false, true]);
    expect([one.calls, other.calls]).toEqual([[], ['!kubernetes-unavailable']]);
    await api.close();
  });

  it('is one of its own for whoever keeps something else of the objects', async () => {
    const { clock, api, create, lists } = world();
    create('a');
    const bare = (object: KubernetesObject): KubernetesObject => ({ ...object, spec: {} });
    const [whole, part] = [api.follow(PODS, listener()), api.follow(PODS, listener(bare))];
    await clock.advance(0);
    expect(lists()).toBe(2);
    const ref = { namespace: 'default', name: 'a' };
    expect(part.get(ref)?.spec).toEqual({});
    expect(whole.get(ref)?.spec).not.toEqual({});
    await api.close();
  });

  it('ends with the connection, for everybody', async () => {
    const { clock, api, create } = world();
    const one = listener();
    const following = api.follow(PODS, one);
    await api.close();
    create('a');
    await clock.advance(60_000);
    expect([one.calls, await following.synced]).toEqual([[], false]);
    await following.stop();
  });
});
