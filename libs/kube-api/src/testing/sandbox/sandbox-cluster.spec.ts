// What the sandbox does that a kube-apiserver alone does not, or not at once: said here, so that nobody is surprised.
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { Sandbox } from './sandbox';

const POD = { spec: { containers: [{ name: 'a', image: 'b' }] } };

function sandbox() {
  const clock = new VirtualClock();
  return { clock, sandbox: new Sandbox(clock, new SeededChance(1)) };
}

it('removes a Namespace with what is in it, at once', () => {
  const { sandbox: box } = sandbox();
  box.request('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
  box.request('POST', '/api/v1/namespaces/n/pods', { metadata: { name: 'p', finalizers: ['a/b'] }, ...POD });
  box.request('DELETE', '/api/v1/namespaces/n');
  expect(() => box.request('GET', '/api/v1/namespaces/n/pods/p')).toThrow('not found');
  expect(() => box.request('POST', '/api/v1/namespaces/n/pods', { metadata: { name: 'p' } })).toThrow(
    'not found',
  );
});

it('serves a kind from when it is defined until the definition is deleted', () => {
  const { sandbox: box } = sandbox();
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const definition = (name: string, schema?: object) => ({
    metadata: { name },
    spec: {
      group: 'g.test',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema: schema && { openAPIV3Schema: schema } }],
    },
  });
  expect(() => box.request('POST', definitions, definition('things.g.test'))).toThrow(
    'openAPIV3Schema: Required value',
  );
  expect(() => box.request('POST', definitions, definition('other.g.test', { type: 'object' }))).toThrow(
    'metadata.name',
  );
  const untyped = { type: 'object', properties: { spec: { properties: {} } } };
  expect(() => box.request('POST', definitions, definition('things.g.test', untyped))).toThrow(
    'properties[spec].type',
  );

  box.request('POST', definitions, definition('things.g.test', { type: 'object' }));
  const things = '/apis/g.test/v1/namespaces/default/things';
  const made = box.request('POST', things, { metadata: { generateName: 't-' }, extra: 1 });
  expect(made).toMatchObject({
    kind: 'Thing',
    metadata: { name: expect.stringMatching(/^t-\w{5}$/), generation: 1 },
  });
  expect(made).not.toHaveProperty('extra');
  box.request('DELETE', `${definitions}/things.g.test`);
  expect(() => box.request('GET', things)).toThrow('could not find the requested resource');
});

it('tells a watcher with a selector what comes into its sight and what leaves it', () => {
  const { sandbox: box } = sandbox();
  const events: string[] = [];
  const path = '/api/v1/namespaces/default/pods';
  const query = new URLSearchParams({ watch: '1', labelSelector: 'app=a' });
  const request = { method: 'GET', path, query, accept: '*/*', contentType: '', body: undefined };
  box.cluster.watch(request, { event: ({ type }) => events.push(type), end: () => events.push('end') });
  box.request('POST', path, { metadata: { name: 'p', labels: { app: 'b' } }, ...POD });
  const label = (app: string): unknown =>
    box.request('PATCH', `${path}/p`, { metadata: { labels: { app } } });
  label('a');
  label('a');
  box.request('PATCH', `${path}/p`, { metadata: { annotations: { x: 'y' } } });
  label('b');
  label('a');
  box.request('DELETE', `${path}/p`);
  box.cluster.dropWatches();
  expect(events).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'ADDED', 'DELETED', 'end']);
});

it('sends bookmarks, ends a watch in its time, and forgets who has gone', async () => {
  const { clock, sandbox: box } = sandbox();
  const events: string[] = [];
  const query = new URLSearchParams({
    watch: '1',
    allowWatchBookmarks: 'true',
    timeoutSeconds: '150',
    resourceVersion: '5',
  });
  const request = {
    method: 'GET',
    path: '/api/v1/pods',
    query,
    accept: '*/*',
    contentType: '',
    body: undefined,
  };
  box.cluster.watch(request, { event: ({ type }) => events.push(type), end: () => events.push('end') });
  await clock.advance(1_000_000);
  expect(events).toEqual(['BOOKMARK', 'BOOKMARK', 'end']);
});

it('is the same for the same seed', () => {
  const run = (): unknown => {
    const { sandbox: box } = sandbox();
    return box.request('POST', '/api/v1/namespaces/default/pods', {
      metadata: { generateName: 'p-' },
      ...POD,
    });
  };
  expect(run()).toEqual(run());
});
