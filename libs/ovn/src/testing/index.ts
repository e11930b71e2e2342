// For tests and benchmarks of what is built on this library.
export { eventually } from './eventually';
export { OVN_Northbound } from '../generated/northbound';
export { WATCHED } from '../northbound';
export { compareNumbers, type PortedWish, type RuleWish, TestLedger, type VipWish } from './test-ledger';
export {
  inOne,
  type KubeOvnPort,
  kubeOvnLoadBalancer,
  kubeOvnPort,
  kubeOvnSwitch,
  kubeOvnVirtualPort,
} from './kube-ovn-rows';
export {
  type AnyRow,
  type LabOptions,
  NorthboundLab,
  type ReconcilerSetup,
  type RunningReconciler,
} from './northbound-lab';
