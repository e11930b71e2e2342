import { importActor } from './import-actor';

const source = { uid: '8a0c2f10-90d7-4a52-8a9c-1f6a1f3f0c11', resourceVersion: '4711' };

it('says who asked, and for which object', () => {
  const actor = importActor(source, 'alice');
  expect(actor).toBe(
    'import:kube-ovn by alice (uid 8a0c2f10-90d7-4a52-8a9c-1f6a1f3f0c11, resourceVersion 4711)',
  );
});

it('fits, whoever it is', () => {
  const actor = importActor(source, `${'x'.repeat(500)}`);
  expect(actor.length).toBeLessThanOrEqual(256);
  expect(actor).toContain(`(uid ${source.uid}, resourceVersion 4711)`);
});
