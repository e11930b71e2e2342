// What Holdfast relies on in an API server, asked without any client: the stand-in must give the real one's answers.
import { VIPS } from '../../port/resource';
import type { SuiteWorld } from './suite-world';

const COLLECTION = '/apis/kubeovn.io/v1/vips';
const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';

/** `OBJECT` in a path stands for a Vip made for the case; `VERSION` and `UID` in a body for what it has. */
interface Refusal {
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  readonly status: number;
  readonly reason?: string;
  /** What it says, in whichever order. */
  readonly message?: string | readonly string[];
}

const vip = (metadata: object, rest: object = {}): object => ({
  apiVersion: 'kubeovn.io/v1',
  kind: 'Vip',
  metadata,
  ...rest,
});

const REFUSALS: readonly Refusal[] = [
  {
    title: 'a second object of the same name',
    method: 'POST',
    path: COLLECTION,
    body: vip({ name: 'OBJECT' }),
    status: 409,
    reason: 'AlreadyExists',
    message: 'vips.kubeovn.io "OBJECT" already exists',
  },
  {
    title: 'a name that is none',
    method: 'POST',
    path: COLLECTION,
    body: vip({ name: 'Not_a_name' }),
    status: 422,
    reason: 'Invalid',
    message: 'a lowercase RFC 1123 subdomain',
  },
  {
    title: 'an object of another kind',
    method: 'POST',
    path: COLLECTION,
    body: { ...vip({ name: 'odd' }), kind: 'Subnet' },
    status: 422,
    message: 'must be Vip',
  },
  {
    title: 'values of wrong types, all at once',
    method: 'POST',
    path: COLLECTION,
    body: vip({ name: 'wrong' }, { spec: { v4ip: 5, selector: 'x', v6ip: null } }),
    status: 422,
    reason: 'Invalid',
    message: [
      'Vip.kubeovn.io "wrong" is invalid: [',
      'spec.selector: Invalid value: "string": spec.selector in body must be of type array: "string"',
      'spec.v4ip: Invalid value: "integer": spec.v4ip in body must be of type string: "integer"',
    ],
  },
  {
    title: 'a condition without its type',
    method: 'PATCH',
    path: `${COLLECTION}/OBJECT/status`,
    body: { status: { conditions: [{ status: 'True' }] } },
    contentType: MERGE,
    status: 422,
    message: 'type: Required value',
  },
  {
    title: 'to read what is not there',
    method: 'GET',
    path: `${COLLECTION}/nobody`,
    status: 404,
    reason: 'NotFound',
    message: 'vips.kubeovn.io "nobody" not found',
  },
  {
    title: 'a subresource that is not there',
    method: 'GET',
    path: `${COLLECTION}/OBJECT/scale`,
    status: 404,
    reason: 'NotFound',
  },
  { title: 'a kind that is not there', method: 'GET', path: '/apis/kubeovn.io/v1/nothings', status: 404 },
  {
    title: 'a replacement without a version',
    method: 'PUT',
    path: `${COLLECTION}/OBJECT`,
    body: vip({ name: 'OBJECT' }),
    status: 422,
    message: 'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
  },
  {
    title: 'a replacement of an old version',
    method: 'PUT',
    path: `${COLLECTION}/OBJECT`,
    body: vip({ name: 'OBJECT', resourceVersion: '1' }),
    status: 409,
    reason: 'Conflict',
    message: 'Operation cannot be fulfilled on vips.kubeovn.io "OBJECT": the object has been modified',
  },
  {
    title: 'a strategic merge of a custom kind',
    method: 'PATCH',
    path: `${COLLECTION}/OBJECT`,
    body: {},
    contentType: 'application/strategic-merge-patch+json',
    status: 415,
    reason: 'UnsupportedMediaType',
  },
  { title: 'a patch of no known kind', method: 'PATCH', path: `${COLLECTION}/OBJECT`, body: {}, status: 415 },
  {
    title: 'a JSON patch whose test fails',
    method: 'PATCH',
    path: `${COLLECTION}/OBJECT`,
    body: [{ op: 'test', path: '/spec/subnet', value: 'another' }],
    contentType: JSON_PATCH,
    status: 422,
    reason: 'Invalid',
  },
  {
    title: 'a JSON patch of a path that is not there',
    method: 'PATCH',
    path: `${COLLECTION}/OBJECT`,
    body: [{ op: 'remove', path: '/spec/nothing' }],
    contentType: JSON_PATCH,
    status: 422,
  },
  {
    title: 'another uid',
    method: 'PATCH',
    path: `${COLLECTION}/OBJECT`,
    body: { metadata: { uid: 'another' } },
    contentType: MERGE,
    status: 422,
    message: 'metadata.uid: Invalid value: "another": field is immutable',
  },
  {
    title: 'to delete another object than is there',
    method: 'DELETE',
    path: `${COLLECTION}/OBJECT`,
    body: { preconditions: { uid: 'another' } },
    status: 409,
    reason: 'Conflict',
    message: 'the UID in the precondition (another) does not match',
  },
  {
    title: 'an object of a namespace that is not there',
    method: 'POST',
    path: '/api/v1/namespaces/nowhere/pods',
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'a', image: 'b' }] },
    },
    status: 404,
    message: 'namespaces "nowhere" not found',
  },
  {
    title: 'a selector that cannot be read',
    method: 'GET',
    path: `${COLLECTION}?labelSelector=a%20b%20c`,
    status: 400,
  },
  {
    title: 'a method that a collection has not',
    method: 'PUT',
    path: '/api/v1/namespaces',
    body: {},
    status: 405,
  },
];

