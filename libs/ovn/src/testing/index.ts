// For tests and benchmarks of what is built on this library.
export { eventually } from './eventually';
export { OVN_Northbound } from '../generated/northbound';
export { WATCHED } from '../model/tables';
export {
  compareNumbers,
  type TestPortSpec,
  TestLedger,
  type TestRuleSpec,
  type TestVipSpec,
} from './test-ledger';
export {
  inOne,
  type KubeOvnPort,
  kubeOvnLoadBalancer,
  kubeOvnPort,
  kubeOvnSwitch,
  kubeOvnVirtualPort,
} from './kube-ovn-rows';
export {
  type LabRow,
  type LabOptions,
  NorthboundLab,
  type ReconcilerSetup,
  type RunningReconciler,
} from './northbound-lab';
