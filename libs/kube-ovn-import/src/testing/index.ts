export { createObjects } from './create-objects';
export * as kubeOvn from './kube-ovn-objects';
