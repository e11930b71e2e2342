import type { KubernetesObject, ObjectMeta } from '../port/kubernetes-object';
import { trimFollowedPod } from './followed-pod';
import { keptOfObject, keptOfPod } from './kept-objects';
import { trimPod } from './pod-reading';

const owner = (apiVersion: string, kind: string) => ({ apiVersion, kind, name: 'db', uid: `uid-${kind}` });
const BARE: KubernetesObject = {
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: { name: 'db-0', namespace: 'shop', uid: 'u1', resourceVersion: '7' },
};
const LARGE = { containers: [{ name: 'db', image: 'db:1', env: [{ name: 'A', value: 'x'.repeat(4_000) }] }] };
const WHOLE: KubernetesObject = {
  ...BARE,
  metadata: {
    ...BARE.metadata,
    ...{ creationTimestamp: '2026-01-01T00:00:00Z', deletionTimestamp: '2026-01-01T00:01:00Z' },
    labels: { app: 'db', 'kubevirt.io/migrationJobUID': 'm1' },
    annotations: {
      'ovn.kubernetes.io/aaps': 'web',
      'ovn.kubernetes.io/vip': 'db',
      'ovn.kubernetes.io/logical_switch': 'ovn-default',
      'net1.shop.ovn.kubernetes.io/ip_address': '10.16.0.9',
      'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(4_000),
    },
    ownerReferences: [
      owner('apps/v1', 'StatefulSet'),
      owner('kubevirt.io/v1', 'VirtualMachineInstance'),
      owner('another/v1', 'Job'),
    ],
    managedFields: [{ manager: 'kubelet' }],
  } as KubernetesObject['metadata'],
  spec: { ...LARGE, hostNetwork: true, nodeName: 'n1' },
  status: {
    ...{ phase: 'Running', podIP: '10.16.0.9', podIPs: [{ ip: '10.16.0.9' }] },
    conditions: [
      { type: 'Ready', status: 'True', lastProbeTime: null },
      { type: 'Initialized', status: 'True' },
    ],
    containerStatuses: [{ name: 'db' }],
  },
};

it.each([
  ['all', WHOLE],
  ['nothing', BARE],
])('of a Pod that says %s everything is kept that either projector reads, and little else', (_, pod) => {
  const kept = keptOfPod(pod);
  expect(trimPod(kept)).toEqual(trimPod(pod));
  expect(trimFollowedPod(kept)).toEqual(trimFollowedPod(pod));
  expect(keptOfPod(kept)).toEqual(kept);
  expect(JSON.stringify(kept).length).toBeLessThan(1_000);
});

it('of other objects everything is kept but who set which field', () => {
  const { managedFields, ...metadata } = WHOLE.metadata as ObjectMeta & { readonly managedFields?: unknown };
  expect(managedFields).toBeDefined();
  expect(keptOfObject(WHOLE)).toEqual({ ...WHOLE, metadata });
});
