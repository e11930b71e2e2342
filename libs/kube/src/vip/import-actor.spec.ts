import { importActor, importedUid } from './import-actor';

const source = { uid: '8a0c2f10-90d7-4a52-8a9c-1f6a1f3f0c11', resourceVersion: '4711' };

it('says who asked, and for which object', () => {
  const actor = importActor(source, 'alice');
  expect(actor).toBe(
    'import:kube-ovn by alice (uid 8a0c2f10-90d7-4a52-8a9c-1f6a1f3f0c11, resourceVersion 4711)',
  );
  expect(importedUid(actor)).toBe(source.uid);
});

it('fits, whoever it is, and is not to be forged by a name', () => {
  const actor = importActor(source, `${'x'.repeat(500)}`);
  expect(actor.length).toBeLessThanOrEqual(256);
  expect(importedUid(actor)).toBe(source.uid);
  expect(importedUid(importActor(source, 'eve (uid other, resourceVersion 1)'))).toBe(source.uid);
});

it.each([
  'alice',
  'kubernetes:vips.kubeovn.io/web (uid 8a0c, resourceVersion 1)',
  'import:kube-ovn by alice',
  '',
])('takes %j for nobody of its own', (actor) => expect(importedUid(actor)).toBeUndefined());