export function describeServer(world: () => SuiteWorld): void {
  it.each(REFUSALS)(
    'refuses $title',
    async ({ method, path, body, contentType, status, reason, message }) => {
      const { metadata } = await world().create(VIPS, world().name('vip'), { spec: { subnet: 's' } });
      const fill = (text: string): string => text.replaceAll('OBJECT', metadata.name);
      const sent = body && (JSON.parse(fill(JSON.stringify(body))) as object);
      const answer = await world().server.request(method, fill(path), sent, contentType);
      expect(answer.status).toBe(status);
      const refused = answer.body as { readonly reason?: string; readonly message?: string };
      if (reason) expect(refused).toMatchObject({ kind: 'Status', status: 'Failure', code: status, reason });
      for (const said of [message ?? []].flat()) expect(refused.message).toContain(fill(said));
      expect((await world().read(VIPS, metadata.name))?.metadata).toEqual(metadata);
    },
  );

  describe('keeps apart', () => describeParts(world));
  describe('finds', () => describeQueries(world));
}

function describeParts(world: () => SuiteWorld): void {
  it('spec and status: each way in leaves the other alone', async () => {
    const created = await world().create(VIPS, world().name('vip'), {
      spec: { subnet: 's' },
      status: { v4ip: 'x' },
    });
    expect(created).not.toHaveProperty('status');
    const both = { metadata: { labels: { a: 'b' } }, spec: { subnet: 't' }, status: { v4ip: 'y' } };
    const path = `${COLLECTION}/${created.metadata.name}`;
    const status = await world().server.request('PATCH', `${path}/status`, both, MERGE);
    expect(status.body).toMatchObject({
      spec: { subnet: 's' },
      status: { v4ip: 'y' },
      metadata: { generation: 1 },
    });
    expect((status.body as { metadata: object }).metadata).not.toHaveProperty('labels');
    const object = await world().merge(VIPS, created.metadata.name, { ...both, status: { v4ip: 'z' } });
    expect(object).toMatchObject({
      spec: { subnet: 't' },
      status: { v4ip: 'y' },
      metadata: { generation: 2 },
    });
  });

  it('what is tried from what is done', async () => {
    const name = world().name('dry');
    const tried = await world().server.request('POST', `${COLLECTION}?dryRun=All`, vip({ name }));
    expect(tried.status).toBe(201);
    expect(await world().read(VIPS, name)).toBeUndefined();
  });

  it('an object that is going from one that stays', async () => {
    const name = world().name('going');
    await world().create(VIPS, name, { metadata: { name, finalizers: ['a.test/a'] } });
    await world().delete(VIPS, name);
    const going = await world().read(VIPS, name);
    expect(going?.metadata).toMatchObject({ generation: 2, deletionGracePeriodSeconds: 0 });
    await world().delete(VIPS, name);
    expect((await world().read(VIPS, name))?.metadata).toEqual(going?.metadata);
    const path = `${COLLECTION}/${name}`;
    const held = { metadata: { finalizers: ['a.test/a', 'b.test/b'] } };
    expect((await world().server.request('PATCH', path, held, MERGE)).status).toBe(422);
    expect(
      (await world().server.request('PATCH', path, { metadata: { finalizers: [] } }, MERGE)).status,
    ).toBe(200);
    expect(await world().read(VIPS, name)).toBeUndefined();
  });

  it('what is applied by a server-side apply from the rest', async () => {
    const name = world().name('applied');
    const path = `${COLLECTION}/${name}?fieldManager=suite`;
    const apply = (spec: object) =>
      world().server.request('PATCH', path, vip({ name }, { spec }), 'application/apply-patch+yaml');
    expect((await apply({ subnet: 's' })).status).toBe(201);
    await world().merge(VIPS, name, { spec: { v6ip: 'fd00::1' } });
    expect((await apply({ subnet: 't' })).body).toMatchObject({ spec: { subnet: 't', v6ip: 'fd00::1' } });
  });
}

