// KubeVirt's kinds, as far as they own Pods' addresses.
import { namespacedResource } from '@holdfast/kube-api';

export const VIRTUAL_MACHINES = namespacedResource('kubevirt.io', 'v1', 'virtualmachines', 'VirtualMachine');
export const VIRTUAL_MACHINE_INSTANCES = namespacedResource(
  'kubevirt.io',
  'v1',
  'virtualmachineinstances',
  'VirtualMachineInstance',
);
