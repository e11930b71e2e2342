import { formerVipOwner } from './former-owner';

const uid = '8a0c2f10-90d7-4a52-8a9c-1f6a1f3f0c11';
const imported = { kind: 'ImportedObject', resource: 'vips.kubeovn.io', uid };

describe('whose a Vip is that was stored before its event said so', () => {
  it.each([
    ['alice', `import:kube-ovn by alice (uid ${uid}, resourceVersion 4711)`],
    ['whoever it is', `import:kube-ovn by ${'x'.repeat(128)} (uid ${uid}, resourceVersion 4711)`],
    [
      'one who would forge it',
      `import:kube-ovn by eve (uid other, resourceVersion 1) (uid ${uid}, resourceVersion 4711)`,
    ],
  ])('is the object of which it was imported by %s', (_, actor) => {
    expect(formerVipOwner({ through: 'http', actor })).toEqual(imported);
  });

  it('is the object for which Kubernetes asked', () => {
    const actor = 'kubernetes:vips.kubeovn.io/web (uid 8a0c, resourceVersion 1)';
    expect(formerVipOwner({ through: 'kubernetes', actor })).toEqual({
      kind: 'KubernetesObject',
      resource: 'vips.kubeovn.io',
    });
  });

  it.each([
    'alice',
    'kubernetes:vips.kubeovn.io/web (uid 8a0c, resourceVersion 1)',
    'import:kube-ovn by alice',
    '',
  ])('is nobody’s of whom %j asked', (actor) => {
    expect(formerVipOwner({ through: 'http', actor })).toBeUndefined();
    expect(formerVipOwner({ through: undefined, actor })).toBeUndefined();
  });
});