function describeQueries(world: () => SuiteWorld): void {
  const namesAt = async (query: string): Promise<string[]> => {
    const { body } = await world().server.request('GET', `${COLLECTION}?${query}`);
    return (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
  };

  it('by labels and by name', async () => {
    const [one, two, three] = [world().name('sel'), world().name('sel'), world().name('sel')];
    const labelled = (name: string, labels: object) =>
      world().create(VIPS, name, { metadata: { name, labels } });
    await labelled(one, { find: 'a', tier: 'x' });
    await labelled(two, { find: 'b', tier: 'x' });
    await labelled(three, { find: 'c' });
    expect(await namesAt('labelSelector=find%3Da')).toEqual([one]);
    expect(await namesAt('labelSelector=find%20in%20(a,c)')).toEqual([one, three]);
    expect(await namesAt('labelSelector=find,!tier')).toEqual([three]);
    expect(await namesAt('labelSelector=tier%3Dx,find!%3Da')).toEqual([two]);
    expect(await namesAt(`fieldSelector=metadata.name%3D${two}`)).toEqual([two]);
  });

  it('page by page', async () => {
    for (let index = 0; index < 3; index += 1) await world().create(VIPS, world().name('paged'));
    const all = await namesAt('');
    const paged: string[] = [];
    for (let next = ''; ; ) {
      const { body } = await world().server.request(
        'GET',
        `${COLLECTION}?limit=2&continue=${encodeURIComponent(next)}`,
      );
      const page = body as { items: { metadata: { name: string } }[]; metadata: { continue?: string } };
      expect(page.items.length).toBeLessThanOrEqual(2);
      paged.push(...page.items.map(({ metadata }) => metadata.name));
      next = page.metadata.continue ?? '';
      if (!next) break;
    }
    expect(paged).toEqual(all);
  });

  it('what was deleted by its labels no longer', async () => {
    const name = world().name('swept');
    await world().create(VIPS, name, { metadata: { name, labels: { sweep: name } } });
    const { status } = await world().server.request('DELETE', `${COLLECTION}?labelSelector=sweep%3D${name}`);
    expect(status).toBe(200);
    expect(await namesAt(`labelSelector=sweep%3D${name}`)).toEqual([]);
  });
}
